"""Recompute one activation from its inputs and parameters, so that every number behind it can be shown.

Sums are computed in float64, where products of two float32 numbers are exact; the result differs from the network's
float32 value only by the rounding of the latter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.explain.activations import Activations, Place
from cnn.layers import BatchNorm, Conv3x3, FullyConnected, MaxPool2x2, ReLU, Softmax

Array = np.ndarray


@dataclass(frozen=True)
class Given:
    """A pixel of the input: value = ink - 0.5, with ink from 0 (paper) to 1."""

    ink: float
    value: float


@dataclass(frozen=True)
class Sum:
    """A weighted sum: the sum of inputs x weights, plus bias."""

    inputs: Array
    """float32: the patch (C, 3, 3) for a convolution; (K,) or (C, H, W) for a dense layer."""
    weights: Array
    """float32, in the shape of `inputs`."""
    products: Array
    """float64, in the shape of `inputs`."""
    total: float
    """Sum of the products."""
    bias: float
    value: float
    """What the network computed: total + bias, up to rounding. For Softmax, the score before the exponential."""

    @property
    def per_map(self) -> Array:
        """Contribution of each input channel to the total, (C,) float64."""
        return self.products.reshape(len(self.products), -1).sum(axis=1)

    def strongest(self, most: int) -> list[Place]:
        """Return the indices of the `most` products with the largest absolute values, largest first."""
        order = np.argsort(-np.abs(self.products), axis=None, kind="stable")[:most]
        return [tuple(int(one) for one in np.unravel_index(i, self.products.shape)) for i in order]


@dataclass(frozen=True)
class Choice:
    """Max pooling: the square (2, 2), and the row and column (0 or 1) of its maximum, which is the value."""

    square: Array
    winner: tuple[int, int]
    value: float


@dataclass(frozen=True)
class Normalised:
    """Batch normalisation: (x - mean) / deviation x scale + shift, with deviation = sqrt(variance + epsilon)."""

    x: float
    mean: float
    deviation: float
    scale: float
    shift: float
    value: float

    @property
    def normal(self) -> float:
        """The normalised value (x - mean) / deviation, before scale and shift."""
        return (self.x - self.mean) / self.deviation


@dataclass(frozen=True)
class Rectified:
    """ReLU: max(0, x)."""

    x: float
    value: float


@dataclass(frozen=True)
class Softmaxed:
    """Softmax: value = exp(score - largest score) / sum of the same over all classes."""

    score: Sum
    """The score of this class."""
    scores: Array
    """Scores of all classes, (K,) float32."""
    lowered: Array
    """Scores minus the largest score, (K,)."""
    powers: Array
    """Exponentials of `lowered`, (K,)."""
    total: float
    """Sum of `powers`."""
    value: float


@dataclass(frozen=True)
class Same:
    """Flatten or Dropout, which do not change values outside training."""

    value: float


Arithmetic = Given | Sum | Choice | Normalised | Rectified | Softmaxed | Same


def arithmetic(activations: Activations, number: int, place: Place) -> Arithmetic:
    """Return how the value at `place` of the output `number` was computed.

    `number` counts as in `Activations`: 0 is the input. Raises IndexError if there is no such place.
    """
    value = activations.at(number, place)
    if number == 0:
        return Given(value + 0.5, value)
    layer, x = activations.layer(number), activations.values[number - 1]
    if isinstance(layer, Conv3x3):
        filter_, row, column = place
        patch = x[:, row : row + 3, column : column + 3]
        return _sum(patch, layer.params["weights"][filter_], layer.params["bias"][filter_], value)
    if isinstance(layer, MaxPool2x2):
        square = x[place[0], 2 * place[1] : 2 * place[1] + 2, 2 * place[2] : 2 * place[2] + 2]
        first = int(square.argmax())
        return Choice(square, (first // 2, first % 2), value)
    if isinstance(layer, BatchNorm):
        channel = place[0]
        return Normalised(
            activations.at(number - 1, place),
            float(layer.state["mean"][channel]),
            float(np.sqrt(layer.state["variance"][channel] + layer.epsilon)),
            float(layer.params["scale"][channel]),
            float(layer.params["shift"][channel]),
            value,
        )
    if isinstance(layer, ReLU):
        return Rectified(activations.at(number - 1, place), value)
    if isinstance(layer, FullyConnected):
        weights = layer.params["weights"][place[0]].reshape(x.shape)
        bias = layer.params["bias"][place[0]]
        if not isinstance(layer, Softmax):
            return _sum(x, weights, bias, value)
        scores = layer.logits(x[..., None])[:, 0]
        lowered = scores - scores.max()
        powers = np.exp(lowered)
        own = _sum(x, weights, bias, float(scores[place[0]]))
        return Softmaxed(own, scores, lowered, powers, float(powers.sum()), value)
    return Same(value)


def _sum(inputs: Array, weights: Array, bias: float, value: float) -> Sum:
    products = inputs.astype(np.float64) * weights
    return Sum(inputs, weights, products, float(products.sum()), float(bias), value)


def origin(activations: Activations, number: int, place: Place) -> Place:
    """Return the place in the previous output that contributed most to the value at `place`: one step back.

    For a weighted sum, the input whose product with its weight has the largest absolute value.
    """
    layer, before = activations.layer(number), activations.values[number - 1]
    if isinstance(layer, Conv3x3):
        found = arithmetic(activations, number, place)
        assert isinstance(found, Sum)
        channel, row, column = found.strongest(1)[0]
        return channel, place[1] + row, place[2] + column
    if isinstance(layer, MaxPool2x2):
        found = arithmetic(activations, number, place)
        assert isinstance(found, Choice)
        return place[0], 2 * place[1] + found.winner[0], 2 * place[2] + found.winner[1]
    if isinstance(layer, FullyConnected):
        found = arithmetic(activations, number, place)
        return (found.score if isinstance(found, Softmaxed) else found).strongest(1)[0]  # type: ignore[union-attr]
    if len(place) != before.ndim:  # Flatten
        return tuple(int(one) for one in np.unravel_index(place[0], before.shape))
    return place


def onward(activations: Activations, number: int, place: Place) -> Place | None:
    """Return the place in the next output where the value at `place` matters most to the prediction: one step forward.

    That is where the absolute product of its weight and the predicted class's gradient is largest, or the weight alone
    if all gradients are zero. Returns None after the last layer, and where pooling drops an odd row or column.
    """
    if number + 1 >= len(activations):
        return None
    layer, after = activations.layer(number + 1), activations.values[number + 1]
    if isinstance(layer, Conv3x3):
        return _most_in_convolution(layer, place, activations.gradients[number + 1])
    if isinstance(layer, MaxPool2x2):
        to = (place[0], place[1] // 2, place[2] // 2)
        return to if to[1] < after.shape[1] and to[2] < after.shape[2] else None
    if isinstance(layer, Softmax):
        return (int(after.argmax()),)
    if isinstance(layer, FullyConnected):
        flat = int(np.ravel_multi_index(place, activations.values[number].shape))
        weights = np.abs(layer.params["weights"][:, flat])
        # `gradients` has no entry for the last layer's output.
        mattering = weights * np.abs(activations.gradients[number + 1]) if number + 2 < len(activations) else weights
        return (int((mattering if mattering.any() else weights).argmax()),)
    if after.ndim != len(place):  # Flatten
        return (int(np.ravel_multi_index(place, activations.values[number].shape)),)
    return place


def _most_in_convolution(layer: Conv3x3, place: Place, gradients: Array) -> Place:
    """Return the output place of a convolution through which its input at `place` matters most.

    `gradients` (F, H, W) are those of the predicted class's score for the output.
    """
    channel, row, column = place
    filters, height, width = gradients.shape
    weights = np.zeros((filters, 3, 3))
    mattering = np.zeros((filters, 3, 3))
    for i in range(3):
        for j in range(3):
            if 0 <= row - i < height and 0 <= column - j < width:
                weights[:, i, j] = np.abs(layer.params["weights"][:, channel, i, j])
                mattering[:, i, j] = weights[:, i, j] * np.abs(gradients[:, row - i, column - j])
    most = mattering if mattering.any() else weights
    filter_, i, j = (int(one) for one in np.unravel_index(most.argmax(), most.shape))
    return filter_, row - i, column - j


def trail(activations: Activations, number: int, place: Place) -> list[Place | None]:
    """Return a path through all layers via `place`: back to the input by `origin`, forward to a class by `onward`.

    One entry for the input and each layer; None from the layer on where pooling drops the value.
    """
    way: list[Place | None] = [place]
    at: Place | None = place
    for back in range(number, 0, -1):
        assert at is not None
        at = origin(activations, back, at)
        way.insert(0, at)
    at = place
    for forth in range(number, len(activations) - 1):
        at = None if at is None else onward(activations, forth, at)
        way.append(at)
    return way
