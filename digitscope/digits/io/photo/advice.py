"""What to do better when no digit was found: one sentence, chosen by what was measured on the picture."""

from __future__ import annotations

import numpy as np

from digitscope.digits.io.photo.binarise import LEAST_CONTRAST
from digitscope.digits.io.photo.decode import Photo

LEAST_SIDE = 10
"""Pixels: a digit has no shape in a picture of fewer."""
DARK, BRIGHT = 45, 250
"""Steps of 255: where nearly all of a picture is darker, or brighter, there is nothing to see in it."""

TINY = "The picture has only {width} x {height} pixels: come closer, or use a larger one."
BLACK = "The picture is almost black: take it in more light."
WHITE = "The picture is almost white: use a darker pen, or turn off the flash."
BLANK = "Nothing on this picture stands out from its paper: use a darker pen, or come closer."
PALE = "What is written is too faint to be told from its paper: use a darker pen."
SMALL = "What stands out on this picture is too small or lies at its edge: come closer, with the digit in the middle."
UNCLEAR = "There is much on this picture, but nothing that looks like digits: use plain paper and come closer."


def advice(photo: Photo) -> str:
    """Why nothing was read in a picture, and what to do about it."""
    pixels = photo.pixels
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return TINY.format(width=photo.size[0], height=photo.size[1])
    grey = pixels[..., :3].astype(float).mean(axis=2)
    low, high = np.percentile(grey, [0.5, 99.5])
    if high < DARK:
        return BLACK
    if low > BRIGHT and np.ptp(grey) > 0:
        return WHITE
    away = np.abs(pixels[..., :3].astype(float) - np.median(pixels[..., :3], axis=(0, 1))).max(axis=2)
    strong = float((away > 2 * LEAST_CONTRAST).mean())
    if strong == 0:
        noise = float(np.percentile(away, 50))
        return PALE if away.max() > 4 * noise + 4 else BLANK
    return SMALL if strong < 0.02 else UNCLEAR
