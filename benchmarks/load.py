"""A room full of people: python -m benchmarks.load [--visitors 20] [--seconds 10].

Visitors without a browser: each opens Streamlit's own websocket, as a browser does, finds its token in what the page
sends, and then draws our samples over the live channel, a new point every sixtieth of a second, again and again, as
often as the server lets it ask. All visitors run in one process of their own. Printed are the times from a message to
its answer, how often each visitor was answered, and how many final answers were wrong (another digit than the same
drawing gets from the network without any server) or lost. These visitors send no message of the canvas itself, which
costs a server more than an answer does: rooms of real browsers are slower.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from digits.preprocess import resample
from digits.samples import SAMPLES
from digits.strokes import Strokes
from tests.conftest import on_board
from tests.e2e.conftest import Server
from ui.answer import read
from ui.networks import in_use

SIDE = 340
POINT = 1 / 60
"""Seconds from one point of a stroke to the next."""
PATIENCE = 5.0
"""Seconds after which an answer counts as lost."""


def drawings() -> list[tuple[list[np.ndarray], str]]:
    """The samples as a hand draws them, and what the network says to each."""
    found = []
    for digit in range(10):
        for sample in SAMPLES[digit]:
            paths = [resample(path, 6.0).round(1) for path in on_board(sample, SIDE)]
            found.append((paths, read(Strokes(tuple(paths), SIDE), in_use()).digits))
    return found


class Visitor:
    """One visitor: draws until the time is over."""

    def __init__(self, url: str, number: int, todo: list[tuple[list[np.ndarray], str]]) -> None:
        self.url = url.replace("http", "ws")
        self.number, self.todo = number, todo
        self.times: list[float] = []
        self.finals: list[float] = []
        self.wrong = self.lost = self.moved = 0
        self.interval = POINT
        self.cookie = ""
        """What a balancer in front of several servers knows this visitor by."""

    async def visit(self, begin: asyncio.Barrier, seconds: float) -> None:
        """Open the page, wait for the others, draw; come back as a browser does when the server is gone."""
        end = inf
        while perf_counter() < end:
            try:
                async with self._connect("_stcore/stream", subprotocols=["streamlit"]) as page:
                    self._remember(page)
                    hello = BackMsg()
                    hello.rerun_script.query_string = ""
                    await page.send(hello.SerializeToString())
                    data = await self._opened(page)
                    reading = asyncio.create_task(self._read_on(page))
                    async with self._connect("live") as line:
                        if end == inf:
                            await begin.wait()
                            end = perf_counter() + seconds
                        place = self.number
                        while perf_counter() < end:
                            await self._draw(line, data, *self.todo[place % len(self.todo)])
                            place += 1
                    reading.cancel()
            except ConnectionClosedError:
                self.moved += 1

    def _connect(self, place: str, **options: Any) -> connect:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        return connect(f"{self.url}/{place}", max_size=None, additional_headers=headers, **options)

    def _remember(self, page: ClientConnection) -> None:
        if page.response is not None and "Set-Cookie" in page.response.headers:
            self.cookie = page.response.headers["Set-Cookie"].split(";")[0]

    @staticmethod
    async def _opened(page) -> dict:
        """What the live component is told."""
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(page.recv(), 60))
            component = message.delta.new_element.bidi_component
            if "digitscope_live" in component.component_name:
                return json.loads(component.json)

    @staticmethod
    async def _read_on(page) -> None:
        async for _ in page:
            pass

    async def _draw(self, line, data: dict, paths: list[np.ndarray], expected: str) -> None:
        finished: list[list] = []
        for path in paths:
            begun, sent = perf_counter(), 0.0
            while (points := int((perf_counter() - begun) / POINT)) < len(path):
                if points > 1 and perf_counter() - sent >= self.interval:
                    sent = perf_counter()
                    await self._ask(line, data, [*finished, path[:points]], True)
                await asyncio.sleep(POINT)
            finished.append(path)
        begun = perf_counter()
        said = await self._ask(line, data, finished, False)
        if said is None:
            self.lost += 1
            return
        self.finals.append(perf_counter() - begun)
        digit = said["answer"].split('data-digit="')[1].split('"')[0]
        self.wrong += digit != expected

    async def _ask(self, line, data: dict, paths: list, down: bool) -> dict[str, str] | None:
        objects = [
            {"type": "path", "path": [["M", *path[0]], *(["L", *point] for point in path[1:])]} for path in paths
        ]
        name = f"{self.number}/{len(self.times)}"
        message = {
            "id": name,
            "token": data["token"],
            "version": data["version"],
            "objects": objects,
            "down": down,
        }
        begun = perf_counter()
        await line.send(json.dumps(message))
        try:
            reply = json.loads(await asyncio.wait_for(line.recv(), PATIENCE))
        except TimeoutError:
            return None
        self.times.append(perf_counter() - begun)
        if reply.get("id") != name or "panels" not in reply:
            return None
        self.interval = reply["interval"] / 1000
        return reply["panels"]


async def room(url: str, visitors: int, seconds: float) -> list[Visitor]:
    """Let so many visitors draw at once; returns them with what they saw."""
    todo = drawings()
    people = [Visitor(url, number, todo) for number in range(visitors)]
    await draw_together(people, seconds)
    return people


async def draw_together(people: list[Visitor], seconds: float) -> None:
    """Let these visitors draw at once."""
    begin = asyncio.Barrier(len(people))
    await asyncio.gather(*(person.visit(begin, seconds) for person in people))


def report(people: list[Visitor], seconds: float) -> str:
    """One line of the table."""
    times = 1000 * np.concatenate([person.times for person in people])
    finals = 1000 * np.concatenate([person.finals for person in people])
    rate = len(times) / len(people) / seconds
    return (
        f"| {len(people)} | {rate:.1f} | {np.median(times):.0f} | {np.percentile(times, 95):.0f} "
        f"| {np.median(finals):.0f} | {np.percentile(finals, 95):.0f} | {len(finals)} "
        f"| {sum(person.wrong for person in people)} | {sum(person.lost for person in people)} |"
    )


def main() -> None:
    """Start a server, let rooms of growing size draw, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 20, 40], help="rooms (default 1 10 20 40)")
    parser.add_argument("--seconds", type=float, default=10, help="how long each room draws (default 10)")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        server = Server(Path(folder) / "log.txt")
        try:
            print("| visitors | answers a second, each | ms, median | ms, p95 | final, median | final, p95 "
                  "| drawings | wrong | lost |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
            for visitors in options.visitors:
                print(report(asyncio.run(room(server.url, visitors, options.seconds)), options.seconds), flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
