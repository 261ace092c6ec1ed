"""The live channel: panels that follow the pen, while the canvas itself sends a drawing some time after pen-up.

An invisible component watches the pen in the browser and posts the strokes that the canvas has not sent yet; the
server reads them and answers with HTML for some of the page's panels. No run of the script is needed, which makes an
answer some ten times cheaper. The canvas has the last word: every run of the script settles the drawing anew and
replaces what the channel showed. Where the channel fails, the page works as it would without it.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from digitscope.digits.strokes import Strokes
from digitscope.ui.common.session import session
from digitscope.ui.draw.channel import Answer, Channel, register

ADDRESS = "/live"
RECENT = 100
"""Strokes at the end of a settled drawing: the browser compares its own with them to find which are in it."""


def follow_pen(
    strokes: Strokes, pen: int, answer: Answer | None, later: Answer | None = None, canvas: str = "canvas"
) -> None:
    """Let panels follow the pen on the canvas in the container `canvas`; call it after the panels are drawn.

    `strokes` is the drawing as the canvas sent it and `pen` its line's width. `answer` gives the panels' HTML for a
    drawing, `later` that of panels which may lag behind; both run in other threads, without this visitor's session.
    With None for `answer` nothing follows.
    """
    channel = session().state(Channel)
    register(channel)
    channel.answer, channel.later = answer, later
    channel.settle(strokes)
    ends = [[*path[0].round(3).tolist(), *path[-1].round(3).tolist()] for path in strokes.paths[-RECENT:]]
    folder = Path(__file__).parent
    with st.container(key="live"):
        st.components.v2.component(
            "digitscope_live",
            html="<span hidden></span>",
            js=(folder / "live.js").read_text("utf-8"),
        )(
            key="live_channel",
            data={
                "address": ADDRESS,
                "token": channel.token,
                "version": channel.version,
                "strokes": len(strokes.paths),
                "recent": ends,
                "canvas": canvas,
                "pen": pen,
                "on": answer is not None,
                "later": later is not None,
            },
        )
