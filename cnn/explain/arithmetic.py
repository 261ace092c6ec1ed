"""How one value came about: the numbers that went in, what was done with them, and that the sum is the network's.

Products of two float32 numbers are exact in float64, and so, for all that is shown, is their sum: it differs from the
network's own float32 result by that result's rounding alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.explain.activations import Activations, Place
from cnn.layers import BatchNorm, Conv3x3, FullyConnected, MaxPool2x2, ReLU, Softmax

Array = np.ndarray


@dataclass(frozen=True)
class Given:
    """A pixel of the input: the ink that is there, 0 to 1, less a half."""

    ink: float
    value: float


@dataclass(frozen=True)
class Sum:
    """A weighted sum: inputs x weights + bias."""

    inputs: Array
    """Of a convolution the patch (C, 3, 3); of a dense layer (inputs,), or (C, H, W) where maps arrive. float32."""
    weights: Array
    """The same shape."""
    products: Array
    """The same shape, float64."""
    total: float
    """The products' sum."""
    bias: float
    value: float
    """What the network computed: total + bias, but for its rounding. Of Softmax it is the score, not the answer."""

    @property
    def per_map(self) -> Array:
        """(C,) float64: each input map's share of the total."""
        return self.products.reshape(len(self.products), -1).sum(axis=1)

    def strongest(self, most: int) -> list[Place]:
        """The places of the products that are largest in size, largest first."""
        order = np.argsort(-np.abs(self.products), axis=None, kind="stable")[:most]
        return [tuple(int(one) for one in np.unravel_index(i, self.products.shape)) for i in order]


@dataclass(frozen=True)
class Choice:
    """Pooling: the square (2, 2) of which the largest goes on, and where in it that stands."""

    square: Array
    winner: tuple[int, int]
    value: float


@dataclass(frozen=True)
class Normalised:
    """(x - mean) / deviation x scale + shift; `deviation` is the root of the variance and a little more."""

    x: float
    mean: float
    deviation: float
    scale: float
    shift: float
    value: float

    @property
    def normal(self) -> float:
        """What x is before scale and shift: how many deviations it lies above the mean."""
        return (self.x - self.mean) / self.deviation


@dataclass(frozen=True)
class Rectified:
    """ReLU: the larger of x and zero."""

    x: float
    value: float


@dataclass(frozen=True)
class Softmaxed:
    """The last layer: a score for each answer, less the largest, as a power of e, divided by their sum."""

    score: Sum
    """How this answer's score came about."""
    scores: Array
    """(K,) float32, of all answers."""
    lowered: Array
    """(K,): less the largest."""
    powers: Array
    """(K,): e to the power of that."""
    total: float
    """The powers' sum."""
    value: float


@dataclass(frozen=True)
class Same:
    """Flatten and Dropout change nothing here: the value from the place before."""

    value: float


Arithmetic = Given | Sum | Choice | Normalised | Rectified | Softmaxed | Same


def arithmetic(activations: Activations, number: int, place: Place) -> Arithmetic:
    """How the value at `place` of the values with this number came about; IndexError where there is no such place."""
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
    """The place before, in the values with the number before, that mattered most for the value at `place`."""
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
    """A place in the next values that the value at `place` goes into: where it matters most for the answer.

    That is where its weight times the answer's slope there is largest; where the answer hangs on none of them, the
    weight alone decides. None behind the last layer, and where pooling drops an odd row or column.
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
        # A last layer without a softmax has no gradients behind it.
        mattering = weights * np.abs(activations.gradients[number + 1]) if number + 2 < len(activations) else weights
        return (int((mattering if mattering.any() else weights).argmax()),)
    if after.ndim != len(place):  # Flatten
        return (int(np.ravel_multi_index(place, activations.values[number].shape)),)
    return place


def _most_in_convolution(layer: Conv3x3, place: Place, gradients: Array) -> Place:
    """The output of a convolution through which the input at `place` matters most; `gradients` (F, H, W) are its."""
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
    """The whole way through `place`: back to the input along what mattered most, and onward to an answer.

    An entry for the input and each layer; None from where pooling drops the pixel.
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
