"""Drawing freely: the answer, "is that right?", and the drawing kept if the visitor agrees."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from digitscope.stand.store import StoreError
from digitscope.ui.kiosk.canvas import pending_reading, said_digit, shows_number
from digitscope.ui.kiosk.lines import show_line
from digitscope.ui.kiosk.outcomes import (
    FAILURES,
    ConsentAsked,
    Kept,
    NotDeleted,
    NotKept,
    Outcome,
    StoreFailed,
    TakenBack,
    WhichDigitAsked,
    sentence,
)
from digitscope.ui.kiosk.visitor import canvas_state, say, store, visitor

Meant = int | None
"""The digit that a visitor meant; None: no digit."""


def free_drawing_screen() -> None:
    """Show what is asked about a drawing, or what happened to the last one."""
    own, words = visitor(), say()
    reading = pending_reading()
    facts: dict[str, object] = {"data-strokes": 0 if reading is None else len(reading.strokes.paths)}
    if isinstance(own.keeping, ConsentAsked):
        ask_consent()
    elif shows_number():
        show_line(words("one_digit"))
    elif reading is None:
        show_outcome(own.keeping)
    elif reading.refused or isinstance(own.keeping, WhichDigitAsked):
        show_line(words("which"), "question", facts)
        digit_buttons("meant", _meant, no_digit=True)
    else:
        show_line(words("right"), "question", facts)
        with st.container(horizontal=True, key="right"):
            st.button(words("yes"), key="yes", type="primary", on_click=_meant, args=(said_digit(reading),))
            st.button(words("no"), key="no", on_click=_ask_which)


def digit_buttons(name: str, act: Callable[..., None], no_digit: bool = False) -> None:
    """Show ten buttons, and one for no digit: `act` is called with the digit, or None."""
    with st.container(horizontal=True, key=f"{name}_digits"):
        for digit in range(10):
            st.button(str(digit), key=f"{name}_{digit}", on_click=act, args=(digit,))
        if no_digit:
            st.button(say()("no_digit"), key=f"{name}_none", on_click=act, args=(None,))


def ask_consent() -> None:
    """Ask whether drawings may be kept: once for each visitor, before anything is."""
    words = say()
    show_line(words("consent"), "question")
    show_line(words("consent_detail"))
    with st.container(horizontal=True, key="consent"):
        st.button(words("consent_yes"), key="consent_yes", type="primary", on_click=_consent, args=(True,))
        st.button(words("consent_no"), key="consent_no", on_click=_consent, args=(False,))


def show_outcome(outcome: Outcome) -> None:
    """Show the one sentence of an outcome; thank whoever has answered, and offer to take a kept drawing back."""
    words = say()
    told = sentence(outcome, words)
    if not told:
        return
    if isinstance(outcome, (Kept, NotKept)):
        number = outcome.number if isinstance(outcome, Kept) else None
        show_line(words("thanks"), "question thanks", {"data-kept": number})
    kind = "hint wrong" if isinstance(outcome, FAILURES) else "hint"
    show_line(told, kind, {"data-outcome": type(outcome).__name__})
    if isinstance(outcome, (Kept, NotDeleted)):
        st.button(words("take_back"), key="take_back", on_click=_take_back, args=(outcome.number,))


def keep_or_ask(meant: Meant, occasion: str) -> None:
    """Deal with the drawing on the canvas: keep it, let it go, or first ask whether it may be kept."""
    own = visitor()
    if own.consent is None:
        own.keeping = ConsentAsked(meant, occasion)
    else:
        _deal(meant, occasion)


def _meant(digit: Meant) -> None:
    keep_or_ask(digit, "draw")


def _ask_which() -> None:
    visitor().keeping = WhichDigitAsked()


def _consent(given: bool) -> None:
    own = visitor()
    own.consent = given
    if isinstance(own.keeping, ConsentAsked):
        _deal(own.keeping.meant, own.keeping.occasion)


def _deal(meant: Meant, occasion: str) -> None:
    own, state = visitor(), canvas_state()
    reading = state.reading
    own.keeping = NotKept()
    if own.consent and reading is not None and reading.probabilities is not None:
        try:
            number = store().keep(
                reading.strokes,
                meant,
                said_digit(reading),
                float(reading.probabilities.max()),
                occasion=occasion,
                network=state.read_by,
            )
            own.keeping = Kept(number)
        except StoreError:
            own.keeping = StoreFailed()
    state.clear()


def _take_back(number: int) -> None:
    try:
        store().delete(number)
        visitor().keeping = TakenBack()
    except StoreError:
        visitor().keeping = NotDeleted(number)
