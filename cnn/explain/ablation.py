"""Break it: a copy of a network with filters switched off, noise on its weights, or another temperature."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from cnn.calibration import cool
from cnn.layers import BatchNorm
from cnn.network import CNN

Array = np.ndarray


def ablated(network: CNN, off: dict[str, list[int]], noise: float, temperature: float, rng: np.random.Generator) -> CNN:
    """A copy that is worse; the network itself stays as it is.

    `off` names filters, or values of a dense layer, that give zero from now on: {"conv1": [3, 7]}. A normalisation
    behind them would make something else of that zero, so it is silenced with them. `noise` is the
    deviation of what is added to each layer's weights, as a share of their own deviation. `temperature` divides
    the scores before the softmax: above 1 the answers become less sure, below 1 surer (Guo et al., "On calibration
    of modern neural networks", 2017, arXiv:1706.04599). Raises ValueError for a temperature that is
    not above zero, or one other than 1 where there is no softmax.
    """
    copy = deepcopy(network)
    silent: list[int] = []
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
