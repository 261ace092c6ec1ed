"""From a picture file to 28 x 28: find the digit on its paper, then frame it as MNIST's were.

Pen or pencil, dark on light or chalk on a board, in a light that falls from one side, on ruled paper held a little
askew: the paper is estimated and taken away, lines across the whole picture are removed, what hangs together is
sorted out from specks and from what reaches in from the edge, and the line gets MNIST's width.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from digitscope.digits.preprocess import BOX, CENTRE, INK, SIDE, Prepared, centre_of_mass

Array = np.ndarray

WORKING_SIDE = 400
"""Pixels: larger pictures are made smaller first."""
MOST_PIXELS = 60_000_000
"""A picture with more is refused unread: a phone's has 12 to 50 million."""
LEAST_CONTRAST = 30
"""Steps of grey, of 255, that ink must differ from paper."""
PAPER_SIDE, PAPER_WINDOW = 80, 25
"""The paper is estimated on a picture so small, from windows wider there than any line of a digit."""
INKED = 0.4
"""From this share of the ink's full darkness on, a pixel belongs to a line; ruled lines are mostly fainter."""
RULED, MOST_TILT = 0.7, 7
"""A line that covers this share of the width is no part of a digit; up to so many degrees askew."""
SPECK = 0.04
"""Parts smaller than this share of the largest one are dirt."""
FINE = 4
"""The line's width is set on a picture so many times as fine as the final one."""

BLANK = "There is nothing on this picture that stands out from its paper."


class PhotoError(ValueError):
    """A picture file that cannot be read; the message is one sentence that names it."""


def read_photo(file: str | Path | IO[bytes], name: str = "") -> Prepared:
    """The digit in a picture file, called `name` in errors; raises PhotoError if it is no picture or far too large."""
    name = name or str(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            with Image.open(file) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise PhotoError(f"{name} has {image.width} x {image.height} pixels: please make it smaller.")
                # JPEGs unpack much faster at a fraction of their size.
                image.draft("RGB", (2 * WORKING_SIDE, 2 * WORKING_SIDE))
                return prepare_photo(image)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PhotoError(f"{name} is no picture that can be read: use PNG or JPEG.") from error
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def prepare_photo(image: Image.Image) -> Prepared:
    """Frame the digit on a picture of any mode and size; no ink gives a reason and no picture."""
    grey = _grey(image)
    if grey.shape == (SIDE, SIDE):
        # Nobody makes pictures this small but those who framed them already, such as MNIST's own.
        paper = np.median(np.concatenate(_edges(grey)))
        ink = np.abs(grey - paper)
        if ink.max() < LEAST_CONTRAST:
            return Prepared(None, BLANK)
        return Prepared(np.round(ink).astype(np.uint8), "", (0, 0, SIDE, SIDE), 1.0)
    ink = _ink(grey)
    if not (ink >= LEAST_CONTRAST).any():
        return Prepared(None, BLANK)
    full = float(np.mean(np.sort(ink[ink >= LEAST_CONTRAST])[-max(1, ink.size // 200) :]))
    mask = _digit(_without_rules(ink > INKED * full))
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows) or full < LEAST_CONTRAST:
        return Prepared(None, BLANK)
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    scale = BOX / max(bottom - top, right - left)
    return Prepared(_centred(_framed(mask[top:bottom, left:right])), "", (left, top, right, bottom), scale)


def _grey(image: Image.Image) -> Array:
    """The picture upright, without colours and transparency, at most WORKING_SIDE large: (h, w) float 0 to 255."""
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
    return np.asarray(grey, float)


def _ink(grey: Array) -> Array:
    """How much each pixel differs from the paper behind it towards the ink's side: (h, w) float 0 to 255."""
    # Ink covers less than paper: the long tail of the differences from the neighbourhood points to its side.
    soft = Image.fromarray(grey.astype(np.uint8)).filter(ImageFilter.BoxBlur(max(grey.shape) / 6))
    around = grey - np.asarray(soft, float)
    if (around**3).sum() > 0:
        grey = 255 - grey
    return np.clip(_paper(grey) - grey, 0, 255)


def _paper(grey: Array) -> Array:
    """The paper's brightness behind every pixel: a morphological closing, which dark lines do not survive."""
    small = Image.fromarray(grey.astype(np.uint8))
    small.thumbnail((PAPER_SIDE, PAPER_SIDE), Image.Resampling.BOX)
    window = min(PAPER_WINDOW, (min(small.size) - 1) // 2 * 2 + 1)
    if window >= 3:
        # At the edge the filters see less; paper goes on beyond it.
        wide = Image.fromarray(np.pad(np.asarray(small), window, mode="edge"))
        wide = wide.filter(ImageFilter.MaxFilter(window)).filter(ImageFilter.MinFilter(window))
        small = wide.filter(ImageFilter.GaussianBlur(2)).crop(
            (window, window, window + small.width, window + small.height)
        )
    return np.asarray(small.resize(grey.shape[::-1], Image.Resampling.BICUBIC), float)


def _without_rules(mask: Array) -> Array:
    """The mask (h, w) bool without lines that run through the whole picture, be they level, upright or askew."""
    for turned in (False, True):
        one = mask.T if turned else mask
        for degrees in sorted(range(-MOST_TILT, MOST_TILT + 1), key=abs):
            drop = np.round(np.tan(np.radians(degrees)) * np.arange(one.shape[1])).astype(int)
            rows = (np.arange(one.shape[0])[:, None] + drop) % one.shape[0]
            columns = np.arange(one.shape[1])
            level = one[rows, columns]
            ruled = np.flatnonzero(level.mean(axis=1) > RULED)
            for row in ruled.tolist():
                # Where a stroke crosses the line there is ink on both its sides.
                beside = range(max(0, row - 4), min(len(level), row + 5))
                above = np.any([level[r] for r in beside if r < row and r not in ruled] or [False], axis=0)
                below = np.any([level[r] for r in beside if r > row and r not in ruled] or [False], axis=0)
                level[row] &= above & below
            if len(ruled):
                one = one.copy()
                one[rows, columns] = level
        mask = one.T if turned else one
    return mask


def _digit(mask: Array) -> Array:
    """The parts of the mask that make up the digit: not the specks, nor what reaches in from the edge."""
    labels, count = components(mask)
    if count == 0:
        return mask
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    edge = np.unique(np.concatenate(_edges(labels)))
    inner = sizes.copy()
    inner[edge] = 0
    # A digit that fills its picture may touch the edge: then there is nothing of its size inside.
    kept = inner if inner.max() >= SPECK * sizes.max() and inner.max() > 0 else sizes
    return np.isin(labels, np.flatnonzero(kept >= max(1.0, SPECK * kept.max())))


def components(mask: Array) -> tuple[Array, int]:
    """Label what hangs together, diagonals included: (h, w) int, 0 for none, and how many parts there are.

    Runs of each row are joined with the runs that they touch in the row above (union-find; Rosenfeld and Pfaltz,
    "Sequential operations in digital picture processing", 1966).
    """
    parent: list[int] = []

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    labels = np.zeros(mask.shape, int)
    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        changes = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        runs = []
        for start, stop in changes.reshape(-1, 2).tolist():
            own = len(parent)
            parent.append(own)
            for first, last, other in above:
                if first <= stop and start <= last:
                    parent[root(own)] = root(other)
            runs.append((start, stop, own))
            labels[row, start:stop] = own + 1
        above = runs
    roots = np.array([0, *(root(label) + 1 for label in range(len(parent)))], int)
    found, renamed = np.unique(roots, return_inverse=True)
    return renamed[labels], len(found) - 1


def _framed(mask: Array) -> Array:
    """A digit's mask (h, w) bool -> (h', w') uint8 with the longer side BOX, and lines as wide as MNIST's."""
    scale = FINE * (BOX - INK) / max(mask.shape)
    edge = int(FINE * INK)
    size = tuple(max(1, round(side * scale)) for side in mask.shape[::-1])
    fine = Image.fromarray((255 * mask).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    fine = Image.fromarray(np.pad(np.where(np.asarray(fine) > 127, 255, 0).astype(np.uint8), edge))
    # A line's area over half its outline is its width.
    inked = np.asarray(fine) > 0
    outline = np.count_nonzero(inked[1:] != inked[:-1]) + np.count_nonzero(inked[:, 1:] != inked[:, :-1])
    # Steps along slanted edges count for both directions: on average 4 / pi of the true length.
    width = 2 * np.count_nonzero(inked) / max(outline * np.pi / 4, 1)
    grow = round((FINE * INK - width) / 2)
    if grow > 0:
        fine = fine.filter(ImageFilter.MaxFilter(2 * grow + 1))
    elif grow < 0:
        # Never so much that a line which is thinner than the average is lost.
        fine = fine.filter(ImageFilter.MinFilter(2 * min(-grow, max(1, int(width / 4))) + 1))
    box = fine.getbbox() or (0, 0, *fine.size)
    digit = fine.crop(box)
    shrink = BOX / max(digit.size)
    final = tuple(max(1, round(side * shrink)) for side in digit.size)
    return np.asarray(digit.resize(final, Image.Resampling.BOX))  # type: ignore[arg-type]


def _edges(values: Array) -> list[Array]:
    return [values[0], values[-1], values[:, 0], values[:, -1]]


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
