"""How a server bears many visitors at once: python -m benchmarks.load [--visitors 1 20 40] [--browsers 1 5 10].

Visitors without a browser draw as `testkit/visitors.py` says. Visitors with a browser are windows of one Chromium, each
with cookies and a cache of its own, in which benchmarks/draw_in_page.js draws; the browser takes most of the machine
then, so these rows say more about answers than about the server's speed.

Printed are the times from a message to its answer, from pen-up to the final answer, and until the canvas's message has
settled it; how often each visitor was answered; how many drawings were answered wrong (another digit, or another
28 x 28 picture, than the same drawing gets without any server), how many of these showed somebody else's drawing, how
many strokes got no answer, and how many cores the server took while the visitors opened the page and drew.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import psutil
from playwright.sync_api import Browser
from streamlit import logger

from testkit.browser import DESKTOP, chromium
from testkit.page import ready
from testkit.server import Server
from testkit.visitors import PATIENCE, POINT, Seen, count_others, draw_at_once, drawings


def browsers(browser: Browser, url: str, visitors: int, seconds: float) -> list[Seen]:
    """Let so many visitors draw at the same time, each in a browser window of its own."""
    pages = [browser.new_context(**DESKTOP).new_page() for _ in range(visitors)]
    for page in pages:
        page.goto(url)
        ready(page)
    draw = (Path(__file__).parent / "draw_in_page.js").read_text("utf-8").strip()
    for number, page in enumerate(pages):
        tasks = [{"paths": [path.tolist() for path in task.paths], "digit": task.digit} for task in drawings(number)]
        todo = {"tasks": tasks, "seconds": seconds, "point": POINT, "patience": 1000 * PATIENCE}
        page.evaluate(f"todo => {{ window.drawn = ({draw})(todo); }}", todo)
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
    """Start a server, let more and more visitors draw, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--visitors", type=int, nargs="*", default=[1, 10, 20, 40], help="how many at once (default 1 10 20 40)"
    )
    parser.add_argument("--browsers", type=int, nargs="*", default=[], help="how many browser windows (default none)")
    parser.add_argument("--seconds", type=float, default=10, help="how long they draw (default 10)")
    options = parser.parse_args()
    logger.set_log_level("ERROR")  # it warns that there is no visitor where we ask the network ourselves
    with TemporaryDirectory() as folder, Server(Path(folder) / "log.txt") as server:
        print(f"Without a browser:\n{HEAD}", flush=True)
        for visitors in options.visitors:
            cores = Cores(server)
            people = asyncio.run(draw_at_once(server.url, visitors, options.seconds))
            print(report([person.seen for person in people], cores.taken), flush=True)
        if options.browsers:
            print(f"\nIn Chromium:\n{HEAD}", flush=True)
            with chromium() as browser:
                for visitors in options.browsers:
                    cores = Cores(server)
                    print(report(browsers(browser, server.url, visitors, options.seconds), cores.taken), flush=True)


if __name__ == "__main__":
    main()
