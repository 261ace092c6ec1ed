"""The page in a browser: opening it, its parts, and the states that can be waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Locator, Page, expect

from testkit.browser import DESKTOP, chromium
from testkit.server import Server

PATIENCE = 30_000
"""Milliseconds that an answer may take on a machine that is busy with other things."""
SLOW = 60_000
"""Milliseconds for what starts a process first or computes for seconds."""


@contextmanager
def own_page() -> Iterator[Page]:
    """Start a server and a browser, and open the page, ready to be drawn on; everything ends with the block."""
    with TemporaryDirectory() as folder, Server(Path(folder) / "log.txt") as server, chromium() as browser:
        page = browser.new_page(**DESKTOP)
        page.goto(server.url)
        answer(page, 0, SLOW)
        yield page


def canvas(page: Page) -> Locator:
    """Return the canvas that the pen draws on."""
    return page.locator(".st-key-canvas canvas.upper-canvas")


def corner(page: Page) -> tuple[float, float]:
    """Scroll the canvas into view, and return its left and upper edge in pixels of the window."""
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box is not None
    return box["x"], box["y"]


def side(page: Page) -> float:
    """Return the canvas's side in pixels of the window."""
    box = canvas(page).bounding_box()
    assert box is not None
    return box["width"]


def answer(page: Page, strokes: int, timeout: float = PATIENCE) -> str:
    """Wait until the page has read a drawing of so many strokes; return its digits, "" for nothing to read."""
    shown = page.locator(f'.st-key-answer .answer[data-strokes="{strokes}"]')
    expect(shown).to_be_visible(timeout=timeout)
    return shown.get_attribute("data-digit") or ""


def ready(page: Page, timeout: float = SLOW) -> None:
    """Wait until the live channel is open."""
    expect(page.locator('.st-key-live span[data-line="open"]')).to_be_attached(timeout=timeout)


def disconnected(page: Page) -> None:
    """Wait until the page has noticed that the live channel is closed."""
    expect(page.locator('.st-key-live span[data-line="closed"]')).to_be_attached(timeout=PATIENCE)


def settled(page: Page, strokes: int, timeout: float = PATIENCE) -> None:
    """Wait until the canvas's own message about so many strokes has come and its run is over."""
    expect(page.locator(f'.st-key-live span[data-strokes="{strokes}"]')).to_be_attached(timeout=timeout)


def press(page: Page, button: str) -> None:
    """Press a button below the canvas: "Undo", "Redo", "Clear" or "Example"."""
    page.locator(".st-key-pen_bar").get_by_role("button", name=button, exact=True).click()
