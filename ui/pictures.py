"""Arrays as pictures for the page: a colour for every number, strips of maps, PNG in an address."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
from PIL import Image

Array = np.ndarray

INK = "#12233f"
"""The pen's colour, on the board and in small pictures of what is on it."""

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


def strip(maps: Array) -> Array:
    """Maps (n, h, w) side by side, (h, n (w + 1) - 1), with a column of NaN between them."""
    return np.concatenate([np.pad(one, ((0, 0), (0, 1)), constant_values=np.nan) for one in maps], axis=1)[:, :-1]


def png_address(pixels: Array) -> str:
    """(h, w), (h, w, 3) or (h, w, 4) uint8 -> a data: address with the picture as PNG."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode()


def map_strip(maps: Array, largest: float) -> str:
    """Maps (n, h, w) float32 side by side as one picture's address; the gaps between them are see-through."""
    values = strip(maps)
    gaps = np.isnan(values)
    colours = coloured(np.where(gaps, 0, values), largest)
    return png_address(np.dstack([colours, np.where(gaps, 0, 255).astype(np.uint8)]))


def ink_picture(picture: Array) -> str:
    """A picture (28, 28) uint8 as the network sees it, ink dark on paper: the address of a 28 x 28 PNG."""
    return png_address(coloured(picture / 255, 1.0))
