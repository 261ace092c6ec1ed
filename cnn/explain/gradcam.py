"""Grad-CAM: the sum of a layer's maps, each weighted by the mean gradient of a class's score.

Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2016,
arXiv:1610.02391.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.activations import Activations
from cnn.explain.scores import score_gradients, toward
from cnn.layers import Conv3x3

Array = np.ndarray


def layers(activations: Activations) -> list[int]:
    """Return the numbers of the outputs that Grad-CAM can use: that of each convolutional block, in order.

    A block ends before the next convolution, Flatten or dense layer: it includes pooling, normalisation and ReLU.
    """
    ends = []
    for number in range(1, len(activations)):
        if isinstance(activations.layer(number), Conv3x3):
            ends.append(number)
        elif ends and activations.values[number].ndim == 3:
            ends[-1] = number
    return ends


def grad_cam(activations: Activations, target: int, number: int) -> Array:
    """Return the Grad-CAM map (H, W), 0 or more, of the layer `number` for the class `target`."""
    network = activations.network
    gradients = score_gradients(network, network.scaled(activations.picture[None]), toward(network, target))
    weights = gradients[number][..., 0].mean(axis=(1, 2))
    return np.maximum(np.tensordot(weights, activations.values[number], axes=1), 0)


def spread(activations: Activations, number: int, cam: Array) -> Array:
    """Resample a map (H, W) of the layer `number` to the picture's size (28, 28).

    Each value is placed at the centre of its receptive field. Interpolation is bilinear; outside the outermost
    centres the nearest value is repeated.
    """
    height, width = activations.network.input_shape[1:]
    rows, columns = np.arange(cam.shape[0]), np.arange(cam.shape[1])
    down = [sum(activations.receptive_field(number, (0, int(y), 0))[0::2]) / 2 - 0.5 for y in rows]
    across = [sum(activations.receptive_field(number, (0, 0, int(x)))[1::2]) / 2 - 0.5 for x in columns]
    wide = np.array([np.interp(np.arange(width), across, row) for row in cam])
    return np.array([np.interp(np.arange(height), down, column) for column in wide.T]).T
