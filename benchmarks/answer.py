"""How long an answer takes, in a real browser on a real server: python -m benchmarks.answer [--training].

Draws our samples with the mouse and prints medians: the page's own work on a drawing (from the canvas's message to
the finished answer), the network's part of it, and what a person waits from pen-up to the answer.
With --training the drawings are read in turns, twenty at rest and twenty while a run of this page trains, and the
ratio of the medians is printed.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import perf_counter

from playwright.sync_api import Page, expect

from testkit.drawings import sample
from testkit.page import answer, own_page, press
from testkit.pen import draw


def measure(page: Page, rounds: int) -> list[tuple[float, float, float]]:
    """Return (own work, network, pen-up to answer) in milliseconds for each drawing."""
    found = []
    for i in range(rounds * 20):
        paths = sample(i % 10, i // 10 % 2)
        draw(page, paths)
        begun = perf_counter()
        answer(page, len(paths))
        waited = 1000 * (perf_counter() - begun)
        shown = page.locator(".st-key-answer .answer")
        own, network = (
            float(shown.get_attribute(f"data-{name}") or "nan") for name in ("milliseconds", "network-milliseconds")
        )
        found.append((own, network, waited))
        press(page, "Clear")
        answer(page, 0)
    return found


def train(page: Page) -> None:
    """Begin a run and wait until it learns."""
    page.get_by_role("tab", name="Training").click()
    page.locator(".st-key-presets").get_by_text("best").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".st-key-training")).to_contain_text("images a second", timeout=60_000)


def stop(page: Page) -> None:
    """End the run and wait until it is over."""
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Use this network")).to_be_visible(timeout=60_000)


def show(what: str, found: list[tuple[float, float, float]]) -> float:
    """Print the medians; returns that of pen-up to answer."""
    print(f"{what}: {len(found)} drawings, milliseconds at the median")
    for name, values in zip(
        ("own work", "of it the network", "pen-up to answer"), zip(*found, strict=True), strict=True
    ):
        print(f"  {name:<18} {median(values):7.2f}   (slowest {max(values):.2f})")
    return median(waited for _, _, waited in found)


def main() -> None:
    """Start a server and a browser, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often the twenty samples are drawn (default 3)")
    parser.add_argument("--training", action="store_true", help="also while a run trains")
    options = parser.parse_args()
    at_rest: list[tuple[float, float, float]] = []
    busy: list[tuple[float, float, float]] = []
    with own_page() as page:
        for _ in range(options.rounds):
            at_rest += measure(page, 1)
            if options.training:
                train(page)
                busy += measure(page, 1)
                stop(page)
    rest = show("at rest", at_rest)
    if busy:
        print(f"ratio {show('while a run trains', busy) / rest:.2f}")


if __name__ == "__main__":
    main()
