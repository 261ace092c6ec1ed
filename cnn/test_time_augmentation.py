"""Looking again when in doubt: a picture as it is, moved, turned, larger and smaller, and the mean of what was read.

A network that learned from warped pictures still answers a little differently to each of them; the mean over such
views errs less than any one (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
neural networks", 2012, section 4.1). Most drawings are read surely at once; for those it changes nothing, and one
look does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

Array = np.ndarray

SHIFTS = tuple((down, right) for down in (0, -1, 1) for right in (0, -1, 1))
"""Pixels down and to the right; the first view is the picture itself."""
ROTATIONS = (-8.0, -4.0, 4.0, 8.0)
"""Degrees."""
SCALES = (0.88, 0.94, 1.06, 1.12)
AUGMENTATIONS = len(SHIFTS) + len(ROTATIONS) + len(SCALES)
CONFIDENT = 0.98
"""From this probability on, one look is enough: on held-out images and drawings, more looks changed no answer there."""

MARGIN = 4
"""Paper around the picture: no view looks further out."""


@cache
def _gather(height: int, width: int) -> tuple[Array, Array]:
    """Where each view's pixels come from: places (4, AUGMENTATIONS, height, width) on the paper, and their weights.

    Four neighbours share each pixel, by distance (bilinear interpolation).
    """
    y, x = np.indices((height, width), float)
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    turned = np.radians([*(0 for _ in SHIFTS), *ROTATIONS, *(0 for _ in SCALES)])[:, None, None]
    sizes = np.array([*(1 for _ in SHIFTS), *(1 for _ in ROTATIONS), *SCALES])[:, None, None]
    steps = np.zeros((AUGMENTATIONS, 2, 1, 1))
    steps[: len(SHIFTS), :, 0, 0] = SHIFTS
    from_y = (np.cos(turned) * (y - middle_y) - np.sin(turned) * (x - middle_x)) / sizes + middle_y - steps[:, 0]
    from_x = (np.sin(turned) * (y - middle_y) + np.cos(turned) * (x - middle_x)) / sizes + middle_x - steps[:, 1]
    wide, high = width + 2 * MARGIN, height + 2 * MARGIN
    from_y = np.clip(from_y + MARGIN, 0, high - 2)
    from_x = np.clip(from_x + MARGIN, 0, wide - 2)
    row, column = np.floor(from_y).astype(int), np.floor(from_x).astype(int)
    down, right = from_y - row, from_x - column
    corner = row * wide + column
    places = np.stack([corner, corner + 1, corner + wide, corner + wide + 1])
    weights = np.stack([(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right])
    return places, weights.astype(np.float32)


def augmented(pictures: Array) -> Array:
    """Pictures (n, 28, 28) uint8 -> (AUGMENTATIONS, n, 28, 28) uint8: unchanged, then the variants."""
    n, height, width = pictures.shape
    paper = np.zeros((n, height + 2 * MARGIN, width + 2 * MARGIN), np.float32)
    paper[:, MARGIN : MARGIN + height, MARGIN : MARGIN + width] = pictures
    flat = paper.reshape(n, -1)
    places, weights = _gather(height, width)
    seen = np.full((n, AUGMENTATIONS, height, width), 0.5, np.float32)
    for place, weight in zip(places, weights, strict=True):
        seen += weight * flat[:, place]
    return seen.astype(np.uint8).swapaxes(0, 1)


def augmented_outputs(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Outputs (AUGMENTATIONS, n, K) of every view, by `predict`: (m, 28, 28) -> (m, K)."""
    seen = augmented(np.asarray(pictures))
    return predict(seen.reshape(-1, *seen.shape[2:])).reshape(*seen.shape[:2], -1)


def combine(outputs: Array) -> Array:
    """From outputs (V, n, K) of V views to (n, K): the first view's where it is sure, the mean where it doubts."""
    doubtful = outputs[0].max(axis=1, keepdims=True) < CONFIDENT
    return np.where(doubtful, outputs.mean(axis=0), outputs[0])


def averaged_outputs(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Outputs (n, K) for pictures (n, 28, 28): one look each, and many more where the first one leaves doubt."""
    pictures = np.asarray(pictures)
    outputs = predict(pictures)
    doubtful = outputs.max(axis=1) < CONFIDENT
    if doubtful.any():
        outputs = outputs.copy()
        outputs[doubtful] = augmented_outputs(predict, pictures[doubtful]).mean(axis=0)
    return outputs
