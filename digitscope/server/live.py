"""The live channel's socket: it takes strokes while the pen moves, and answers with panels."""

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
"""Characters of a live message at most: about 50,000 points that the canvas has not sent yet."""

LONGEST_ID = 40
"""Characters of a message's id at most."""

QUIET = 3.0
"""Seconds without a live answer after which nobody is drawing."""

_threads = ThreadPoolExecutor(2, "live")
_spare_thread = ThreadPoolExecutor(1, "later")
"""For panels that may lag behind: however many are asked for, answers find their threads free."""
_throttle = Throttle()


async def live(socket: WebSocket) -> None:
    """Answer one browser's live messages in their order; panels that may lag behind are computed beside them."""
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
        return {"id": _id(message), "error": str(error)}
    if threads is _threads:
        _throttle.note(perf_counter() - begun)
    return _answered(message, panels)


async def _reply_later(socket: WebSocket, message: Message) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the browser has left meanwhile
        await socket.send_json(await _reply(message, _spare_thread))


def _from_own_page(socket: WebSocket) -> bool:
    """Whether the request comes from a page of this server, or from a program, which sends no origin.

    Either needs a token too.
    """
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


def _id(message: Message) -> int | str | None:
    """Return the message's id, which the reply repeats; None for one that no browser of ours sends."""
    given = message.get("id")
    if isinstance(given, str):
        return given if given.isascii() and len(given) <= LONGEST_ID else None
    return given if type(given) is int and abs(given) < 2**53 else None


def _answered(message: Message, panels: dict[str, str]) -> Message:
    return {"id": _id(message), "panels": panels, "interval": round(1000 * _throttle.interval)}
