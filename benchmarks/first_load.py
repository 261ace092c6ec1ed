"""How soon the page is there, and what a visitor costs: python -m benchmarks.first_load [--rounds 5] [--visitors 40].

Each round starts a server, asks it for the page until it comes, and opens the page in a browser window with an empty
cache: once as the server's first visitor, once as its second. The page counts as usable when the answer's panel stands,
the canvas takes the pen and the live channel is open. All but the server's start is timed in the page, from the moment
when it was asked for. Memory is what the server's processes hold at most while visitors without a browser draw, above
what they held after the first two, a visitor.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from playwright.sync_api import Browser
from streamlit import logger

from testkit.browser import DESKTOP, chromium
from testkit.paths import PROJECT
from testkit.server import Server
from testkit.visitors import draw_at_once

MILESTONES = """
() => {
  const seen = (window.milestones = {});
  const inside = (key, wanted) => [...document.querySelectorAll(`.st-key-${key} *`)]
    .some((element) => element.shadowRoot?.querySelector(wanted));
  const marks = {
    shell: () => document.querySelector('[data-testid="stApp"]'),
    answer: () => document.querySelector(".st-key-answer [data-strokes]"),
    canvas: () => inside("canvas", "canvas.upper-canvas"),
    live: () => inside("live", '[data-line="open"]'),
  };
  const look = () => {
    for (const [name, there] of Object.entries(marks)) if (!(name in seen) && there()) seen[name] = performance.now();
    if (Object.keys(seen).length < Object.keys(marks).length) requestAnimationFrame(look);
    else window.usable = Math.max(...Object.values(seen));
  };
  look();
}
"""
LOADED = """
() => {
  const files = performance.getEntriesByType("resource").filter((file) => file.responseEnd <= window.usable);
  const early = files.map((file) => file.responseEnd).filter((end) => end < window.milestones.shell);
  return {
    ...window.milestones,
    usable: window.usable,
    html: performance.getEntriesByType("navigation")[0].responseEnd,
    scripts: Math.max(...early),
    megabytes: files.reduce((sum, file) => sum + file.transferSize, 0) / 1e6,
    files: files.length,
  };
}
"""
PARTS = {
    "Python alone": "pass",
    "Streamlit": "import streamlit.web.bootstrap, streamlit.starlette",
    "pandas, Altair and the PDF writer": "import pandas, altair, fpdf",
    "the network, until it has read a picture": (
        "import numpy as np; from cnn.fast.tracer import Tracer; from cnn.weights import load; "
        "Tracer(load('pretrained/digitscope.npz')[0]).trace(np.zeros((28, 28), np.uint8))"
    ),
}
"""What a server's start is made of, each as code for a Python of its own."""


def visit(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds from asking for the page to each milestone, with an empty cache."""
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.add_init_script(f"({MILESTONES})()")
    page.goto(url)
    page.wait_for_function("window.usable", timeout=60_000)
    found = page.evaluate(LOADED)
    context.close()
    return found


def memory(server: Server, visitors: int, seconds: float) -> float:
    """Return the megabytes a visitor that the server takes at most while so many draw."""
    before = most = server.memory()
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(asyncio.run, draw_at_once(server.url, visitors, seconds))
        while not drawing.done():
            most = max(most, server.memory())
            sleep(0.2)
        drawing.result()
    return (most - before) / visitors


def start_parts() -> dict[str, float]:
    """Seconds that a Python of its own takes for each part of the server's start."""
    found = {}
    for name, code in PARTS.items():
        begun = perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True)
        found[name] = perf_counter() - begun
    return found


def main() -> None:
    """Start servers and a browser, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often a server is started (default 5)")
    parser.add_argument("--visitors", type=int, default=40, help="for how many memory is measured (default 40)")
    parser.add_argument("--seconds", type=float, default=10, help="how long those draw (default 10)")
    options = parser.parse_args()
    logger.set_log_level("ERROR")  # it warns that there is no visitor where drawings are read without a page
    starts, parts, first, second = [], [], [], []
    with TemporaryDirectory() as folder, chromium() as browser:
        for number in range(options.rounds):
            parts.append(start_parts())
            begun = perf_counter()
            with Server(Path(folder) / f"{number}.txt") as server:
                starts.append(perf_counter() - begun)
                first.append(visit(browser, server.url))
                second.append(visit(browser, server.url))
                if number == options.rounds - 1:
                    each = memory(server, options.visitors, options.seconds)
    print(f"{options.rounds} rounds; seconds, median (worst)\n\n| what | first visitor | second |\n|---|---|---|")

    def line(what: str, *columns: list[float]) -> None:
        cells = [f"{median(column):.2f} ({max(column):.2f})" if column else "" for column in columns]
        print(f"| {what} | {' | '.join(cells)} |")

    line("server start to first page", starts, [])
    for name in PARTS:
        line(f"- of this, in a process of its own: {name}", [part[name] for part in parts], [])
    line("page asked for to usable canvas", *([1e-3 * seen["usable"] for seen in seens] for seens in (first, second)))
    for name, what in (
        ("html", "HTML is there"),
        ("scripts", "Streamlit's scripts are there"),
        ("shell", "they run"),
        ("answer", "the page's script has run, its panels stand"),
        ("canvas", "the canvas takes the pen"),
        ("live", "the live channel is open"),
    ):
        line(f"- after: {what}", *([1e-3 * seen[name] for seen in seens] for seens in (first, second)))
    files, megabytes = first[-1]["files"], first[-1]["megabytes"]
    print(f"\n{files:.0f} files, {megabytes:.1f} MB over the line until then")
    print(f"{each:.1f} MB a visitor, {options.visitors} of them drawing at once for {options.seconds:.0f} s")


if __name__ == "__main__":
    main()
