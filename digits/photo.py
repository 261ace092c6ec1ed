"""From a picture file to 28 x 28: find the digit on its paper, then frame it as MNIST's were.

Plain pictures for now: one digit on paper that is lighter or darker than it everywhere.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from digits.preprocess import BOX, CENTRE, SIDE, Prepared, centre_of_mass

Array = np.ndarray

WORKING_SIDE = 400
"""Pixels: larger pictures are made smaller first."""
MOST_PIXELS = 60_000_000
"""A picture with more is refused unread: a phone's has 12 to 50 million."""
LEAST_CONTRAST = 30
"""Steps of grey, of 255, that ink must differ from paper."""

BLANK = "There is nothing on this picture that stands out from its paper."


class PhotoError(ValueError):
    """A picture file that cannot be read; the message is one sentence that names it."""


def read_photo(path: str | Path) -> Prepared:
    """The digit in the picture file at `path`; raises PhotoError if it is no picture or far too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise PhotoError(f"{path} has {image.width} x {image.height} pixels: please make it smaller.")
                return prepare_photo(image)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PhotoError(f"{path} is no picture that can be read: use PNG or JPEG.") from error
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def prepare_photo(image: Image.Image) -> Prepared:
    """Frame the digit on a picture of any mode and size; no ink gives a reason and no picture."""
    ink = _ink(image)
    if ink.max(initial=0) < LEAST_CONTRAST:
        return Prepared(None, BLANK)
    if ink.shape == (SIDE, SIDE):
        # Nobody makes pictures this small but those who framed them already, such as MNIST's own.
        return Prepared(np.round(ink).astype(np.uint8), "", (0, 0, SIDE, SIDE), 1.0)
    threshold = otsu(ink)
    # Soft edges belong to the line, so the box reaches further than the line's dark middle.
    rows, columns = (np.flatnonzero((ink > threshold / 2).any(axis=axis)) for axis in (1, 0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    full = np.percentile(ink[ink > threshold], 75) if (ink > threshold).any() else 255
    digit = Image.fromarray(np.clip(ink[top:bottom, left:right] * (255 / full), 0, 255).astype(np.uint8))
    scale = BOX / max(digit.size)
    size = tuple(max(1, round(side * scale)) for side in digit.size)
    if digit.size != size:
        digit = digit.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)  # type: ignore[arg-type]
    return Prepared(_centred(np.asarray(digit)), "", (left, top, right, bottom), scale)


def _ink(image: Image.Image) -> Array:
    """How much each pixel differs from the paper around it towards the ink's side: (h, w) float 0 to 255."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):  # deep grey: convert() would cut it off at 255
        deep = np.asarray(upright, float)
        span = np.ptp(deep)
        upright = Image.fromarray(((deep - deep.min()) * (255 / span if span else 0)).astype(np.uint8))
    upright = upright.convert("RGBA")
    upright.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    border = np.concatenate([edge.reshape(-1, 4) for edge in _edges(np.asarray(upright))])
    # What shines through a transparent picture is paper, whatever its border says.
    paper = tuple(int(v) for v in np.median(border[:, :3], axis=0)) if (border[:, 3] > 128).all() else (255,) * 3
    flat = Image.new("RGBA", upright.size, (*paper, 255))
    grey = Image.alpha_composite(flat, upright).convert("L")
    # Noise of single pixels is gone in a large picture's median; a small one has no pixel to lose.
    if min(grey.size) > 100:
        grey = grey.filter(ImageFilter.MedianFilter(3))
    values = np.asarray(grey, float)
    edge = np.concatenate([part.ravel() for part in _edges(values)])
    difference = np.median(edge) - values
    darker, lighter = difference.clip(0).sum(), (-difference).clip(0).sum()
    return difference.clip(0) if darker >= lighter else (-difference).clip(0)


def _edges(values: Array) -> list[Array]:
    return [values[0], values[-1], values[:, 0], values[:, -1]]


def otsu(values: Array) -> float:
    """The threshold that parts values of 0 to 255 best into two classes (Otsu, IEEE Trans. SMC 9, 1979)."""
    counts = np.bincount(np.clip(values, 0, 255).astype(int).ravel(), minlength=256).astype(float)
    below = np.cumsum(counts)
    mass = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    return float(np.nan_to_num(between).argmax())


def _centred(digit: Array) -> Array:
    """Place a digit (h, w) of at most 20 x 20 so that its centre of mass is the picture's: (28, 28) uint8."""
    height, width = digit.shape
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[top : top + height, left : left + width] = digit
    right, down = np.round(CENTRE - centre_of_mass(picture)).astype(int)
    down = int(np.clip(down, -top, SIDE - top - height))
    right = int(np.clip(right, -left, SIDE - left - width))
    return np.roll(picture, (down, right), axis=(0, 1))
