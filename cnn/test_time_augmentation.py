"""Test-time augmentation: average the predictions for shifted, rotated and scaled copies of an uncertain picture.

A network trained on warped pictures still predicts slightly different probabilities for each variant; their mean is
more accurate than any one of them (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
neural networks", 2012, section 4.1). Most pictures are classified with confidence by a single pass; the others take
AUGMENTATIONS passes more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

Array = np.ndarray

SHIFTS = tuple((down, right) for down in (0, -1, 1) for right in (0, -1, 1))
"""Pixels down and to the right. The first is no shift, so the first augmentation is the picture itself."""
ROTATIONS = (-8.0, -4.0, 4.0, 8.0)
"""Degrees, clockwise."""
SCALES = (0.88, 0.94, 1.06, 1.12)
"""Factors of the size."""
AUGMENTATIONS = len(SHIFTS) + len(ROTATIONS) + len(SCALES)
"""Number of variants of a picture, the unchanged one included."""
CONFIDENT = 0.98
"""Probability from which on a single pass is enough.

Above it, augmentation changed no prediction for held-out images and drawings.
"""

MARGIN = 4
"""Width of the paper border added to each side before resampling, in pixels; no variant samples beyond it."""


@cache
def _gather(height: int, width: int) -> tuple[Array, Array]:
    """Return bilinear sampling indices and weights, both (4, AUGMENTATIONS, height, width).

    Indices point into the flattened picture with its paper border: the four neighbours of each sampling point.
    """
    y, x = np.indices((height, width), float)
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    angles = np.radians([*(0 for _ in SHIFTS), *ROTATIONS, *(0 for _ in SCALES)])[:, None, None]
    scales = np.array([*(1 for _ in SHIFTS), *(1 for _ in ROTATIONS), *SCALES])[:, None, None]
    shifts = np.zeros((AUGMENTATIONS, 2, 1, 1))
    shifts[: len(SHIFTS), :, 0, 0] = SHIFTS
    from_y = (np.cos(angles) * (y - middle_y) - np.sin(angles) * (x - middle_x)) / scales + middle_y - shifts[:, 0]
    from_x = (np.sin(angles) * (y - middle_y) + np.cos(angles) * (x - middle_x)) / scales + middle_x - shifts[:, 1]
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
    """Return the variants (AUGMENTATIONS, n, 28, 28) uint8 of pictures (n, 28, 28) uint8.

    The first variant is the pictures themselves. Areas from outside a picture are paper, 0.
    """
    n, height, width = pictures.shape
    bordered = np.zeros((n, height + 2 * MARGIN, width + 2 * MARGIN), np.float32)
    bordered[:, MARGIN : MARGIN + height, MARGIN : MARGIN + width] = pictures
    flat = bordered.reshape(n, -1)
    places, weights = _gather(height, width)
    variants = np.full((n, AUGMENTATIONS, height, width), 0.5, np.float32)
    for place, weight in zip(places, weights, strict=True):
        variants += weight * flat[:, place]
    return variants.astype(np.uint8).swapaxes(0, 1)


def augmented_outputs(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Return the outputs (AUGMENTATIONS, n, K) for all variants of pictures (n, 28, 28).

    `predict` maps pictures (m, 28, 28) uint8 to outputs (m, K).
    """
    variants = augmented(np.asarray(pictures))
    return predict(variants.reshape(-1, *variants.shape[2:])).reshape(*variants.shape[:2], -1)


def combine(outputs: Array) -> Array:
    """Combine outputs (V, n, K) of V variants to (n, K).

    The first variant's output where its largest probability is at least CONFIDENT, else the mean of all.
    """
    uncertain = outputs[0].max(axis=1, keepdims=True) < CONFIDENT
    return np.where(uncertain, outputs.mean(axis=0), outputs[0])


def averaged_outputs(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Return outputs (n, K) for pictures (n, 28, 28), averaged over all variants where one pass is not CONFIDENT.

    Equals `combine(augmented_outputs(predict, pictures))`, but computes the variants only where they are needed.
    `predict` maps pictures (m, 28, 28) uint8 to outputs (m, K).
    """
    pictures = np.asarray(pictures)
    outputs = predict(pictures)
    uncertain = outputs.max(axis=1) < CONFIDENT
    if uncertain.any():
        outputs = outputs.copy()
        outputs[uncertain] = augmented_outputs(predict, pictures[uncertain]).mean(axis=0)
    return outputs
