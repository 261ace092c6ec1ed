"""The live channel's socket: it takes a visitor's strokes while the pen moves, and answers with panels."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from starlette.status import WS_1008_POLICY_VIOLATION, WS_1009_MESSAGE_TOO_BIG
from starlette.websockets import WebSocket, WebSocketDisconnect

from digitscope.digits.strokes import StrokesError
from digitscope.server.throttle import Throttle
from digitscope.ui.draw.channel import MessageError, channel_for

Message = dict[str, Any]

LARGEST = 4_000_000
"""Characters of a live message: some 50,000 points that the canvas has not sent yet."""

LONGEST_NAME = 40
"""Characters of a message's own name."""

QUIET = 3.0
"""Seconds without a live answer after which nobody is drawing."""

_threads = ThreadPoolExecutor(2, "live")
_spare_thread = ThreadPoolExecutor(1, "later")
"""For what may lag behind: however many ask for it, answers find their threads free."""
_throttle = Throttle()


async def live(socket: WebSocket) -> None:
    """Answer a visitor's live messages, one after the other; what may lag behind is worked on beside them."""
    if not _from_own_page(socket):
        await socket.close(WS_1008_POLICY_VIOLATION)
        return
    await socket.accept()
    behind: asyncio.Task[None] | None = None
    try:
        while True:
            text = await socket.receive_text()
            if len(text) > LARGEST:
                await socket.close(WS_1009_MESSAGE_TOO_BIG)
                return
            message = _parsed(text)
            if message.get("later") is not True:
                await socket.send_json(await _reply(message, _threads))
            elif _throttle.late or (behind is not None and not behind.done()):
                await socket.send_json(_answered(message, {}))
            else:
                behind = asyncio.create_task(_reply_later(socket, message))
    except (WebSocketDisconnect, KeyError):  # Starlette knows no text in a binary message, and says so by KeyError
        pass
    finally:
        if behind is not None:
            behind.cancel()


async def _reply(message: Message, threads: ThreadPoolExecutor) -> Message:
    begun = perf_counter()
    try:
        channel = channel_for(message.get("token"))
        panels = await asyncio.get_running_loop().run_in_executor(threads, channel.respond, message)
    except (MessageError, StrokesError) as error:
        return {"id": _name(message), "error": str(error)}
    if threads is _threads:
        _throttle.note(perf_counter() - begun)
    return _answered(message, panels)


async def _reply_later(socket: WebSocket, message: Message) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # gone meanwhile
        await socket.send_json(await _reply(message, _spare_thread))


def _from_own_page(socket: WebSocket) -> bool:
    """Whether a browser shows a page of this server's; a program without an origin is none, and needs a token too."""
    origin = socket.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
    except ValueError:
        return False


def is_quiet() -> bool:
    """Return whether nobody has asked for a live answer for a few seconds."""
    return perf_counter() - _throttle.noted > QUIET


def _parsed(text: str) -> Message:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _name(message: Message) -> int | str | None:
    """By what a visitor knows a reply again; what may be too deep or too odd to be written again is left out."""
    name = message.get("id")
    if isinstance(name, str):
        return name if name.isascii() and len(name) <= LONGEST_NAME else None
    return name if type(name) is int and abs(name) < 2**53 else None


def _answered(message: Message, panels: dict[str, str]) -> Message:
    return {"id": _name(message), "panels": panels, "interval": round(1000 * _throttle.interval)}
