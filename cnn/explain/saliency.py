"""Gradient saliency: the derivative of a class's score with respect to each pixel.

Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013, arXiv:1312.6034.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import score_gradients, toward
from cnn.network import CNN

Array = np.ndarray


def saliency(network: CNN, picture: Array, target: int) -> Array:
    """Return the signed derivative (28, 28) of the score of `target` with respect to each pixel's ink (0 to 1)."""
    return score_gradients(network, network.scaled(picture[None]), toward(network, target))[0][0, ..., 0]
