"""Personalising: five drawings, a copy of the network that learns from them, and a meter of what it gained and lost."""

from __future__ import annotations

import streamlit as st

from digitscope.jobs.messages import JobError, Learned, Progress
from digitscope.jobs.personalise import DRAWINGS, MEASURED, TRIES
from digitscope.jobs.personalise_ticket import PersonaliseTicket
from digitscope.jobs.run_queue import QueueFullError
from digitscope.recognition import SHIPPED
from digitscope.stand.store import StoreError
from digitscope.ui.common.networks import use
from digitscope.ui.common.templates import render
from digitscope.ui.common.words import THIN
from digitscope.ui.kiosk.free_drawing import digit_buttons, show_outcome
from digitscope.ui.kiosk.lines import show_line
from digitscope.ui.kiosk.outcomes import Learning, LessonFailed, LessonsBusy, NothingYet, sentence
from digitscope.ui.kiosk.visitor import NETWORK, canvas_state, read_with, say, settings, store, visitor
from digitscope.ui.training.runs import run_queue

LOOK_SECONDS = 0.4
"""How often the page asks how far the lesson is."""


def personalise_screen() -> None:
    """Collect drawings, or show how far the lesson is, or its result."""
    own, words, state = visitor(), say(), canvas_state()
    show_line(words("teach_title"), "question")
    if isinstance(own.lesson, Learned):
        _show_learned(own.lesson)
        return
    if isinstance(own.lesson, Learning):
        _watch_lesson()
        return
    count = len(own.lesson_drawings)
    if sentence(own.lesson, words):
        show_outcome(own.lesson)
    else:
        show_line(words("teach_rules"))
    told = words("teach_count", count=count)
    st.html(render("kiosk/personalise_count.html", count=count, drawings=DRAWINGS, told=told))
    if count >= DRAWINGS:
        st.button(words("start"), key="teach_start", type="primary", on_click=_start)
    elif state.reading is not None and state.reading.verdict is not None and state.pending:
        show_line(words("teach_meant"), "question")
        digit_buttons("teach", _add)


def _add(digit: int) -> None:
    own, state = visitor(), canvas_state()
    if state.reading is None:
        return
    own.lesson_drawings.append((state.reading.strokes, digit))
    state.clear()
    if len(own.lesson_drawings) >= DRAWINGS:
        _start()


def _start() -> None:
    own = visitor()
    try:
        chosen = settings()[NETWORK]
        packed = (store().network(chosen) if chosen else None) or SHIPPED.read_bytes()
        own.lesson = Learning(PersonaliseTicket(run_queue(), packed, own.lesson_drawings))
    except QueueFullError:
        own.lesson = LessonsBusy()
    except (OSError, StoreError, JobError):
        own.lesson = LessonFailed()


@st.fragment(run_every=LOOK_SECONDS)
def _watch_lesson() -> None:
    own, words = visitor(), say()
    news = own.lesson.lesson.look() if isinstance(own.lesson, Learning) else None
    if isinstance(news, Progress):
        st.progress(news.share, text=words("teach_learning"))
        return
    if isinstance(news, Learned):
        own.lesson = news
        use(news.packed, words("teach_own"))
    elif isinstance(own.lesson, Learning):
        own.lesson = LessonFailed()
    st.rerun()


def _show_learned(learned: Learned) -> None:
    words = say()
    meters = [
        ("own", words("teach_own"), learned.before.own, learned.after.own),
        ("mnist", words("teach_mnist"), learned.before.mnist, learned.after.mnist),
    ]
    st.html(
        render(
            "kiosk/personalise_meters.html",
            done=words("teach_done"),
            before=words("teach_before"),
            after=words("teach_after"),
            meters=meters,
            measured=words("teach_measured", own=DRAWINGS * TRIES, mnist=f"{MEASURED:,}".replace(",", THIN)),
            forgotten=words("teach_gone"),
        )
    )
    st.button(words("forget"), key="forget", on_click=_forget)


def _forget() -> None:
    own = visitor()
    own.lesson, own.lesson_drawings = NothingYet(), []
    read_with(settings()[NETWORK])
    canvas_state().clear()
