"""Class scores (the logits before the softmax) and their gradients, which all gradient-based explanations use.

Scores are differentiated rather than probabilities: a probability close to one hardly changes, whatever happens to the
picture (Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013, arXiv:1312.6034, section 3).
"""

from __future__ import annotations

import numpy as np

from cnn.layers import Softmax
from cnn.network import CNN

Array = np.ndarray


def scores(network: CNN, x: Array) -> Array:
    """Return the class scores (K, N) for a scaled batch `x` (C, H, W, N).

    A network that does not end with Softmax has no logits; its output (K, N) is returned.
    """
    last = network.layers[-1][1]
    for passed in network.passes(x, stop=-1 if isinstance(last, Softmax) else None):
        x = passed.output
    return last.logits(x) if isinstance(last, Softmax) else x


def score_gradients(network: CNN, x: Array, direction: Array) -> list[Array]:
    """Return the gradients of a weighted sum of scores for the input and for every layer's output but the last.

    `x` is a scaled batch (C, H, W, N); `direction` (K,) holds the weights, for example a single 1 at one class. Entry 0
    has the shape of `x`, entry i that of the output of layer i, counted from 1.
    """
    passed = list(network.passes(x))
    dy = np.repeat(direction[:, None].astype(x.dtype), x.shape[-1], axis=1)
    back = network.backward(passed, dy, from_logits=isinstance(passed[-1].layer, Softmax))
    return [one.dx for one in back][::-1]


def toward(network: CNN, target: int) -> Array:
    """Return the direction (K,) for `score_gradients` that picks the score of the class `target` alone."""
    return np.eye(network.output_shape[0], dtype=network.dtype)[target]
