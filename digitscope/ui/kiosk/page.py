"""The event page as a whole: head, canvas, answer, and one screen beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import streamlit as st

from digitscope.ui.common.networks import shipped
from digitscope.ui.common.templates import render
from digitscope.ui.common.words import LANGUAGES
from digitscope.ui.kiosk.canvas import show_answer, show_canvas
from digitscope.ui.kiosk.challenges import challenges_screen
from digitscope.ui.kiosk.free_drawing import free_drawing_screen
from digitscope.ui.kiosk.keeper import keeper_screen
from digitscope.ui.kiosk.personalise import personalise_screen
from digitscope.ui.kiosk.today import today_screen
from digitscope.ui.kiosk.visitor import CHALLENGES, DRAW, KEEPER, TEACH, TODAY, canvas_state, say, visitor
from digitscope.ui.kiosk.watch import watch

SCREENS: dict[str, Callable[[], None]] = {
    DRAW: free_drawing_screen,
    CHALLENGES: challenges_screen,
    TEACH: personalise_screen,
}
"""What stands beside the canvas."""


def event_page() -> None:
    """Draw everything, once a run of the script."""
    st.set_page_config(page_title="DigitScope", page_icon="✏️", layout="wide", initial_sidebar_state="collapsed")
    folder = Path(__file__).parent
    st.html(folder.parent / "common" / "style.css")
    st.html(folder / "kiosk.css")
    with st.container(key="event"):
        _stand()


@st.fragment
def _stand() -> None:
    """Draw all that changes: the part that runs again after every stroke and touch."""
    own = visitor()
    direction = say()("direction")
    st.html(render("kiosk/page_direction.html", direction=direction))
    _head()
    if shipped().problem:
        st.error(shipped().problem)
    if own.screen in (TODAY, KEEPER):
        today_screen() if own.screen == TODAY else keeper_screen()
    else:
        with st.container(key="stage"):
            with st.container(key="canvas_side"):
                show_canvas()
            with st.container(key="answer_side"):
                show_answer()
                st.button(say()("clear"), key="clear", on_click=_clear, disabled=not canvas_state().pending)
                with st.container(key=f"screen_{own.screen}"):
                    SCREENS[own.screen]()
    own.touched = own.touched or own.screen != DRAW
    watch()


def _head() -> None:
    own, words = visitor(), say()
    with st.container(horizontal=True, key="head"):
        st.html('<h1 class="title"><b>DigitScope</b></h1>')
        with st.container(horizontal=True, key="languages"):
            for language in LANGUAGES:
                label = "عربي" if language == "ar" else language.upper()
                st.button(
                    label,
                    key=f"language_{language}",
                    type=_kind(language == own.language),
                    on_click=_speak,
                    args=(language,),
                )
            st.button("⚙", key="keeper_open", on_click=_show, args=(KEEPER,))
    with st.container(horizontal=True, key="screens"):
        for screen, label in (
            (DRAW, words("screen_draw")),
            (CHALLENGES, words("screen_challenges")),
            (TEACH, words("screen_teach")),
            (TODAY, words("screen_today")),
        ):
            st.button(
                label, key=f"screen_{screen}_open", type=_kind(screen == own.screen), on_click=_show, args=(screen,)
            )


def _kind(chosen: bool) -> Literal["primary", "secondary"]:
    return "primary" if chosen else "secondary"


def _speak(language: str) -> None:
    own = visitor()
    own.language, own.touched, own.suggested, own.notice = language, True, [], ""


def _show(screen: str) -> None:
    own = visitor()
    if own.screen in SCREENS and own.screen != screen:
        canvas_state().clear()
    own.begin_screen(screen)


def _clear() -> None:
    visitor().begin_drawing()
    canvas_state().clear()
