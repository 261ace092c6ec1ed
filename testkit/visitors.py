"""Visitors without a browser, who draw over the live channel at the speed of a hand, one or many at once.

Each opens Streamlit's own websocket, as a browser does, finds its token in what the page sends, draws over the live
channel, a new point every sixtieth of a second, and asks as often as the server lets it. After each stroke it sends the
canvas's own message too, which runs the page's script, and waits until that has settled the drawing; after each drawing
it clears the canvas. Every visitor draws the samples in a hand of its own, so that no two drawings are the same.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from digitscope.digits.preprocess import resample
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import vary
from digitscope.recognition import Reader
from digitscope.ui.draw.answer import SURE, answer_panels
from testkit.drawings import SIDE, on_canvas
from testkit.streamlit_client import open_socket, received

Array = np.ndarray

CANVAS_WAITS = 0.2
"""Seconds from pen-up to the canvas's own message."""
POINT = 1 / 60
"""Seconds from one point of a stroke to the next."""
PATIENCE = 5.0
"""Seconds after which an answer counts as lost."""
OPENING = 60.0
"""Seconds that the first page may take."""


@dataclass(frozen=True)
class Task:
    """What to draw, and how it is read without any server."""

    paths: list[Array]
    """(n, 2) in pixels of the canvas, points as a hand sets them in a sixtieth of a second."""
    digit: str
    picture: str
    """The panel with the 28 x 28 picture, as HTML."""


def drawings(number: int, digits: int = 10) -> list[Task]:
    """Return what the visitor of this number draws: each digit in a hand of its own.

    Only what the network is sure of is drawn: elsewhere a rounding error may change the answer.
    """
    rng, reader = np.random.default_rng(number), Reader.shipped()
    found: list[Task] = []
    while len(found) < digits:
        sample = SAMPLES[(number + len(found)) % 10][int(rng.integers(2))]
        paths = [resample(path, 6.0).round(1) for path in on_canvas(vary(sample, rng))]
        reading = reader.read(Strokes(tuple(paths), SIDE))
        if len(reading.text) == 1 and reading.probabilities is not None and reading.probabilities.max() > SURE:
            found.append(Task(paths, reading.text, answer_panels(reading, "", 0.0)["input28"]))
    return found


@dataclass
class Seen:
    """What one visitor saw; all times in seconds."""

    times: list[float] = field(default_factory=list)
    """From a live message to its answer."""
    finals: list[float] = field(default_factory=list)
    """From pen-up to the answer to the finished stroke."""
    settled: list[float] = field(default_factory=list)
    """From pen-up to the end of the run that the canvas's own message caused."""
    rate: float = 0.0
    """Answers a second, of the time that the pen was down."""
    drawn: int = 0
    wrong: int = 0
    lost: int = 0
    others: int = 0
    """Pictures of what somebody else drew."""


class Visitor:
    """One visitor without a browser."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.number = url, number
        self._todo = drawings(number)
        self.seen = Seen()
        self.shown: list[str] = []
        """The pictures of its drawings that it was shown at last."""
        self.moved = 0
        """How often another server had to take over."""
        self._interval = POINT
        self._asked = 0
        self._down = 0.0
        self._script = ""
        self._cookie = ""
        """What a balancer in front of several servers knows this visitor by."""

    async def visit(self, begin: asyncio.Barrier, seconds: float, enough: Callable[[], bool]) -> None:
        """Open the page, wait for the others, and draw; reconnect, as a browser does, when cut off.

        Ends after so many seconds, or when `enough` says so.
        """
        end = inf
        while perf_counter() < end and not enough():
            try:
                async with self._connect("_stcore/stream", subprotocols=["streamlit"]) as self._page:
                    self._remember(self._page)
                    self._panels: dict[str, str] = {}
                    await self._send(BackMsg())
                    await self._told(0)
                    async with self._connect("live") as self._line:
                        if end == inf:
                            await begin.wait()
                            end = perf_counter() + seconds
                        place = 0
                        while perf_counter() < end and not enough():
                            await self._draw(self._todo[place % len(self._todo)])
                            place += 1
            except ConnectionClosedError:
                self.moved += 1
        self.seen.rate = len(self.seen.times) / self._down

    def _connect(self, place: str, **options: Any) -> connect:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        return open_socket(self.url, place, additional_headers=headers, **options)

    def _remember(self, page: ClientConnection) -> None:
        if page.response is not None and "Set-Cookie" in page.response.headers:
            self._cookie = page.response.headers["Set-Cookie"].split(";")[0]

    async def _send(self, message: BackMsg) -> None:
        message.rerun_script.query_string = ""
        await self._page.send(message.SerializeToString())

    async def _told(self, strokes: int) -> None:
        """Read on until the live component is told that so many strokes are settled. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE if self._panels else OPENING):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await received(self._page))
                self._script = message.new_session.page_script_hash or self._script
                element = message.delta.new_element
                component = element.bidi_component
                if element.html.body.startswith('<div class="answer'):
                    self._panels["answer"] = element.html.body
                elif element.html.body.startswith('<figure class="seen'):
                    self._panels["input28"] = element.html.body
                elif component.id.endswith("-board"):
                    self._board = component.id
                elif "digitscope_live" in component.component_name:
                    self._fragment = message.delta.fragment_id
                    self._data = json.loads(component.json)
                    if self._data["strokes"] == strokes:
                        return

    async def _draw(self, task: Task) -> None:
        finished: list[Array] = []
        for path in task.paths:
            answers = []
            begun, sent = perf_counter(), 0.0
            while (points := int((perf_counter() - begun) / POINT)) < len(path):
                if points > 1 and perf_counter() - sent >= self._interval:
                    sent = perf_counter()
                    await self._ask([*finished, path[:points]], True)
                await asyncio.sleep(POINT)
            finished.append(path)
            self._down += perf_counter() - begun
            up = perf_counter()
            said = await self._ask(finished, False)
            if said is None:
                self.seen.lost += 1
                continue
            answers.append(said)
            self.seen.finals.append(perf_counter() - up)
            await asyncio.sleep(up + CANVAS_WAITS - perf_counter())
            if await self._settle(finished):
                self.seen.settled.append(perf_counter() - up)
                answers.append(self._panels.copy())
        self.seen.drawn += 1
        # The live answer and the settled one.
        self.shown += [said["input28"] for said in answers]
        self.seen.wrong += any(
            f'data-digit="{task.digit}"' not in said["answer"] or said["input28"] != task.picture for said in answers
        )
        await self._settle([])

    async def _settle(self, paths: list[Array]) -> bool:
        """Send what the canvas sends, and wait until the page's script has run; False when that took too long."""
        drawing = {"raw": {"version": "7.4.0", "objects": _objects(paths), "background": "#fbfaf6"}, "data": None}
        message = BackMsg()
        message.rerun_script.page_script_hash = self._script
        message.rerun_script.fragment_id = self._fragment
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = self._board, json.dumps({"drawing": drawing})
        await self._send(message)
        try:
            await self._told(len(paths))
        except TimeoutError:
            self.seen.lost += 1
            return False
        return True

    async def _ask(self, paths: list[Array], down: bool) -> dict[str, str] | None:
        self._asked += 1
        message = {
            "id": f"{self.number}/{self._asked}",
            "token": self._data["token"],
            "version": self._data["version"],
            "objects": _objects(paths[self._data["strokes"] :]),
            "down": down,
        }
        begun = perf_counter()
        await self._line.send(json.dumps(message))
        try:
            reply = json.loads(await asyncio.wait_for(self._line.recv(), PATIENCE))
        except TimeoutError:
            return None
        self.seen.times.append(perf_counter() - begun)
        if reply.get("id") != message["id"] or "panels" not in reply:
            return None
        self._interval = reply["interval"] / 1000
        return reply["panels"]


def _objects(paths: list[Array]) -> list[dict[str, Any]]:
    return [{"type": "path", "path": [["M", *path[0]], *(["L", *point] for point in path[1:])]} for path in paths]


async def draw_at_once(url: str, visitors: int, seconds: float) -> list[Visitor]:
    """Let so many new visitors of a server draw at the same time, and return them with what they saw."""
    people = [Visitor(url, number) for number in range(visitors)]
    await draw_together(people, seconds)
    return people


async def draw_together(people: list[Visitor], seconds: float, enough: Callable[[], bool] = lambda: False) -> None:
    """Let these visitors draw at the same time, for so many seconds or until `enough` says so."""
    begin = asyncio.Barrier(len(people))
    await asyncio.gather(*(person.visit(begin, seconds, enough) for person in people))
    count_others([person.seen for person in people], [person.shown for person in people])


def count_others(people: list[Seen], shown: list[list[str]]) -> None:
    """Count, for each visitor, the pictures that another one was shown too: no two ever drew the same."""
    owners = Counter(picture for pictures in shown for picture in set(pictures))
    for seen, pictures in zip(people, shown, strict=True):
        seen.others = sum(owners[picture] > 1 for picture in pictures)
