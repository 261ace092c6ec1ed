"""Framing a digit's mask as MNIST's digits were: a box of 20 x 20, lines of one width, the centre of mass in place."""

from __future__ import annotations

import numpy as np

from digitscope.digits.io.photo.decode import Photo
from digitscope.digits.preprocess import BOX, CENTRE, INK, SIDE, centre_of_mass

Array = np.ndarray

FINE = 5
"""The factor by which the picture on which the line's width is set is finer than the final one."""


def frame(mask: Array, width: float = INK) -> Array:
    """A digit's mask (h, w) bool, cut to its box -> (28, 28) uint8 with lines `width` pixels wide."""
    import cv2

    scale = FINE * (BOX - width) / max(mask.shape)
    size = tuple(max(1, round(side * scale)) for side in mask.shape[::-1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    fine = cv2.resize(mask.astype(np.float32), size, interpolation=way) > 0.5
    pad = int(FINE * width) + 2
    fine = np.pad(fine, pad)
    inside = cv2.distanceTransform(fine.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~fine).astype(np.uint8), cv2.DIST_L2, 3)
    signed = np.where(fine, inside - 0.5, 0.5 - outside)
    ridge = fine & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)))
    if not ridge.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    half = float(np.median(inside[ridge]))
    goal = FINE * width / 2
    drawn = signed > half - goal
    if half > goal:
        # Where a thick line is thinner than usual it would be lost: its middle is inked anew.
        middle = ridge & (inside > 0.4 * half)
        drawn |= cv2.distanceTransform((~middle).astype(np.uint8), cv2.DIST_L2, 3) < 0.8 * goal
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    digit = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) * 255
    shrink = BOX / max(digit.shape)
    final = tuple(max(1, round(side * shrink)) for side in digit.shape[::-1])
    return centred(np.round(cv2.resize(digit, final, interpolation=cv2.INTER_AREA)).astype(np.uint8))


def centred(digit: Array) -> Array:
    """Place a digit (h, w) of at most 20 x 20 so that its centre of mass is the picture's: (28, 28) uint8."""
    height, width = digit.shape
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[top : top + height, left : left + width] = digit
    right, down = np.round(CENTRE - centre_of_mass(picture)).astype(int)
    down = int(np.clip(down, -top, SIDE - top - height))
    right = int(np.clip(right, -left, SIDE - left - width))
    return np.roll(picture, (down, right), axis=(0, 1))


def as_mnist(photo: Photo) -> Array | None:
    """A picture of MNIST's kind -> its ink as it is, (28, 28) uint8; None for any other.

    All 70,000 of MNIST's pictures have a clean paper, a box whose longer side is 20 pixels (19 in 16 of them), and
    their centre of mass within half a pixel of the middle. Hardly any other picture has all three by chance.
    """
    pixels = photo.pixels
    if pixels.shape[:2] != (SIDE, SIDE) or pixels[..., 3].min() < 255 or np.ptp(pixels[..., :3], axis=2).any():
        return None
    grey = pixels[..., 0]
    paper = int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    ink = np.abs(grey.astype(int) - paper).astype(np.uint8)
    if paper not in (0, 255) or ink.max() < 200:
        return None
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    away = np.abs(centre_of_mass(ink) - CENTRE).max()
    return ink if longer in (BOX - 1, BOX) and away <= 0.55 else None
