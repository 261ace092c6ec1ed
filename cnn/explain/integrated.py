"""Integrated gradients: an answer's score shared out among the pixels, on the way from blank paper to the drawing.

Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017, arXiv:1703.01365.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import score_gradients, scores, toward
from cnn.network import CNN

Array = np.ndarray

STEPS = 32
"""Points of the way at which the gradient is taken."""


def integrated_gradients(network: CNN, picture: Array, answer: int, steps: int = STEPS) -> Array:
    """(28, 28): each pixel's share. They sum to what the score rose from blank paper to the picture, nearly.

    The integral is taken by the midpoint rule; more steps bring the sum nearer.
    """
    x = network.scaled(picture[None])
    blank = network.scaled(np.zeros_like(picture)[None])
    along = ((np.arange(steps) + 0.5) / steps).astype(x.dtype)
    gradient = score_gradients(network, blank + (x - blank) * along, toward(network, answer))[0]
    return ((x - blank)[..., 0] * gradient.mean(axis=-1))[0]


def risen(network: CNN, picture: Array, answer: int) -> float:
    """What the answer's score rises from blank paper to the picture: the sum that the shares should have."""
    both = network.scaled(np.stack([picture, np.zeros_like(picture)]))
    found = scores(network, both)[answer]
    return float(found[0] - found[1])
