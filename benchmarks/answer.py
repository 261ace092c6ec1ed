"""How long an answer takes, in a real browser on a real server: python -m benchmarks.answer [--rounds N].

Draws our samples with the mouse and prints medians: the page's own work on a drawing (from the canvas's message to
the finished answer), the network's part of it, and what a person waits from pen-up to the answer. The last one
contains the canvas's own fixed wait of 200 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from environment import find_browser
from playwright.sync_api import Page, sync_playwright

from digits.samples import SAMPLES
from tests.conftest import on_board
from tests.e2e.conftest import FLAGS, Server
from tests.e2e.pen import SIDE, answer, draw, press


def measure(page: Page, rounds: int) -> list[tuple[float, float, float]]:
    """(own work, network, pen-up to answer) in milliseconds for each drawing."""
    found = []
    for i in range(rounds * 20):
        strokes = SAMPLES[i % 10][i // 10 % 2]
        draw(page, on_board(strokes, SIDE))
        begun = perf_counter()
        answer(page, len(strokes.paths))
        waited = 1000 * (perf_counter() - begun)
        shown = page.locator(".st-key-answer .answer")
        own, network = (
            float(shown.get_attribute(f"data-{name}") or "nan") for name in ("milliseconds", "network-milliseconds")
        )
        found.append((own, network, waited))
        press(page, "Clear")
        answer(page, 0)
    return found


def main() -> None:
    """Start a server and a browser, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often the twenty samples are drawn (default 3)")
    rounds = parser.parse_args().rounds
    path = os.environ.get("DIGITSCOPE_BROWSER") or find_browser(Path(sys.executable))
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "log.txt")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(server.url)
            answer(page, 0)
            found = measure(page, rounds)
            browser.close()
        finally:
            server.stop()
    print(f"{len(found)} drawings, milliseconds at the median")
    for name, values in zip(
        ("own work", "of it the network", "pen-up to answer"), zip(*found, strict=True), strict=True
    ):
        print(f"{name:<18} {median(values):7.2f}   (slowest {max(values):.2f})")


if __name__ == "__main__":
    main()
