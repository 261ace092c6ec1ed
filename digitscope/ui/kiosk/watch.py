"""The watch over a stand's screen: pause, countdown, invitation, one pointer. What it does stands in watch.js."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import streamlit as st

from digitscope.stand.challenges import TEN_SECONDS
from digitscope.ui.common.words import LANGUAGES, words_in
from digitscope.ui.draw.canvas import EXAMPLES
from digitscope.ui.kiosk.board import SIDE
from digitscope.ui.kiosk.visitor import reset, say, settings, visitor

KEY = "watch"


def watch() -> None:
    """Put the watch on the page; invisible until it counts down or invites."""
    own, words, chosen = visitor(), say(), settings()
    folder = Path(__file__).parent
    game = own.game if own.game is not None and not own.game.over else None
    greetings = [words_in(language) for language in LANGUAGES]
    component = st.components.v2.component(
        "digitscope_watch",
        html='<div class="countdown" role="alertdialog" hidden><p></p><button type="button"></button></div>'
        '<div class="greeting" hidden><span></span></div>',
        css=(folder / "watch.css").read_text("utf-8"),
        js=(folder / "watch.js").read_text("utf-8"),
    )
    with st.container(key="watch_over"):
        state = component(
            key=KEY,
            data={
                "side": SIDE,
                "clears": st.session_state["clears"],
                "touched": own.touched,
                "inviting": own.inviting,
                "busy": own.lesson is not None,
                "strokes": 0 if own.reading is None else len(own.reading.strokes.paths),
                "pause": chosen["pause"],
                "countdown": chosen["countdown"],
                "invite": chosen["invite"],
                "direction": words("direction"),
                "words": words("countdown"),
                "still_here": words("still_here"),
                "greetings": [{"text": w("touch"), "direction": w("direction")} for w in greetings],
                "examples": EXAMPLES,
                "game": None if game is None else game.began,
                "ends_in": None if game is None else 1000 * max(0.0, game.began + TEN_SECONDS - monotonic()),
            },
            on_reset_change=reset,
            on_time_up_change=_time_up,
            on_inviting_change=_inviting,
        )
    # A server that was started anew meets a page which invites already, or a drawing on the board: no change tells.
    drawn = own.reading is not None and not own.reading.strokes.empty
    again = drawn and not own.watched
    own.watched = True
    if bool(state.get("inviting")) != own.inviting:
        _inviting()
        visitor().watched = again = True
    if again:
        st.rerun()


def _time_up() -> None:
    own = visitor()
    if own.game is not None:
        own.game = own.game.look(own.game.began + TEN_SECONDS)


def _inviting() -> None:
    state = st.session_state.get(KEY)
    inviting = bool(state and state.get("inviting"))
    if inviting and visitor().touched:
        reset()
    visitor().inviting = inviting
