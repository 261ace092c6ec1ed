"""How long a visitor waits for an explanation, in a browser on a real server: python -m benchmarks.explain_waits.

Opens every look inside the network and makes a choice in it, and prints the milliseconds from the click to the look's
last change. `python -m benchmarks.explain` measures the computations alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from testkit.browser import chromium
from testkit.drawings import sample
from testkit.page import SLOW, answer
from testkit.pen import draw
from testkit.server import Server

WATCH = """
window.begun = window.changed = 0;
addEventListener("pointerdown", () => { window.begun = performance.now(); }, true);
const observer = new MutationObserver(() => { window.changed = performance.now(); }), seen = new Set();
const observe = (root) => {
  if (!seen.has(root)) observer.observe(root, { subtree: true, childList: true, characterData: true });
  seen.add(root);
  root.querySelectorAll("div").forEach((one) => one.shadowRoot && observe(one.shadowRoot));
};
const look = () => { observe(document.querySelector(".st-key-inside")); requestAnimationFrame(look); };
look();
window.waited = () => {
  const still = document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning";
  return still && changed > begun && performance.now() - changed > 500 && changed - begun;
};
"""
"""The times of the last press and of the look's last change; after half a second's rest the milliseconds between."""


def button(name: str) -> Callable[[Page], None]:
    """Presses the look's button of this name."""
    return lambda page: page.locator(".st-key-inside").get_by_role("button", name=name, exact=True).click()


def radio(group: str, name: str) -> Callable[[Page], None]:
    """Chooses one of the things in a row."""
    return lambda page: page.locator(f".st-key-{group}").get_by_role("radio", name=name, exact=True).click()


def place(selector: str, x: float, y: float) -> Callable[[Page], None]:
    """Clicks into a picture."""
    return lambda page: page.locator(".st-key-inside").locator(selector).first.click(position={"x": x, "y": y})


CHOICES: dict[str, dict[str, Callable[[Page], None]]] = {
    "Overview": {"a map of conv2": place('.wide g[data-layer="conv2"] image', 20, 60)},
    "One pixel": {
        "a pixel": place('[data-name="pixel"]', 40, 50),
        "a step onward": button("Onward ▶"),
    },
    "Why this digit": {"another answer": radio("why_answer", "8")},
    "What would change it": {
        "a version": place("[data-sheet]", 30, 30),
        "turn and size": radio("change_kind", "Turn and size"),
    },
    "Smallest edit": {"3 to 8": radio("edit_goal", "8")},
    "Fool it": {"another digit": radio("fool_goal", "5")},
    "Map of digits": {"principal components": radio("embedding_method", "Principal components")},
    "Switch filters off": {
        "every second filter off": button("Every second one off"),
        "reset": button("Reset everything"),
    },
    "Worksheet": {},
}
"""Each look, and what is chosen in it."""


def timed(page: Page, act: Callable[[Page], None]) -> float:
    """Milliseconds from the click to the changed page."""
    act(page)
    return float(page.wait_for_function("waited()", timeout=SLOW).json_value())


def main() -> None:
    """Start a server and a browser, draw, choose, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="drawings, each looked into once (default 3)")
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, Server(Path(folder) / "log.txt") as server, chromium() as browser:
        for number in range(options.rounds):
            page = browser.new_page(viewport={"width": 1280, "height": 1600})
            page.goto(server.url)
            answer(page, 0)
            page.evaluate(WATCH)
            paths = sample(3, number % 2)
            draw(page, paths)
            answer(page, len(paths))
            for look, choices in CHOICES.items():
                found.setdefault(look, []).append(timed(page, radio("inside_look", look)))
                for name, act in choices.items():
                    found.setdefault(f"{look}: {name}", []).append(timed(page, act))
            page.close()
    print(f"| look: choice | ms, median of {options.rounds} | slowest |\n|---|---|---|")
    for name, times in found.items():
        print(f"| {name} | {median(times):.0f} | {max(times):.0f} |")


if __name__ == "__main__":
    main()
