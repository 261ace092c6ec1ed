"""Drawings to read: the samples laid out on the canvas, and twenty by people where these are at hand."""

from __future__ import annotations

import numpy as np

from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Drawing, Strokes
from testkit.paths import PEN_DATA

Array = np.ndarray

SIDE = 340
"""The canvas's side in pixels, in a window that is wide enough."""


def on_canvas(strokes: Strokes, side: float = SIDE, share: float = 0.7) -> list[Array]:
    """Return the paths (n, 2) in pixels of a canvas: in its middle, the longest side `share` of the canvas's."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = share * side / (high - low).max()
    return [(path - (low + high) / 2) * scale + side / 2 for path in strokes.paths]


def sample(digit: int, which: int = 0) -> list[Array]:
    """Return the paths of one of the digit's two samples on the canvas."""
    return on_canvas(SAMPLES[digit][which])


def twenty_drawings() -> list[Drawing]:
    """Return two drawings of each digit: by people where their drawings are at hand, else the samples."""
    path = PEN_DATA / "pendigits-train.unipen.gz"
    if not path.exists():
        return [Drawing(strokes, digit, "samples") for digit, pair in SAMPLES.items() for strokes in pair]
    drawings = read_unipen(path)
    order = np.random.default_rng(2026).permutation(len(drawings))
    chosen = [[drawings[i] for i in order if drawings[i].label == digit][:2] for digit in range(10)]
    return [drawing for pair in chosen for drawing in pair]
