"""Which maps or values of the layer before a map comes from, and how strongly."""

from __future__ import annotations

import numpy as np

from cnn.explain import Activations, Sum, arithmetic
from cnn.explain.arithmetic import Softmaxed
from cnn.layers import Conv3x3, FullyConnected

Array = np.ndarray


def sources(activations: Activations, number: int, channel: int) -> list[tuple[int, float]]:
    """List the sources of a map or value as (number in the layer before, weight), strongest first.

    Of a convolution the weight is its kernel's largest entry, of a dense layer the contribution to the sum; all other
    layers take from one source alone.
    """
    if number == 0:
        return []
    layer, before = activations.layer(number), activations.values[number - 1]
    if isinstance(layer, Conv3x3):
        kernels = layer.params["weights"][channel].reshape(len(before), -1)
        weights = kernels[np.arange(len(kernels)), np.abs(kernels).argmax(axis=1)]
    elif isinstance(layer, FullyConnected):
        weights = _sum_of(activations, number, channel).per_map
    elif len(before) == len(activations.values[number]):
        return [(channel, 1.0)]
    else:  # Flatten
        return [(channel // before[0].size, 1.0)]
    order = np.argsort(-np.abs(weights), kind="stable")
    return [(int(i), float(weights[i])) for i in order]


def _sum_of(activations: Activations, number: int, value: int) -> Sum:
    """Return the weighted sum behind a dense layer's value; of the softmax the score's."""
    found = arithmetic(activations, number, (value,))
    found = found.score if isinstance(found, Softmaxed) else found
    assert isinstance(found, Sum)
    return found
