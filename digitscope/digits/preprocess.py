"""From strokes to a picture of 28 x 28, made as MNIST's were: the one way for page, training and command line.

MNIST's digits were scaled into a box of 20 x 20 with their aspect kept, antialiased, and placed with the
centre of mass in the middle of 28 x 28 (LeCun et al., "Gradient-based learning applied to document
recognition", 1998). Strokes let us do the same without a single pixel of loss: they are framed as vectors and
inked with a line of MNIST's width. So neither place nor size nor brush of a drawing matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digitscope.digits.coarse import smoothed
from digitscope.digits.strokes import Strokes

Array = np.ndarray

PREPROCESSING = 1
"""Goes up whenever pictures would come out differently: weights say which version they learned with."""

SIDE = 28
BOX = 20.0
"""Pixels: the longest side of a digit, ink included."""
INK = 2.5
"""Pixels: the width of the line. Drawings then have as much ink as MNIST's training images, 33 of 255 on average."""
CENTRE = 14.5
"""Where the centre of mass goes, from the left and from above: in MNIST it is the middle of pixel 14."""
SCRIBBLE = 4_000.0
"""Pixels: a digit's line is some 60 long; a longer one than this covers the picture several times."""
SPECK = 0.03
"""A drawing whose longest side is below this share of the board is a slip of the pen, not a digit."""

NOTHING = "The board is empty."
TOO_SMALL = "That is only a dot. Draw the digit a little larger."


@dataclass(frozen=True)
class Prepared:
    """A picture and the steps that led to it, or the reason why there is none."""

    picture: Array | None
    """(28, 28) uint8, 0 paper to 255 ink; None when there is nothing to read."""
    reason: str = ""
    """Why there is nothing to read: one sentence."""
    box: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of the drawing, in its own units."""
    scale: float = 0.0
    """Pixels of the picture for each unit of the drawing."""
    paths: tuple[Array, ...] = ()
    """The strokes in the picture's pixels, framed and centred: each (k, 2), x and y from 0 to 28."""


def prepare(strokes: Strokes, width: float = INK) -> Prepared:
    """Frame, ink and centre a drawing. Takes a fraction of a millisecond, whatever the number of points.

    `width` is the line's, in pixels: only training has a reason to vary it.
    """
    if strokes.empty:
        return Prepared(None, NOTHING)
    paths = smoothed(strokes.paths)
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    extent = float((high - low).max())
    if extent <= SPECK * (strokes.size or 0):
        return Prepared(None, TOO_SMALL, box)
    scale = (BOX - width) / extent
    middle = (low + high) / 2
    framed = _inkable([(path - middle) * scale + SIDE / 2 for path in paths])
    shift = CENTRE - centre_of_mass(ink(framed, width))
    # A lopsided digit must not be pushed over the picture's edge.
    room = SIDE / 2 - ((high - low) * scale + width) / 2
    shift = np.clip(shift, -room, room)
    framed = [path + shift for path in framed]
    picture = np.round(255 * ink(framed, width)).astype(np.uint8)
    return Prepared(picture, "", box, scale, tuple(framed))


def prepare_all(drawings: Iterable[Strokes]) -> tuple[Array, Array]:
    """Pictures (n, 28, 28) uint8 of many drawings, and which of them are readable (n,) bool; others are blank."""
    prepared = [prepare(strokes).picture for strokes in drawings]
    pictures = np.zeros((len(prepared), SIDE, SIDE), np.uint8)
    readable = np.array([picture is not None for picture in prepared], bool)
    for i, picture in enumerate(prepared):
        if picture is not None:
            pictures[i] = picture
    return pictures, readable


def _inkable(paths: list[Array]) -> list[Array]:
    """The same paths with points half a pixel apart, as `ink` wants them; a scribble becomes dots along it."""
    length = sum(float(np.hypot(*np.diff(path, axis=0).T).sum()) for path in paths)
    if length <= SCRIBBLE:
        return [resample(path, 0.5) for path in paths]
    # However long somebody scribbles, the work stays bounded; the picture is dark either way.
    dots = np.concatenate([resample(path, length / SCRIBBLE / 2) for path in paths])
    return list(dots[:, None])


def resample(path: Array, step: float) -> Array:
    """The same path (k, 2) with points `step` apart along it; a path without length stays one point."""
    lengths = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if along[-1] == 0:
        return path[:1]
    places = np.linspace(0, along[-1], int(np.ceil(along[-1] / step)) + 1)
    return np.column_stack([np.interp(places, along, path[:, 0]), np.interp(places, along, path[:, 1])])


def ink(paths: Iterable[Array], width: float = INK) -> Array:
    """Draw paths (in pixels, points at most one apart) with a round pen: (28, 28) float64 from 0 to 1.

    A pixel is inked by how far its middle lies inside the line, which is antialiasing with exact distances:
    every short piece of a path looks only at the pixels around it. What lies outside the picture is lost.
    """
    reach = int(np.ceil(width / 2 + 1.5))
    starts, ends = [], []
    for path in paths:
        starts.append(path[:-1] if len(path) > 1 else path)
        ends.append(path[1:] if len(path) > 1 else path)
    start, end = np.concatenate(starts), np.concatenate(ends)
    run = end - start
    window = np.arange(-reach, reach + 1)
    # (pieces, window) indices of the pixels around the middle of each piece.
    columns, rows = (np.floor((start + end) / 2).astype(int)[:, :, None] + window).transpose(1, 0, 2)
    across = (columns + 0.5 - start[:, :1])[:, None, :]
    down = (rows + 0.5 - start[:, 1:])[:, :, None]
    square = np.maximum((run**2).sum(axis=1), 1e-12)[:, None, None]
    run_x, run_y = run[:, 0, None, None], run[:, 1, None, None]
    # The nearest point of the piece is its foot of the perpendicular, or one of its ends.
    foot = np.clip((across * run_x + down * run_y) / square, 0, 1)
    distance = np.hypot(across - foot * run_x, down - foot * run_y)
    inked = np.clip(width / 2 + 0.5 - distance, 0, 1)
    # A margin around the picture catches what lies outside it.
    margin = reach + 1
    sheet = np.zeros((SIDE + 2 * margin,) * 2)
    rows = np.clip(rows + margin, 0, SIDE + 2 * margin - 1)[:, :, None]
    columns = np.clip(columns + margin, 0, SIDE + 2 * margin - 1)[:, None, :]
    np.maximum.at(sheet, (rows, columns), inked)
    return sheet[margin:-margin, margin:-margin]


def centre_of_mass(picture: Array) -> Array:
    """The ink's mean position (x, y) in pixels, a pixel's middle being at a half.

    Without ink it is where a digit's would be.
    """
    total = picture.sum()
    if total == 0:
        return np.array([CENTRE, CENTRE])
    middles = np.arange(SIDE) + 0.5
    return np.array([picture.sum(axis=0) @ middles, picture.sum(axis=1) @ middles]) / total
