"""Pictures of digits that tests draw themselves, from our own strokes, in the ways that people's pictures differ."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from digitscope.digits.samples import SAMPLES

Array = np.ndarray
FINE = 4


def ink(digits: list[tuple[int, float, float, float]], size: tuple[int, int], width: float, variant: int = 0) -> Array:
    """How much of each pixel is inked, (h, w) 0 to 1, by digits (digit, left, top, height) on a sheet (w, h)."""
    sheet = Image.new("L", (size[0] * FINE, size[1] * FINE), 0)
    pen = ImageDraw.Draw(sheet)
    for digit, left, top, height in digits:
        for path in SAMPLES[digit][variant].paths:
            points = (path * height + (left, top)) * FINE
            pen.line([tuple(point) for point in points], fill=255, width=max(1, round(width * FINE)), joint="curve")
            for end in (points[0], points[-1]):
                reach = width * FINE / 2
                pen.ellipse((*(end - reach), *(end + reach)), fill=255)
    return np.asarray(sheet.resize(size, Image.Resampling.BOX), float) / 255


def painted(cover: Array, ink_colour: object = (25, 25, 30), paper: object = (235, 232, 225)) -> Array:
    """The picture (h, w, 3) float of ink on paper; the paper may be one colour or (h, w, 3)."""
    sheet = np.broadcast_to(np.asarray(paper, float), (*cover.shape, 3))
    return sheet * (1 - cover[..., None]) + np.asarray(ink_colour, float) * cover[..., None]


def image(pixels: Array) -> Image.Image:
    """An image of pixels (h, w[, channels])."""
    return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8))


def one(digit: int, side: int = 300, height: float = 0.6, width: float = 0.05, variant: int = 0) -> Array:
    """The ink (side, side) of one digit in the middle; `height` and `width` as shares of the side."""
    start = side * (1 - height) / 2
    return ink([(digit, start, start, side * height)], (side, side), max(1.0, side * width), variant)


def number(text: str, height: float = 80, gap: float = 1.0, width: float = 6, margin: float = 40) -> Array:
    """The ink of lines of digits, divided by slashes; a space leaves a digit's place empty."""
    lines = text.split("/")
    columns = max(map(len, lines))
    size = (int(2 * margin + columns * height * gap), int(2 * margin + len(lines) * height * 1.7))
    digits = [
        (int(sign), margin + column * height * gap, margin + row * height * 1.7, height)
        for row, line in enumerate(lines)
        for column, sign in enumerate(line)
        if sign != " "
    ]
    return ink(digits, size, width)
