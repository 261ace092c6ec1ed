"""Random warps of a whole batch: every picture turned, stretched, bent and re-inked a little, each in its own way.

A network that sees each digit another way each time learns what does not matter about it. The smooth bending
follows Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual
document analysis" (2003); it is drawn on a coarse grid and blown up, which costs next to nothing.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray

SIDE = 28
MARGIN = 4
"""Paper around the picture, so that a source place just outside it needs no special case."""
WIDE = SIDE + 2 * MARGIN

TURN = np.float32(np.pi / 15)
"""Up to 12 degrees either way."""
STRETCH = np.float32(0.12)
SHEAR = np.float32(0.2)
SHIFT = np.float32(2.0)
"""Pixels either way."""
BEND = np.float32(1.1)
"""Pixels: deviation of the coarse grid's nodes."""
NODES = 6
INKING = np.float32(0.65)
"""How far towards a line that is one pixel fatter or thinner on each side."""

CHUNK = 64
"""Pictures that are warped together: their arrays stay in the cache."""


def _blow_up() -> Array:
    """(28, NODES): weights that interpolate a row of grid nodes smoothly (cubic B-spline) at each pixel."""
    places = np.linspace(1, NODES - 2, SIDE)
    away = np.abs(places[:, None] - np.arange(NODES))
    near, far = 2 / 3 - away**2 + away**3 / 2, (2 - away) ** 3 / 6
    return np.where(away < 1, near, np.where(away < 2, far, 0)).astype(np.float32)


_BLOW_UP = _blow_up()
_MIDDLES = (np.arange(SIDE) - (SIDE - 1) / 2).astype(np.float32)
_DOWN = np.repeat(_MIDDLES, SIDE)
_ACROSS = np.tile(_MIDDLES, SIDE)


def warp(pictures: Array, rng: np.random.Generator, strength: float = 1.0) -> Array:
    """Return as many new pictures: (n, 28, 28) uint8 -> (n, 28, 28) uint8. The given ones stay as they are.

    `strength` scales every kind of change at once; at 0 the pictures come back as they were.
    """
    warped = np.empty_like(pictures)
    scale = np.float32(strength)
    for start in range(0, len(pictures), CHUNK):
        part = slice(start, start + CHUNK)
        warped[part] = _bend(_reink(pictures[part], rng, scale), rng, scale)
    return warped


def _reink(pictures: Array, rng: np.random.Generator, scale: np.float32) -> Array:
    """Make every line fatter or thinner, by going part of the way to the brightest or darkest neighbour."""
    amount = scale * rng.uniform(-INKING, INKING, (len(pictures), 1, 1)).astype(np.float32)
    goal = np.where(amount > 0, _extreme(pictures, np.maximum), _extreme(pictures, np.minimum))
    return pictures + np.abs(amount) * (goal.astype(np.float32) - pictures)


def _extreme(pictures: Array, which: np.ufunc) -> Array:
    """The extreme of each pixel and its four neighbours; at the edge, of those that exist."""
    extreme = pictures.copy()
    which(extreme[:, 1:], pictures[:, :-1], out=extreme[:, 1:])
    which(extreme[:, :-1], pictures[:, 1:], out=extreme[:, :-1])
    which(extreme[:, :, 1:], pictures[:, :, :-1], out=extreme[:, :, 1:])
    which(extreme[:, :, :-1], pictures[:, :, 1:], out=extreme[:, :, :-1])
    return extreme


def _bend(pictures: Array, rng: np.random.Generator, scale: np.float32) -> Array:
    """Take every pixel from another place (turn, stretch, shear, shift, bend), mixing its four neighbours."""
    n = len(pictures)
    turn = scale * rng.uniform(-TURN, TURN, (n, 1)).astype(np.float32)
    stretch_x, stretch_y = 1 + scale * rng.uniform(-STRETCH, STRETCH, (2, n, 1)).astype(np.float32)
    shear = scale * rng.uniform(-SHEAR, SHEAR, (n, 1)).astype(np.float32)
    shift_x, shift_y = scale * rng.uniform(-SHIFT, SHIFT, (2, n, 1)).astype(np.float32)
    nodes = rng.standard_normal((2, n, NODES, NODES), np.float32) * (scale * BEND)
    bend_x, bend_y = (_BLOW_UP @ nodes @ _BLOW_UP.T).reshape(2, n, SIDE * SIDE)

    cos, sin = np.cos(turn), np.sin(turn)
    middle = np.float32((WIDE - 1) / 2)
    x = (cos * stretch_x) * _ACROSS + (shear - sin) * stretch_x * _DOWN + (bend_x + (shift_x + middle))
    y = (sin * stretch_y) * _ACROSS + (cos * stretch_y) * _DOWN + (bend_y + (shift_y + middle))
    # Beyond the margin there is only paper: any place on it will do.
    np.clip(x, 0, WIDE - 1.01, out=x)
    np.clip(y, 0, WIDE - 1.01, out=y)

    column, row = x.astype(np.int32), y.astype(np.int32)
    x -= column
    y -= row
    place = row * WIDE + column
    place += (np.arange(n, dtype=np.int32) * (WIDE * WIDE))[:, None]
    paper = np.zeros((n, WIDE, WIDE), np.float32)
    paper[:, MARGIN:-MARGIN, MARGIN:-MARGIN] = pictures
    flat = paper.reshape(-1)
    above = flat.take(place)
    above += x * (flat.take(place + 1) - above)
    place += WIDE
    below = flat.take(place)
    below += x * (flat.take(place + 1) - below)
    above += y * (below - above)
    return (above + np.float32(0.5)).astype(np.uint8).reshape(n, SIDE, SIDE)
