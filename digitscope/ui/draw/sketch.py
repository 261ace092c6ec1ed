"""Small SVG pictures of a drawing: cut into its digits, or grown up to a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from digitscope.digits.segment import Piece
from digitscope.digits.strokes import Strokes
from digitscope.ui.common.pictures import INK
from digitscope.ui.common.templates import render

Array = np.ndarray

STILL_TO_COME = "#d3d7df"
TIP = "#e07b28"


@dataclass(frozen=True)
class _Lines:
    """Lines of one colour, each as the text of a `points` attribute."""

    colour: str
    lines: list[str]


@dataclass(frozen=True)
class _Box:
    """The frame around a digit; the one that is `shown` stands out."""

    left: float
    top: float
    width: float
    height: float
    shown: bool


@dataclass(frozen=True)
class _Tip:
    """A dot where the pen is."""

    x: float
    y: float
    colour: str = TIP


def boxes_svg(strokes: Strokes, pieces: list[Piece], shown: int) -> Markup:
    """Draw strokes, 100 units on their longer side, with a box around each piece; that of piece `shown` stands out."""
    low, high, extent = _extent(strokes)

    def placed(path: Array) -> Array:
        return 100 * (path - low) / extent + 4

    boxes = []
    for place, piece in enumerate(pieces):
        own = placed(np.concatenate(piece.strokes.paths))
        (left, top), (right, bottom) = own.min(axis=0) - 2.5, own.max(axis=0) + 2.5
        boxes.append(_Box(left, top, right - left, bottom - top, place == shown))
    lines = [_points(placed(path)) for piece in pieces for path in piece.strokes.paths]
    width, height = 100 * (high - low) / extent + 8
    return _svg(width, height, [_Lines(INK, lines)], 2.5, boxes=boxes)


def grown_svg(whole: Strokes, grown: Strokes) -> Markup:
    """Draw `grown` in ink, the rest of `whole` pale, and a dot where the pen is; 100 units on each side."""
    low, high, extent = _extent(whole)
    corner = (low + high - extent) / 2

    def placed(path: Array) -> Array:
        return 84 * (path - corner) / extent + 8

    groups = [
        _Lines(colour, [_points(placed(path)) for path in drawing.paths])
        for colour, drawing in ((STILL_TO_COME, whole), (INK, grown))
    ]
    x, y = placed(grown.paths[-1][-1])
    return _svg(100, 100, groups, 6, tip=_Tip(x, y))


def _svg(
    width: float,
    height: float,
    groups: Iterable[_Lines],
    pen: float,
    boxes: Iterable[_Box] = (),
    tip: _Tip | None = None,
) -> Markup:
    return render("draw/sketch.svg", width=width, height=height, groups=groups, pen=pen, boxes=boxes, tip=tip)


def _extent(strokes: Strokes) -> tuple[Array, Array, float]:
    """Return the lowest and the highest coordinates (2,) of a drawing, and its longer side, never zero."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    return low, high, float((high - low).max()) or 1.0


def _points(path: Array) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
