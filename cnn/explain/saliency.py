"""Gradient saliency: how fast an answer's score would move if one pixel had a little more ink.

Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013, arXiv:1312.6034.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import score_gradients, toward
from cnn.network import CNN

Array = np.ndarray


def saliency(network: CNN, picture: Array, answer: int) -> Array:
    """(28, 28): the derivative of the answer's score by each pixel's ink (0 to 1), signed."""
    return score_gradients(network, network.scaled(picture[None]), toward(network, answer))[0][0, ..., 0]
