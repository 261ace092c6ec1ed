"""Reading a picture five times, as it is and moved by a pixel to each side, and taking the mean.

Pooling looks at fixed squares of two by two, so a pixel's step changes what a network sees; the mean over such views
errs less than any of them (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
networks", 2012, section 4.1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray

STEPS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
"""Pixels down and to the right."""


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


def read(predict: Callable[[Array], Array], pictures: Array) -> Array:
    """Mean outputs (n, K) over all views."""
    return read_views(predict, pictures).mean(axis=0)
