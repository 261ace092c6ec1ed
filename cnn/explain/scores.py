"""The scores before the softmax and their gradients: what all explanations by derivatives stand on.

Scores, not probabilities, are differentiated: a probability near one hardly moves, whatever the picture does (Simonyan,
Vedaldi and Zisserman, "Deep inside convolutional networks", 2013, arXiv:1312.6034).
"""

from __future__ import annotations

import numpy as np

from cnn.layers import Softmax
from cnn.network import CNN

Array = np.ndarray


def scores(network: CNN, x: Array) -> Array:
    """What the last layer has before its softmax, (K, N), for a scaled batch (C, H, W, N)."""
    for name, layer in network.layers:
        if name == network.layers[-1][0] and isinstance(layer, Softmax):
            return layer.logits(x)
        x, _ = layer.forward(x)
    return x


def score_gradients(network: CNN, x: Array, direction: Array) -> list[Array]:
    """Gradients of a weighted sum of scores, for the input and for what each layer but the last gives.

    `x` is a scaled batch (C, H, W, N), `direction` the weights (K,), e.g. a single 1 at a digit. Entry 0 has the
    input's shape, entry i that of the i-th layer's output.
    """
    passed = list(network.passes(x))
    last = passed[-1]
    dy = np.repeat(direction[:, None].astype(x.dtype), x.shape[-1], axis=1)
    if isinstance(last.layer, Softmax):
        dy, _ = last.layer.backward_from_logits(dy, last.cache)
    else:
        dy, _ = last.layer.backward(dy, last.cache)
    found = [dy]
    for one in reversed(passed[:-1]):
        dy, _ = one.layer.backward(dy, one.cache)
        found.append(dy)
    return found[::-1]


def toward(network: CNN, answer: int) -> Array:
    """The direction (K,) of one answer's score alone."""
    return np.eye(network.output_shape[0], dtype=network.dtype)[answer]
