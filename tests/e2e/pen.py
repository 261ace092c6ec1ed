"""What people do to the board: draw with a mouse or a finger, press its buttons, read the answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from playwright.sync_api import Locator, Page, expect

from digitscope.digits.preprocess import resample

SIDE = 340
"""The board's side in pixels."""

NEAR = 6.0
"""Pixels."""

Paths = Iterable[np.ndarray]
PATIENCE = 15_000
"""Milliseconds that an answer may take on a machine that is busy with other things."""


def board(page: Page) -> Locator:
    return page.locator(".st-key-canvas canvas.upper-canvas")


def draw(page: Page, paths: Paths, pause: float = 0) -> None:
    """Draw with the mouse: paths in pixels of the board; `pause` is in milliseconds, after each point."""
    left, top = _corner(page)
    for path in paths if pause else map(thinned, paths):
        page.mouse.move(left + path[0][0], top + path[0][1])
        page.mouse.down()
        for x, y in path[1:]:
            page.mouse.move(left + x, top + y)
            if pause:
                page.wait_for_timeout(pause)
        page.mouse.up()


def draw_at_hand_speed(page: Page, paths: Paths, step: float = 6.0) -> None:
    """Draw as a hand does: points `step` pixels apart, a sixtieth of a second from one to the next."""
    draw(page, [resample(path, step) for path in paths], pause=1000 / 60)


def draw_by_touch(page: Page, paths: Paths) -> None:
    """Draw with a finger: touch events as the browser gets them from a screen."""
    left, top = _corner(page)
    client = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": float(left + x), "y": float(top + y)} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for path in map(thinned, paths):
        touch("touchStart", path[0])
        for point in path[1:]:
            touch("touchMove", point)
        touch("touchEnd")


def thinned(path: np.ndarray) -> np.ndarray:
    """The path without points that are nearer than `NEAR` to the one before: each costs the browser a frame."""
    kept = [0]
    for place in range(1, len(path) - 1):
        if np.hypot(*(path[place] - path[kept[-1]])) >= NEAR:
            kept.append(place)
    return path[[*kept, *range(max(1, len(path) - 1), len(path))]]


def _corner(page: Page) -> tuple[float, float]:
    board(page).scroll_into_view_if_needed()
    box = board(page).bounding_box()
    assert box is not None
    return box["x"], box["y"]


def answer(page: Page, strokes: int) -> str:
    """The digit that the page shows once it has read so many strokes; "" for nothing to read."""
    shown = page.locator(f'.st-key-answer .answer[data-strokes="{strokes}"]')
    expect(shown).to_be_visible(timeout=PATIENCE)
    return shown.get_attribute("data-digit") or ""


def press(page: Page, button: str) -> None:
    """Press a button under the board: "Undo", "Redo" or "Clear"."""
    page.locator(".st-key-pen_bar").get_by_role("button", name=button, exact=True).click()
