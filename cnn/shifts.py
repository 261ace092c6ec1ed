"""Looking again when in doubt: a picture as it is and moved by a pixel to each side, and the mean of what was read.

Pooling looks at fixed squares of two by two, so a pixel's step changes what a network sees; the mean over such views
errs less than any of them (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
networks", 2012, section 4.1). Most drawings are read surely at once; for those it changes nothing, and one look does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray

STEPS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
"""Pixels down and to the right."""
SURE = 0.98
"""From this probability on, one look is enough: on held-out images and drawings, more looks changed no answer there."""


def views(pictures: Array) -> Array:
    """Pictures (n, 28, 28) -> (5, n, 28, 28): as they are, then moved; paper comes in from the edge."""
    moved = np.zeros((len(STEPS), *pictures.shape), pictures.dtype)
    height, width = pictures.shape[1:]
    for view, (down, right) in zip(moved, STEPS, strict=True):
        to = view[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
        to[...] = pictures[:, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)]
    return moved


def read_views(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Outputs (5, n, K) of every view, by `predict`: (m, 28, 28) -> (m, K)."""
    moved = views(np.asarray(pictures))
    return predict(moved.reshape(-1, *moved.shape[2:])).reshape(*moved.shape[:2], -1)


def combine(outputs: Array) -> Array:
    """From outputs (V, n, K) of V views to (n, K): the first view's where it is sure, the mean where it doubts."""
    doubtful = outputs[0].max(axis=1, keepdims=True) < SURE
    return np.where(doubtful, outputs.mean(axis=0), outputs[0])


def read(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Outputs (n, K) for pictures (n, 28, 28): one look each, and four more where the first one leaves doubt."""
    pictures = np.asarray(pictures)
    outputs = predict(pictures)
    doubtful = outputs.max(axis=1) < SURE
    if doubtful.any():
        outputs = outputs.copy()
        outputs[doubtful] = read_views(predict, pictures[doubtful]).mean(axis=0)
    return outputs
