"""Arrays as pictures for the page: a colour for every number, grids of maps, PNG in an address."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from math import ceil

import numpy as np
from PIL import Image

Array = np.ndarray

PAPER = (0.97, 0.97, 0.95)
ABOVE = (0.07, 0.22, 0.45)
BELOW = (0.75, 0.33, 0.05)
"""Blue for more than zero, orange for less: two colours that colour-blind people tell apart."""


def _ramp() -> Array:
    """256 colours (256, 3) uint8 from orange (-1) over paper (0, entry 128) to blue (+1)."""
    t = np.clip((np.arange(256) - 128) / 127, -1, 1)[:, None]
    ends = np.where(t < 0, BELOW, ABOVE)
    return np.round(255 * (np.array(PAPER) + (ends - np.array(PAPER)) * np.abs(t))).astype(np.uint8)


RAMP = _ramp()


def coloured(values: Array, largest: float) -> Array:
    """Numbers -> colours (..., 3) uint8; `largest` in size becomes the full colour, zero is paper."""
    index = 128 + np.clip(values / (largest or 1), -1, 1) * 127
    return RAMP[np.round(index).astype(np.uint8)]


def grid(maps: Array, columns: int) -> Array:
    """Maps (n, h, w) side by side with one-pixel gaps, -> (rows, width); NaN marks gaps and empty places."""
    n, height, width = maps.shape
    rows = ceil(n / columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan, np.float32)
    for i, one in enumerate(maps):
        top, left = i // columns * (height + 1), i % columns * (width + 1)
        sheet[top : top + height, left : left + width] = one
    return sheet


def png_address(pixels: Array) -> str:
    """(h, w), (h, w, 3) or (h, w, 4) uint8 -> a data: address with the picture as PNG."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode()


def map_sheet(maps: Array, columns: int) -> tuple[str, float]:
    """Maps (n, h, w) as one picture's address, and the number that got the full colour; gaps are see-through."""
    sheet = grid(maps, columns)
    gaps = np.isnan(sheet)
    largest = float(np.abs(maps).max(initial=0))
    alpha = np.where(gaps, 0, 255).astype(np.uint8)
    return png_address(np.dstack([coloured(np.where(gaps, 0, sheet), largest), alpha])), largest


def ink_picture(picture: Array) -> str:
    """A picture (28, 28) uint8 as the network sees it, ink dark on paper: the address of a 28 x 28 PNG."""
    return png_address(coloured(picture / 255, 1.0))
