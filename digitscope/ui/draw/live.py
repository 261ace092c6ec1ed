"""The live channel: panels that follow the pen, while the canvas itself only speaks some time after pen-up.

An invisible component watches the pen in the browser and posts the strokes that the canvas has not sent yet; the
server reads them and answers with HTML for some of the page's panels. No run of the script is needed, which makes an
answer some ten times cheaper. What the canvas sends stays the truth: every run of the script settles the drawing anew,
and what the channel showed gives way to it. Where the channel fails, a page is as it would be without it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st

from digitscope.digits.io.canvas import strokes_from_canvas
from digitscope.digits.strokes import Strokes
from digitscope.ui.common.session import session

Panels = dict[str, str]
"""HTML by the key of the container whose `st.html` it is for."""
Answer = Callable[[Strokes, bool], Panels]
"""Panels for a drawing; the flag says that the pen is still down on its last stroke. Called from other threads."""

ADDRESS = "/live"
REMEMBERED = 4
"""Settled drawings that messages may build upon: one may be under way to the browser, one be drawn upon."""
RECENT = 100
"""Strokes at the end of a settled drawing by which the browser finds which of its own are in it."""


class MessageError(ValueError):
    """A message that makes no sense; the text is one sentence."""


@dataclass(eq=False)
class Channel:
    """One visitor's channel. The script's thread settles, the server's threads answer."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """Who knows it may ask: nobody can guess it."""
    answer: Answer | None = None
    later: Answer | None = None
    """Panels that are nice to have: asked for when there is time."""
    settled: OrderedDict[int, Strokes] = field(default_factory=OrderedDict)
    """Drawings as the canvas sent them, by their versions."""
    version: int = 0

    def settle(self, strokes: Strokes) -> None:
        """Note what the canvas holds now."""
        self.version += 1
        drawings = OrderedDict(list(self.settled.items())[1 - REMEMBERED :])
        drawings[self.version] = strokes
        self.settled = drawings

    def respond(self, message: Any) -> Panels:
        """Panels for a message: {"version", "objects" as the canvas writes them, "down", "later"}.

        Raises MessageError, and MessageError or StrokesError for what makes no sense.
        """
        if not isinstance(message, dict) or not isinstance(message.get("objects"), list):
            raise MessageError("A live message is an object with a list of objects.")
        version = message.get("version")
        base = self.settled.get(version) if type(version) is int else None
        answer = self.later if message.get("later") is True else self.answer
        if base is None or answer is None:
            raise MessageError("That drawing is not on the board.")
        drawn = strokes_from_canvas({"objects": message["objects"]}, base.size or 0)
        return answer(Strokes(base.paths + drawn.paths, base.size), message.get("down") is True)


_channels: WeakValueDictionary[str, Channel] = WeakValueDictionary()
"""All channels of this server; a visitor's session holds each, and it goes with the session."""


def channel_for(token: Any) -> Channel:
    """The channel with this token. Raises MessageError when there is none."""
    found = _channels.get(token) if isinstance(token, str) else None
    if found is None:
        raise MessageError("That visitor is not known here.")
    return found


def follow_pen(
    strokes: Strokes, pen: int, answer: Answer | None, later: Answer | None = None, board: str = "canvas"
) -> None:
    """Let panels follow the pen on the canvas in the container `board`; call it after the panels are drawn.

    `strokes` is the drawing as the canvas sent it and `pen` its line's width. `answer` gives the panels' HTML for a
    drawing, `later` that of panels which may lag behind; both run in other threads, without this visitor's session.
    With None for `answer` nothing follows.
    """
    own = session()
    if own.channel is None:
        own.channel = Channel()
        _channels[own.channel.token] = own.channel
    channel = own.channel
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
                "board": board,
                "pen": pen,
                "on": answer is not None,
                "later": later is not None,
            },
        )
