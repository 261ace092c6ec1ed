"""Geometric transforms of one picture in known steps: move, turn, scale, slant, thicken; a whole batch at once."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

SIDE = 28


def transformed(
    picture: Array,
    *,
    right: Array | float = 0.0,
    down: Array | float = 0.0,
    turn: Array | float = 0.0,
    size: Array | float = 1.0,
    slant: Array | float = 0.0,
) -> Array:
    """Transform a picture (28, 28) uint8 in n ways: (n, 28, 28) uint8. Each argument is a number or (n,).

    `right` and `down` are pixels, `turn` degrees clockwise, `size` a factor, `slant` pixels to the right for each
    pixel up, all around the picture's middle. Pixels are interpolated bilinearly; beyond the edge there is paper.
    """
    right, down, turn, size, slant = (
        np.asarray(one, float)[:, None, None]
        for one in np.broadcast_arrays(*map(np.atleast_1d, (right, down, turn, size, slant)))
    )
    middle = (SIDE - 1) / 2
    row, column = np.mgrid[:SIDE, :SIDE] - middle
    x, y = (column - right) / size, (row - down) / size
    angle = np.deg2rad(turn)
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    x = x + slant * y
    return _mixed(picture, y + middle, x + middle)


def _mixed(picture: Array, y: Array, x: Array) -> Array:
    """Interpolate the picture bilinearly at the positions y, x (n, 28, 28)."""
    paper = np.pad(picture.astype(float), 2)
    y, x = (np.clip(one + 2, 0.5, SIDE + 2.5) for one in (y, x))
    row, column = y.astype(int), x.astype(int)
    y, x = y - row, x - column
    above = (1 - x) * paper[row, column] + x * paper[row, column + 1]
    below = (1 - x) * paper[row + 1, column] + x * paper[row + 1, column + 1]
    return np.round((1 - y) * above + y * below).astype(np.uint8)


def thickened(pictures: Array, amount: float) -> Array:
    """Thicken lines by `amount` pixels on each side, or thin them below zero: (n, 28, 28) uint8 -> the same.

    One pixel is a grey-scale dilation (or erosion) with the four neighbours; a fraction of a pixel moves each value
    that fraction of the way.
    """
    which = np.maximum if amount > 0 else np.minimum
    left = abs(amount)
    now = pictures.astype(float)
    while left > 0:
        padded = np.pad(now, ((0, 0), (1, 1), (1, 1)))
        goal = now
        for shifted in (padded[:, 2:, 1:-1], padded[:, :-2, 1:-1], padded[:, 1:-1, 2:], padded[:, 1:-1, :-2]):
            goal = which(goal, shifted)
        now = now + min(left, 1) * (goal - now)
        left -= 1
    return np.round(now).astype(np.uint8)
