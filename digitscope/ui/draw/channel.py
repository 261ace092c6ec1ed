"""One tab's live channel, the server's half: what the canvas last sent, and answers to what it has not sent yet.

Tokens name channels: whoever knows a token may ask. The registry holds them weakly, so a channel ends with the tab's
session.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from digitscope.digits.io.canvas import strokes_from_canvas
from digitscope.digits.strokes import Strokes

Panels = dict[str, str]
"""HTML by the key of the container whose `st.html` it is for."""
Answer = Callable[[Strokes, bool], Panels]
"""Panels for a drawing; the flag says that the pen is still down on its last stroke. Called from other threads."""

REMEMBERED = 4
"""Settled drawings that messages may build upon: one may be under way to the browser, one be drawn upon."""


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
        """Return the panels for a message: {"version", "objects" as the canvas writes them, "down", "later"}.

        Raises MessageError, or StrokesError for strokes that make no sense.
        """
        if not isinstance(message, dict) or not isinstance(message.get("objects"), list):
            raise MessageError("A live message is an object with a list of objects.")
        version = message.get("version")
        base = self.settled.get(version) if type(version) is int else None
        answer = self.later if message.get("later") is True else self.answer
        if base is None or answer is None:
            raise MessageError("That drawing is not on the canvas.")
        drawn = strokes_from_canvas({"objects": message["objects"]}, base.size or 0)
        return answer(Strokes(base.paths + drawn.paths, base.size), message.get("down") is True)


_channels: WeakValueDictionary[str, Channel] = WeakValueDictionary()
"""All channels of this server; a visitor's session holds each, and it goes with the session."""


def channel_for(token: Any) -> Channel:
    """Return the channel with this token. Raises MessageError when there is none."""
    found = _channels.get(token) if isinstance(token, str) else None
    if found is None:
        raise MessageError("That visitor is not known here.")
    return found


def register(channel: Channel) -> None:
    """Let the server find `channel` by its token, for as long as its session holds it."""
    _channels[channel.token] = channel
