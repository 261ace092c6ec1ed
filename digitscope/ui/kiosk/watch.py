"""The component that watches the screen: pause, countdown, invitation, one pointer. Its browser half is watch.js."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import streamlit as st

from digitscope.stand.challenges import TEN_SECONDS
from digitscope.ui.common.words import LANGUAGES, words_in
from digitscope.ui.draw.canvas import EXAMPLES
from digitscope.ui.kiosk.canvas import SIDE
from digitscope.ui.kiosk.outcomes import Learning, Playing
from digitscope.ui.kiosk.visitor import canvas_state, reset, say, settings, visitor

KEY = "watch"


def watch() -> None:
    """Put the component on the page; it is invisible until it counts down or invites."""
    own, words, chosen, canvas = visitor(), say(), settings(), canvas_state()
    folder = Path(__file__).parent
    game = own.play.game if isinstance(own.play, Playing) else None
    drawn = 0 if canvas.reading is None else len(canvas.reading.strokes.paths)
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
                "clears": canvas.clears,
                "touched": own.touched,
                "inviting": own.inviting,
                "busy": isinstance(own.lesson, Learning),
                "strokes": drawn,
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
    # After a restart the server meets a page that already invites, or a drawing on the canvas, and no callback says so.
    again = drawn > 0 and not own.watched
    own.watched = True
    if bool(state.get("inviting")) != own.inviting:
        _inviting()
        visitor().watched = again = True
    if again:
        st.rerun()


def _time_up() -> None:
    own = visitor()
    if isinstance(own.play, Playing):
        own.play = Playing(own.play.game.at(own.play.game.began + TEN_SECONDS))


def _inviting() -> None:
    state = st.session_state.get(KEY)
    inviting = bool(state and state.get("inviting"))
    if inviting and visitor().touched:
        reset()
    if not inviting:
        canvas_state().settle()  # what the page drew by itself
    visitor().inviting = inviting
