"""Ablation: a copy of a network with filters switched off, noise on its weights, or another temperature.

Comparing its predictions with those of the whole network shows what the ablated part contributes (Morcos, Barrett,
Rabinowitz and Botvinick, "On the importance of single directions for generalization", 2018, arXiv:1803.06959).
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from cnn.calibration import cool
from cnn.layers import BatchNorm
from cnn.network import CNN

Array = np.ndarray


def ablated(network: CNN, off: dict[str, list[int]], noise: float, temperature: float, rng: np.random.Generator) -> CNN:
    """Return an ablated copy of `network`, which itself does not change.

    `off` lists filters, or units of dense layers, whose output becomes zero, by layer name: {"conv1": [3, 7]}. Where
    batch normalisation follows, its scale and shift are zeroed as well, because it would shift the zeros. `noise` is
    the standard deviation of Gaussian noise added to the weights of each layer, relative to the standard deviation of
    those weights; 0 adds none. `temperature` divides the logits: above 1 the probabilities become more even, below 1
    less (Guo et al., "On calibration of modern neural networks", 2017, arXiv:1706.04599). Raises ValueError for a
    temperature not above 0, or other than 1 in a network that does not end with Softmax.
    """
    copy = deepcopy(network)
    silent: list[int] = []  # channels switched off in the most recent layer with weights
    for name, layer in copy.layers:
        if isinstance(layer, BatchNorm):
            layer.params["scale"][silent] = 0
            layer.params["shift"][silent] = 0
        weights = layer.params.get("weights")
        if weights is None:
            continue
        if noise:
            weights += (noise * weights.std() * rng.standard_normal(weights.shape)).astype(weights.dtype)
        silent = off.get(name, [])
        weights[silent] = 0
        layer.params["bias"][silent] = 0
    if temperature != 1:
        cool(copy, temperature)
    return copy
