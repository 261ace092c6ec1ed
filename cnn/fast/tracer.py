"""Tracer: all activations for a single picture, at the lowest latency; the page uses it for every drawing.

For one picture, the batch-last layout has rows of a single number. Here maps are (H, W, C): three neighbouring pixels
with all their channels are contiguous in memory, so im2col copies long runs and every operation on a map is one long
row. The results are transposed back to (C, H, W) without a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from math import prod

import numpy as np

from cnn.layers import BatchNorm, Conv3x3, FullyConnected, Layer, MaxPool2x2, ReLU, Shape, Softmax, softmax
from cnn.network import CNN

Array = np.ndarray
Step = Callable[[Array], Array]
"""One layer as a function of maps (H, W, C) or values (K,)."""


class Tracer:
    """A network as it was when this object was made; any number of threads may use it at once."""

    def __init__(self, network: CNN) -> None:
        self.network = deepcopy(network)
        self.kinds: dict[str, Layer] = dict(self.network.layers)
        """Layers by name."""
        self.steps: list[tuple[str, Step]] = []
        shape = network.input_shape
        for (name, layer), out in zip(self.network.layers, self.network.shapes, strict=True):
            self.steps.append((name, _step(layer, shape)))
            shape = out

    def trace(self, picture: Array) -> list[tuple[str, Array]]:
        """Return each layer's name and output, (C, H, W) or (K,) float32, for one picture (28, 28) uint8.

        The same as `CNN.trace` for a batch of one. Raises ShapeError or ValueError like `CNN.scaled`.
        """
        if picture.dtype == np.uint8 and picture.shape == self.network.input_shape[1:]:
            x = (picture * np.float32(1 / 255) - np.float32(0.5))[..., None]
        else:
            x = np.moveaxis(self.network.scaled(picture[None])[..., 0], 0, -1)
        found = []
        for name, step in self.steps:
            x = step(x)
            found.append((name, x.transpose(2, 0, 1) if x.ndim == 3 else x))
        return found

    def predict(self, pictures: Array) -> Array:
        """Return the outputs (n, K) float32 for pictures (n, 28, 28), computed one by one."""
        return np.array([self.trace(picture)[-1][1] for picture in pictures])


def _step(layer: Layer, shape: Shape) -> Step:
    """Return the layer as a function of maps (H, W, C) or values (K,), with its parameters in that layout."""
    if isinstance(layer, Conv3x3):
        return _convolution(layer, shape)
    if isinstance(layer, MaxPool2x2):
        return _pooling(shape)
    if isinstance(layer, BatchNorm):
        factor = layer.params["scale"] / np.sqrt(layer.state["variance"] + layer.epsilon)
        level = layer.params["shift"] - layer.state["mean"] * factor

        def normalise(x: Array) -> Array:
            y = x * factor
            y += level
            return y

        return normalise
    if isinstance(layer, ReLU):
        return lambda x: np.maximum(x, 0)
    if isinstance(layer, FullyConnected):
        return _dense(layer, shape)
    if len(shape) == 1:
        return lambda x: x
    # Flatten reorders to (C, H, W); Dropout changes nothing outside training.
    return (lambda x: x.transpose(2, 0, 1).ravel()) if layer.nickname == "flatten" else (lambda x: x)


def _convolution(layer: Conv3x3, shape: Shape) -> Step:
    channels, height, width = shape
    rows, cols = height - 2, width - 2
    filters = layer.num_filters
    kernels = np.ascontiguousarray(layer.params["weights"].transpose(2, 3, 1, 0)).reshape(-1, filters)
    bias = layer.params["bias"].copy()
    item = np.dtype(np.float32).itemsize
    row, col = width * channels * item, channels * item
    if channels == 1:  # nine copies of a whole map are faster than hundreds of three values
        window, strides = (3, 3, rows, cols), (row, col, row, col)
    else:
        window, strides = (rows, cols, 3, 3 * channels), (row, col, row, item)

    def convolve(x: Array) -> Array:
        # The bare constructor, because as_strided would take longer than the copy.
        columns = np.ndarray(window, np.float32, np.ascontiguousarray(x), 0, strides).copy()
        y = (columns.reshape(9, -1).T if channels == 1 else columns.reshape(rows * cols, -1)) @ kernels
        y += bias
        return y.reshape(rows, cols, filters)

    return convolve


def _pooling(shape: Shape) -> Step:
    rows, cols = shape[1] // 2 * 2, shape[2] // 2 * 2

    def pool(x: Array) -> Array:
        wide = np.maximum(x[0:rows:2], x[1:rows:2])
        return np.maximum(wide[:, 0:cols:2], wide[:, 1:cols:2])

    return pool


def _dense(layer: FullyConnected, shape: Shape) -> Step:
    weights = layer.params["weights"]
    if len(shape) == 3:  # reorder them for flattened (H, W, C) instead of (C, H, W)
        weights = weights.reshape(-1, *shape).transpose(0, 2, 3, 1).reshape(-1, prod(shape))
    weights, bias = np.ascontiguousarray(weights), layer.params["bias"].copy()

    def scores(x: Array) -> Array:
        y = weights @ x.ravel()
        y += bias
        return y

    return (lambda x: softmax(scores(x))) if isinstance(layer, Softmax) else scores
