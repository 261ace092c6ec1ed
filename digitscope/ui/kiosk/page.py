"""The event page as a whole: head, board, answer, one screen beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from digitscope.ui.common.networks import shipped
from digitscope.ui.common.words import LANGUAGES
from digitscope.ui.kiosk.board import board, is_done, show_answer
from digitscope.ui.kiosk.challenges import challenges_screen
from digitscope.ui.kiosk.draw import draw_screen
from digitscope.ui.kiosk.keeper import keeper_screen
from digitscope.ui.kiosk.personalise import teach_screen
from digitscope.ui.kiosk.today import room_screen
from digitscope.ui.kiosk.visitor import CHALLENGES, DRAW, KEEPER, ROOM, TEACH, clear_board, say, visitor
from digitscope.ui.kiosk.watch import watch


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
    """All that changes: the part that runs again after every stroke and touch."""
    own = visitor()
    direction = say()("direction")
    st.html(f"<style>.st-key-event {{ direction: {direction}; }}</style>")
    _head()
    if shipped().problem:
        st.error(shipped().problem)
    if own.screen in (ROOM, KEEPER):
        room_screen() if own.screen == ROOM else keeper_screen()
    else:
        with st.container(key="stage"):
            with st.container(key="board_side"):
                board()
            with st.container(key="answer_side"):
                show_answer()
                st.button(say()("clear"), key="clear", on_click=_clear, disabled=_nothing_to_clear())
                with st.container(key=f"screen_{own.screen}"):
                    {DRAW: draw_screen, CHALLENGES: challenges_screen, TEACH: teach_screen}[own.screen]()
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
            (ROOM, words("screen_room")),
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
    if own.screen in (DRAW, CHALLENGES, TEACH) and own.screen != screen:
        clear_board()
    own.screen, own.challenge, own.game, own.result = screen, "", None, None
    own.waiting, own.asked_which, own.said, own.unlocked, own.typed = None, False, "", False, ""


def _clear() -> None:
    visitor().asked_which = False
    clear_board()


def _nothing_to_clear() -> bool:
    reading = visitor().reading
    return reading is None or reading.strokes.empty or is_done()
