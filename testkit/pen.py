"""What people do on the canvas: draw with a mouse, at any speed, or with fingers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Page

from digitscope.digits.preprocess import resample
from digitscope.digits.strokes import Strokes
from testkit.drawings import on_canvas
from testkit.page import answer, corner, side

NEAR = 6.0
"""Pixels: a point nearer to the one before is left out, as each costs the browser a frame."""

Paths = Iterable[np.ndarray]


def draw(page: Page, paths: Paths, pause: float = 0) -> None:
    """Draw with the mouse: paths (n, 2) in pixels of the canvas; `pause` is in milliseconds, after each point.

    Without a pause, points that are nearer than `NEAR` to the one before are left out.
    """
    left, top = corner(page)
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


def write(page: Page, strokes: Strokes, touch: bool = False) -> str:
    """Draw these strokes on a canvas of whatever size, with the mouse or a finger, and return the answer."""
    (draw_by_touch if touch else draw)(page, on_canvas(strokes, side(page)))
    return answer(page, len(strokes.paths))


@contextmanager
def pen_down(page: Page, path: np.ndarray, share: float = 0.5) -> Iterator[None]:
    """Draw a share of the path with the mouse, run the block with the pen down, and draw the rest."""
    left, top = corner(page)
    half = int(share * len(path))
    page.mouse.move(left + path[0][0], top + path[0][1])
    page.mouse.down()
    for x, y in path[1:half]:
        page.mouse.move(left + x, top + y)
    yield
    for x, y in path[half:]:
        page.mouse.move(left + x, top + y)
    page.mouse.up()


class Fingers:
    """Touches on the canvas, as a browser gets them from a screen."""

    def __init__(self, page: Page) -> None:
        self.left, self.top = corner(page)
        self.client = page.context.new_cdp_session(page)

    def send(self, kind: str, *places: tuple[int, float, float]) -> None:
        """Send "touchStart", "touchMove" or "touchEnd" with what touches now: (a finger's number, x, y) each."""
        points = [{"id": finger, "x": float(self.left + x), "y": float(self.top + y)} for finger, x, y in places]
        self.client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def draw_by_touch(page: Page, paths: Paths) -> None:
    """Draw with one finger: paths (n, 2) in pixels of the canvas."""
    fingers = Fingers(page)
    for path in map(thinned, paths):
        fingers.send("touchStart", (0, *path[0]))
        for point in path[1:]:
            fingers.send("touchMove", (0, *point))
        fingers.send("touchEnd")


def thinned(path: np.ndarray) -> np.ndarray:
    """Return the path without points that are nearer than `NEAR` to the one before; its ends stay."""
    kept = [0]
    for place in range(1, len(path) - 1):
        if np.hypot(*(path[place] - path[kept[-1]])) >= NEAR:
            kept.append(place)
    return path[[*kept, *range(max(1, len(path) - 1), len(path))]]
