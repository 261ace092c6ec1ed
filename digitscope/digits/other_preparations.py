"""How other pages prepare a drawing, for comparison: the canvas shrunk as it is, or its bounding box blown up.

Both keep the brush's width relative to canvas or box, and place the digit where it happens to lie or by its box: what
MNIST's pictures, framed by size and centre of mass and all inked alike, never show.
"""

from __future__ import annotations

import numpy as np

from digitscope.digits.preprocess import BOX, SIDE, ink, resample
from digitscope.digits.strokes import Strokes

Array = np.ndarray


def shrunk(strokes: Strokes, brush: float) -> Array:
    """The whole canvas (`strokes.size` wide, drawn with a pen as wide as `brush`) shrunk: (28, 28) uint8."""
    assert strokes.size is not None, "a canvas has a size"
    scale = SIDE / strokes.size
    return _drawn([path * scale for path in strokes.paths], brush * scale)


def boxed(strokes: Strokes, brush: float) -> Array:
    """The drawing's bounding box scaled to 20 pixels and put into the middle: (28, 28) uint8."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = BOX / (float((high - low).max()) + brush)
    return _drawn([(path - (low + high) / 2) * scale + SIDE / 2 for path in strokes.paths], brush * scale)


def _drawn(paths: list[Array], width: float) -> Array:
    return np.round(255 * ink([resample(path, 0.5) for path in paths], width)).astype(np.uint8)
