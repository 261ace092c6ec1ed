"""Drawing freely: the answer, "is that right?", and the drawing kept if the visitor agrees."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from digitscope.stand.store import StoreError
from digitscope.ui.kiosk.board import fresh, said_digit, several
from digitscope.ui.kiosk.visitor import clear_board, say, store, visitor

Meant = int | None
"""The digit that a visitor meant; None: no digit."""


def draw_screen() -> None:
    """What is asked about a drawing, and what became of it."""
    own, words = visitor(), say()
    reading = fresh()
    strokes = 0 if reading is None else len(reading.strokes.paths)
    if own.waiting is not None:
        ask_consent()
    elif several():
        st.html(f'<p class="hint">{words("one_digit")}</p>')
    elif reading is None:
        thank()
    elif reading.refused or own.asked_which:
        st.html(f'<p class="question" data-strokes="{strokes}">{words("which")}</p>')
        digit_buttons("meant", _meant, no_digit=True)
    else:
        st.html(f'<p class="question" data-strokes="{strokes}">{words("right")}</p>')
        with st.container(horizontal=True, key="right"):
            st.button(words("yes"), key="yes", type="primary", on_click=_meant, args=(said_digit(reading),))
            st.button(words("no"), key="no", on_click=_ask_which)


def digit_buttons(name: str, act: Callable[..., None], no_digit: bool = False) -> None:
    """Ten buttons, and one for no digit: `act` is called with the digit, or None."""
    with st.container(horizontal=True, key=f"{name}_digits"):
        for digit in range(10):
            st.button(str(digit), key=f"{name}_{digit}", on_click=act, args=(digit,))
        if no_digit:
            st.button(say()("no_digit"), key=f"{name}_none", on_click=act, args=(None,))


def ask_consent() -> None:
    """May it be kept? Asked once a visitor, before anything is."""
    words = say()
    st.html(f'<p class="question">{words("consent")}</p><p class="hint">{words("consent_detail")}</p>')
    with st.container(horizontal=True, key="consent"):
        st.button(words("consent_yes"), key="consent_yes", type="primary", on_click=_consent, args=(True,))
        st.button(words("consent_no"), key="consent_no", on_click=_consent, args=(False,))


def thank() -> None:
    """What became of the last drawing."""
    own, words = visitor(), say()
    if not own.said:
        return
    number = "" if own.kept is None else f' data-kept="{own.kept}"'
    st.html(f'<p class="question thanks"{number}>{words("thanks")}</p>')
    if own.said == "kept" and own.kept is not None:
        st.html(f'<p class="hint">{words("kept", number=own.kept)}</p>')
        st.button(words("take_back"), key="take_back", on_click=_take_back)
    elif own.said == "taken_back":
        st.html(f'<p class="hint">{words("taken_back")}</p>')
    elif own.said == "not_kept":
        st.html(f'<p class="hint">{words("not_kept")}</p>')
    else:
        st.html(f'<p class="hint wrong">{words("store_failed")}</p>')


def keep_or_ask(meant: Meant, occasion: str) -> None:
    """Deal with the drawing on the board: keep it, ask whether it may be kept, or let it go."""
    own = visitor()
    own.asked_which = False
    own.waiting = (meant, occasion)
    if own.consent is not None:
        _deal()


def _meant(digit: Meant) -> None:
    keep_or_ask(digit, "draw")


def _ask_which() -> None:
    visitor().asked_which = True


def _consent(given: bool) -> None:
    visitor().consent = given
    _deal()


def _deal() -> None:
    own = visitor()
    reading, waiting = own.reading, own.waiting
    own.waiting, own.kept, own.said = None, None, "not_kept"
    if reading is None or waiting is None or reading.probabilities is None:
        return
    if own.consent:
        meant, occasion = waiting
        try:
            own.kept = store().keep(
                reading.strokes,
                meant,
                said_digit(reading),
                float(reading.probabilities.max()),
                occasion=occasion,
                network=own.read_by,
            )
            own.said = "kept"
        except StoreError:
            own.said = "store_failed"
    clear_board()


def _take_back() -> None:
    own = visitor()
    try:
        if own.kept is not None:
            store().delete(own.kept)
        own.kept, own.said = None, "taken_back"
    except StoreError:
        own.said = "store_failed"
