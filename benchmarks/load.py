"""A room full of people: python -m benchmarks.load [--visitors 1 20 40] [--browsers 1 5 10] [--seconds 10].

Visitors without a browser: each opens Streamlit's own websocket, as a browser does, finds its token in what the page
sends, and then draws over the live channel at the speed of a hand, a new point every sixtieth of a second, and asks as
often as the server lets it. After each stroke it sends the canvas's own message too, which lets the page's script run,
and waits until that has settled the drawing; after each drawing it clears the board. Visitors with a browser are
windows of one Chromium, each with cookies and a cache of its own, in which benchmarks/hand.js draws; the browser takes
most of the machine then, so these rooms say more about answers than about the server's speed.

Every visitor draws our samples in a hand of its own, so that no two drawings are the same. Printed are the times from a
message to its answer, from pen-up to the final answer, and until the canvas's message has settled it; how often each
visitor was answered; how many drawings were answered wrong (another digit, or another 28 x 28 picture, than the same
drawing gets without any server), how many of these showed somebody else's drawing, how many strokes got no answer,
and how many cores the server took while the room came in and drew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from environment import find_browser
from playwright.sync_api import Browser, sync_playwright
from streamlit import logger
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
from tests.conftest import on_board
from tests.e2e.conftest import FLAGS, Server

Array = np.ndarray

SIDE = 340
CANVAS_WAITS = 0.2
"""Seconds from pen-up to the canvas's own message."""
POINT = 1 / 60
"""Seconds from one point of a stroke to the next."""
PATIENCE = 5.0
"""Seconds after which an answer counts as lost."""


@dataclass(frozen=True)
class Task:
    """What to draw, and what the network says to it."""

    paths: list[Array]
    """In pixels of the board, points as a hand sets them in a sixtieth of a second."""
    digit: str
    picture: str
    """The panel with the 28 x 28 picture, as HTML."""


def drawings(number: int, digits: int = 10) -> list[Task]:
    """What the visitor of this number draws: each digit in a hand of its own; only what the network is sure of."""
    rng, reader = np.random.default_rng(number), Reader.shipped()
    found: list[Task] = []
    while len(found) < digits:
        sample = SAMPLES[(number + len(found)) % 10][int(rng.integers(2))]
        paths = [resample(path, 6.0).round(1) for path in on_board(vary(sample, rng), SIDE)]
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
    """One visitor without a browser: draws until the time is over."""

    def __init__(self, url: str, number: int) -> None:
        self.url = url.replace("http", "ws")
        self.number = number
        self.todo = drawings(number)
        self.seen = Seen()
        self.shown: list[str] = []
        """The pictures of its drawings that it was shown at last."""
        self.moved = 0
        """How often another server had to take over."""
        self.interval = POINT
        self.asked = 0
        self.down = 0.0
        self.cookie = ""
        """What a balancer in front of several servers knows this visitor by."""

    async def visit(self, begin: asyncio.Barrier, seconds: float) -> None:
        """Open the page, wait for the others, draw; come back as a browser does when the server is gone."""
        end = inf
        while perf_counter() < end:
            try:
                async with self._connect("_stcore/stream", subprotocols=["streamlit"]) as self.page:
                    self._remember(self.page)
                    self.panels: dict[str, str] = {}
                    await self._send(BackMsg())
                    await self._told(0)
                    async with self._connect("live") as self.line:
                        if end == inf:
                            await begin.wait()
                            end = perf_counter() + seconds
                        place = 0
                        while perf_counter() < end:
                            await self._draw(self.todo[place % len(self.todo)])
                            place += 1
            except ConnectionClosedError:
                self.moved += 1
        self.seen.rate = len(self.seen.times) / self.down

    def _connect(self, place: str, **options: Any) -> connect:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        return connect(f"{self.url}/{place}", max_size=None, additional_headers=headers, **options)

    def _remember(self, page: ClientConnection) -> None:
        if page.response is not None and "Set-Cookie" in page.response.headers:
            self.cookie = page.response.headers["Set-Cookie"].split(";")[0]

    async def _send(self, message: BackMsg) -> None:
        message.rerun_script.query_string = ""
        await self.page.send(message.SerializeToString())

    async def _told(self, strokes: int) -> None:
        """Read on until the live component is told that so many strokes are settled. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE if self.panels else 60):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await self.page.recv())
                self.script = message.new_session.page_script_hash or getattr(self, "script", "")
                element = message.delta.new_element
                component = element.bidi_component
                if element.html.body.startswith('<div class="answer'):
                    self.panels["answer"] = element.html.body
                elif element.html.body.startswith('<figure class="seen'):
                    self.panels["input28"] = element.html.body
                elif component.id.endswith("-board"):
                    self.board = component.id
                elif "digitscope_live" in component.component_name:
                    self.fragment = message.delta.fragment_id
                    self.data = json.loads(component.json)
                    if self.data["strokes"] == strokes:
                        return

    async def _draw(self, task: Task) -> None:
        finished: list[Array] = []
        for path in task.paths:
            answers = []
            begun, sent = perf_counter(), 0.0
            while (points := int((perf_counter() - begun) / POINT)) < len(path):
                if points > 1 and perf_counter() - sent >= self.interval:
                    sent = perf_counter()
                    await self._ask([*finished, path[:points]], True)
                await asyncio.sleep(POINT)
            finished.append(path)
            self.down += perf_counter() - begun
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
                answers.append(self.panels.copy())
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
        message.rerun_script.page_script_hash = self.script
        message.rerun_script.fragment_id = self.fragment
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = self.board, json.dumps({"drawing": drawing})
        await self._send(message)
        try:
            await self._told(len(paths))
        except TimeoutError:
            self.seen.lost += 1
            return False
        return True

    async def _ask(self, paths: list[Array], down: bool) -> dict[str, str] | None:
        self.asked += 1
        message = {
            "id": f"{self.number}/{self.asked}",
            "token": self.data["token"],
            "version": self.data["version"],
            "objects": _objects(paths[self.data["strokes"] :]),
            "down": down,
        }
        begun = perf_counter()
        await self.line.send(json.dumps(message))
        try:
            reply = json.loads(await asyncio.wait_for(self.line.recv(), PATIENCE))
        except TimeoutError:
            return None
        self.seen.times.append(perf_counter() - begun)
        if reply.get("id") != message["id"] or "panels" not in reply:
            return None
        self.interval = reply["interval"] / 1000
        return reply["panels"]


def _objects(paths: list[Array]) -> list[dict[str, Any]]:
    return [{"type": "path", "path": [["M", *path[0]], *(["L", *point] for point in path[1:])]} for path in paths]


async def room(url: str, visitors: int, seconds: float) -> list[Visitor]:
    """Let so many visitors draw at once; returns them with what they saw."""
    people = [Visitor(url, number) for number in range(visitors)]
    await draw_together(people, seconds)
    return people


async def draw_together(people: list[Visitor], seconds: float) -> None:
    """Let these visitors draw at once."""
    begin = asyncio.Barrier(len(people))
    await asyncio.gather(*(person.visit(begin, seconds) for person in people))
    count_others([person.seen for person in people], [person.shown for person in people])


def count_others(people: list[Seen], shown: list[list[str]]) -> None:
    """Note which pictures stood at more than one visitor's: no two ever drew the same."""
    owners = Counter(picture for pictures in shown for picture in set(pictures))
    for seen, pictures in zip(people, shown, strict=True):
        seen.others = sum(owners[picture] > 1 for picture in pictures)


def browsers(browser: Browser, url: str, visitors: int, seconds: float) -> list[Seen]:
    """Let so many visitors draw at once, each in a browser window of its own."""
    pages = [browser.new_context(viewport={"width": 1280, "height": 800}).new_page() for _ in range(visitors)]
    for page in pages:
        page.goto(url)
        page.locator('.st-key-live span[data-line="open"]').wait_for(state="attached", timeout=60_000)
    hand = (Path(__file__).parent / "hand.js").read_text("utf-8").strip()
    for number, page in enumerate(pages):
        tasks = [{"paths": [path.tolist() for path in task.paths], "digit": task.digit} for task in drawings(number)]
        todo = {"tasks": tasks, "seconds": seconds, "point": POINT, "patience": 1000 * PATIENCE}
        page.evaluate(f"todo => {{ window.drawn = ({hand})(todo); }}", todo)
    people, shown = [], []
    for page in pages:
        found = page.evaluate("window.drawn")
        wrong = sum(drawing["digit"] != drawing["wanted"] for drawing in found["drawings"])
        finals, settled = ([time / 1000 for time in found[kind]] for kind in ("finals", "settled"))
        rate = 1000 * found["answers"] / found["down"]
        people.append(Seen([], finals, settled, rate, len(found["drawings"]), wrong, found["lost"]))
        shown.append([drawing["picture"] for drawing in found["drawings"]])
        page.context.close()
    count_others(people, shown)
    return people


class Cores:
    """How many cores the server has taken since this was made."""

    def __init__(self, server: Server) -> None:
        self.process = psutil.Process(server.process.pid)
        self.used, self.begun = self._used(), perf_counter()

    def _used(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system

    @property
    def taken(self) -> float:
        """Processor time by time."""
        return (self._used() - self.used) / (perf_counter() - self.begun)


def report(people: list[Seen], share: float) -> str:
    """One line of the table; milliseconds, and `share`: how many cores the server took."""

    def columns(times: list[list[float]]) -> str:
        all_times = 1000 * np.concatenate(times)
        if not all_times.size:
            return " | "
        return f"{np.median(all_times):.0f} | {np.percentile(all_times, 95):.0f}"

    return (
        f"| {len(people)} | {np.mean([seen.rate for seen in people]):.1f} | {columns([seen.times for seen in people])} "
        f"| {columns([seen.finals for seen in people])} | {columns([seen.settled for seen in people])} "
        f"| {sum(seen.drawn for seen in people)} | {sum(seen.wrong for seen in people)} "
        f"| {sum(seen.others for seen in people)} | {sum(seen.lost for seen in people)} | {share:.2f} |"
    )


HEAD = (
    "| visitors | answers a second, each | answer, median | p95 | final, median | p95 | settled, median | p95 "
    "| drawings | wrong | another's | lost | server's cores |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Start a server, let rooms of growing size draw, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="*", default=[1, 10, 20, 40], help="rooms (default 1 10 20 40)")
    parser.add_argument("--browsers", type=int, nargs="*", default=[], help="rooms of browser windows (default none)")
    parser.add_argument("--seconds", type=float, default=10, help="how long each room draws (default 10)")
    options = parser.parse_args()
    logger.set_log_level("ERROR")  # it warns that there is no visitor where we ask the network ourselves
    with TemporaryDirectory() as folder:
        server = Server(Path(folder) / "log.txt")
        try:
            print(f"Without a browser:\n{HEAD}", flush=True)
            for visitors in options.visitors:
                cores = Cores(server)
                people = asyncio.run(room(server.url, visitors, options.seconds))
                print(report([person.seen for person in people], cores.taken), flush=True)
            if options.browsers:
                path = os.environ.get("DIGITSCOPE_BROWSER") or find_browser(Path(sys.executable))
                print(f"\nIn Chromium:\n{HEAD}", flush=True)
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                    for visitors in options.browsers:
                        cores = Cores(server)
                        seen = browsers(browser, server.url, visitors, options.seconds)
                        print(report(seen, cores.taken), flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
