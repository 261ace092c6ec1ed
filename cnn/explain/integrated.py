"""Integrated gradients: attribute the change of a class's score from a blank picture to the drawing to its pixels.

Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017, arXiv:1703.01365.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import score_gradients, scores, toward
from cnn.network import CNN

Array = np.ndarray

STEPS = 32
"""Points of the path at which the gradient is evaluated."""


def integrated_gradients(network: CNN, picture: Array, target: int, steps: int = STEPS) -> Array:
    """Return each pixel's attribution (28, 28) for the class `target`.

    Up to the error of the midpoint rule, which falls with more `steps`, they sum to `score_difference`. `picture` is
    (28, 28) uint8.
    """
    x = network.scaled(picture[None])
    blank = network.scaled(np.zeros_like(picture)[None])
    along = ((np.arange(steps) + 0.5) / steps).astype(x.dtype)
    gradient = score_gradients(network, blank + (x - blank) * along, toward(network, target))[0]
    return ((x - blank)[..., 0] * gradient.mean(axis=-1))[0]


def score_difference(network: CNN, picture: Array, target: int) -> float:
    """Return the score of the class `target` for `picture` minus that for a blank picture."""
    both = network.scaled(np.stack([picture, np.zeros_like(picture)]))
    found = scores(network, both)[target]
    return float(found[0] - found[1])
