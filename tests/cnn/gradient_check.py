"""The checker that all layers must pass: derivatives by central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnn.layers import Layer

Array = np.ndarray
STEP = 1e-6


def numeric_gradient(value: Callable[[], float], array: Array) -> Array:
    """How `value` changes with each entry of `array`, which is moved a little up and down and put back."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + STEP
        above = value()
        array[index] = kept - STEP
        below = value()
        array[index] = kept
        gradient[index] = (above - below) / (2 * STEP)
    return gradient


def check_layer(layer: Layer, input_shape: tuple[int, ...], n: int, seed: int, *, train: bool = True) -> None:
    """Build `layer` in float64 and compare every gradient that its backward pass gives."""
    rng = np.random.default_rng(seed)
    output_shape = layer.build(input_shape, rng)
    for home in (layer.params, layer.state):
        for name, array in home.items():
            home[name] = array.astype(np.float64) + 0.1 * rng.standard_normal(array.shape) ** 2
    # Distinct values, far enough apart that no step crosses the edge of a maximum or of a ReLU.
    size = int(np.prod(input_shape)) * n
    x = (rng.permutation(size) - size // 2 + 0.3).reshape(*input_shape, n) / size * 4
    direction = rng.standard_normal((*output_shape, n))

    def value() -> float:
        y, _ = layer.forward(x, train, np.random.default_rng(seed))
        return float((y * direction).sum())

    y, cache = layer.forward(x, train, np.random.default_rng(seed))
    assert y.shape == (*output_shape, n), "the declared shape is the real one"
    dx, grads = layer.backward(direction, cache)
    assert grads.keys() == layer.params.keys()
    np.testing.assert_allclose(dx, numeric_gradient(value, x), rtol=1e-5, atol=1e-7)
    for name, param in layer.params.items():
        np.testing.assert_allclose(grads[name], numeric_gradient(value, param), rtol=1e-5, atol=1e-7)
