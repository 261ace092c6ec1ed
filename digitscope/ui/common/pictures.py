"""Arrays as pictures for the page: a colour for every number, strips of maps, PNG in an address."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
from PIL import Image

Array = np.ndarray

INK = "#12233f"
"""The pen's colour, on the canvas and in small pictures of what is on it."""

PAPER = (0.97, 0.97, 0.95)
ABOVE = (0.07, 0.22, 0.45)
BELOW = (0.75, 0.33, 0.05)
"""Blue for more than zero, orange for less: two colours that colour-blind people tell apart."""

BRIGHT = 0.99
"""The share of values on a sheet of maps below the full colour: the few largest must not make all others pale."""


def _ramp() -> Array:
    """256 colours (256, 3) uint8 from orange (-1) over paper (0, entry 128) to blue (+1)."""
    t = np.clip((np.arange(256) - 128) / 127, -1, 1)[:, None]
    ends = np.where(t < 0, BELOW, ABOVE)
    return np.round(255 * (np.array(PAPER) + (ends - np.array(PAPER)) * np.abs(t))).astype(np.uint8)


RAMP = _ramp()


def levels(values: Array, largest: float) -> Array:
    """Numbers -> entries of RAMP (...) uint8, 1 to 255; `largest` in size becomes the full colour, zero is paper."""
    scaled = np.clip(values * np.float32(127 / (largest or 1)), -127, 127)
    return (np.rint(scaled) + 128).astype(np.uint8)


def coloured(values: Array, largest: float) -> Array:
    """Numbers -> colours (..., 3) uint8; `largest` in size becomes the full colour, zero is paper."""
    return RAMP[levels(values, largest)]


def png_address(pixels: Array) -> str:
    """(h, w), (h, w, 3) or (h, w, 4) uint8 -> a data: address with the picture as PNG."""
    return _address(Image.fromarray(pixels))


def _address(image: Image.Image, **options: int) -> str:
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1, **options)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode()


def level_address(entries: Array) -> str:
    """Entries of RAMP (h, w) uint8 as a picture's address; entry 0 is no level's and see-through."""
    # A palette's picture is packed in a quarter of the time.
    image = Image.fromarray(entries)
    image.putpalette(RAMP.tobytes())
    return _address(image, transparency=0)


def map_strip(maps: Array, largest: float) -> str:
    """Maps (n, h, w) float32 side by side as one picture's address; the gaps between them are see-through."""
    n, height, width = maps.shape
    strip = np.zeros((height, n, width + 1), np.uint8)
    strip[:, :, :width] = levels(maps, largest).transpose(1, 0, 2)
    return level_address(strip.reshape(height, -1)[:, :-1])


def as_maps(values: Array) -> Array:
    """Return a layer's values as maps (n, h, w): single values (K,) become K maps of one pixel."""
    return values if values.ndim == 3 else values.reshape(-1, 1, 1)


def map_sheet(maps: Array, across: int) -> Array:
    """Maps (n, h, w) float32 as one picture: `across` beside each other, the rest in rows below.

    Returns entries of RAMP (rows x h, across x w) uint8, 0 (see-through) where there is no map.
    """
    n, height, width = maps.shape
    rows = -(-n // across)
    sheet = np.zeros((rows * across, height, width), np.uint8)
    sheet[:n] = levels(maps, float(np.quantile(np.abs(maps), BRIGHT)) or float(np.abs(maps).max()))
    return sheet.reshape(rows, across, height, width).swapaxes(1, 2).reshape(rows * height, across * width)


def ink_picture(picture: Array) -> str:
    """A picture (28, 28) uint8 as the network sees it, ink dark on paper: the address of a 28 x 28 PNG."""
    return png_address(coloured(picture / 255, 1.0))
