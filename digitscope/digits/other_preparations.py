"""Two common ways to prepare a drawing, for comparison with ours: shrink the canvas, or scale the bounding box.

Both keep the brush's width relative to the canvas or the box, and place the digit where it happens to lie or by its
box. MNIST's pictures are framed by size and centre of mass and have one line width, so the network never saw such
pictures.
"""

from __future__ import annotations

import numpy as np

from digitscope.digits.preprocess import BOX, SIDE, ink, resample
from digitscope.digits.strokes import Strokes

Array = np.ndarray


def shrunk(strokes: Strokes, brush: float) -> Array:
    """Shrink the whole canvas, `strokes.size` wide and drawn with a brush of `brush` units: (28, 28) uint8."""
    assert strokes.size is not None, "a canvas has a size"
    scale = SIDE / strokes.size
    return _drawn([path * scale for path in strokes.paths], brush * scale)


def boxed(strokes: Strokes, brush: float) -> Array:
    """Scale the drawing's bounding box to 20 pixels and put it into the middle: (28, 28) uint8."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = BOX / (float((high - low).max()) + brush)
    return _drawn([(path - (low + high) / 2) * scale + SIDE / 2 for path in strokes.paths], brush * scale)


def _drawn(paths: list[Array], width: float) -> Array:
    return np.round(255 * ink([resample(path, 0.5) for path in paths], width)).astype(np.uint8)
