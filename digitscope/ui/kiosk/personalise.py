"""Teach it your hand: five drawings, a copy of the network that learns them, and a meter of what it gained and lost."""

from __future__ import annotations

import streamlit as st

from digitscope.jobs.messages import JobError, Learned, Progress
from digitscope.jobs.personalise import DRAWINGS, MEASURED, TRIES
from digitscope.jobs.personalise_ticket import Failed, PersonaliseTicket
from digitscope.jobs.run_queue import QueueFullError
from digitscope.recognition import SHIPPED
from digitscope.stand.store import StoreError
from digitscope.ui.common.networks import use
from digitscope.ui.common.words import THIN
from digitscope.ui.kiosk.board import is_done
from digitscope.ui.kiosk.draw import digit_buttons
from digitscope.ui.kiosk.visitor import clear_board, read_with, say, settings, store, visitor
from digitscope.ui.training.runs import run_queue

LOOK_SECONDS = 0.4


def teach_screen() -> None:
    """Collect drawings, or show how the lesson goes, or what came of it."""
    own, words = visitor(), say()
    st.html(f'<p class="question">{words("teach_title")}</p>')
    if own.learned is not None:
        _show_learned(own.learned)
        return
    if own.lesson is not None:
        _watch_lesson()
        return
    count = len(own.lesson_drawings)
    if own.said in ("teach_failed", "teach_busy"):
        sentence = words("teach_failed") if own.said == "teach_failed" else words("teach_busy")
        st.html(f'<p class="hint wrong">{sentence}</p>')
    else:
        st.html(f'<p class="hint">{words("teach_rules")}</p>')
    dots = "".join(f'<i class="{"on" if place < count else ""}"></i>' for place in range(DRAWINGS))
    st.html(f'<p class="dots" data-drawings="{count}">{dots} {words("teach_count", count=count)}</p>')
    if count >= DRAWINGS:
        st.button(words("start"), key="teach_start", type="primary", on_click=_start)
    elif own.reading is not None and own.reading.verdict is not None and not is_done():
        st.html(f'<p class="question">{words("teach_meant")}</p>')
        digit_buttons("teach", _add)


def _add(digit: int) -> None:
    own = visitor()
    if own.reading is None:
        return
    own.lesson_drawings.append((own.reading.strokes, digit))
    clear_board()
    if len(own.lesson_drawings) >= DRAWINGS:
        _start()


def _start() -> None:
    own = visitor()
    try:
        hand = settings()["hand"]
        packed = (store().hand(hand) if hand else None) or SHIPPED.read_bytes()
        own.lesson = PersonaliseTicket(run_queue(), packed, own.lesson_drawings)
    except QueueFullError:
        own.said = "teach_busy"
    except (OSError, StoreError, JobError):
        own.said = "teach_failed"
    else:
        own.said = ""


@st.fragment(run_every=LOOK_SECONDS)
def _watch_lesson() -> None:
    own, words = visitor(), say()
    news = own.lesson.look() if own.lesson is not None else Failed("")
    if isinstance(news, Progress):
        st.progress(news.share, text=words("teach_learning"))
        return
    own.lesson = None
    if isinstance(news, Learned):
        own.learned = news
        use(news.packed, words("teach_own"))
    else:
        own.said = "teach_failed"
    st.rerun()


def _show_learned(learned: Learned) -> None:
    words = say()
    bars = _meter(words("teach_own"), learned.before.own, learned.after.own, "own")
    bars += _meter(words("teach_mnist"), learned.before.mnist, learned.after.mnist, "mnist")
    measured = words("teach_measured", own=DRAWINGS * TRIES, mnist=f"{MEASURED:,}".replace(",", THIN))
    st.html(
        f'<p class="hint"><b>{words("teach_done")}</b></p><table class="meter">'
        f"<tr><th></th><th>{words('teach_before')}</th><th>{words('teach_after')}</th></tr>{bars}</table>"
        f'<p class="hint small">{measured} {words("teach_gone")}</p>'
    )
    st.button(words("forget"), key="forget", on_click=_forget)


def _meter(name: str, before: float, after: float, kind: str) -> str:
    cells = "".join(
        f'<td><b dir="ltr">{100 * share:.1f} %</b>'
        f'<span class="level"><i style="width:{100 * share:.1f}%"></i></span></td>'
        for share in (before, after)
    )
    return f'<tr data-meter="{kind}" data-before="{before:.4f}" data-after="{after:.4f}"><th>{name}</th>{cells}</tr>'


def _forget() -> None:
    own = visitor()
    own.learned, own.lesson_drawings = None, []
    read_with(settings()["hand"])
    clear_board()
