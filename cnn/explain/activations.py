"""A look at one picture on its way: the values that enter the network, and what each layer made of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cnn.explain.scores import score_gradients, toward
from cnn.layers import Conv3x3, Layer, MaxPool2x2
from cnn.network import CNN

Array = np.ndarray
Place = tuple[int, ...]
"""Where a value stands in its layer: (map, row, column), or (number,) where there are no maps; from 0."""


class Activations:
    """All values of one pass. Number 0 is the input, number i what the i-th layer gave.

    They come from `CNN.passes`, the loop that predicts and learns: what is explained is what was computed. Takes
    a picture (28, 28) and raises ShapeError or ValueError like the network.
    """

    def __init__(self, network: CNN, picture: Array) -> None:
        self.network = network
        self.picture = picture
        x = network.scaled(picture[None])
        passed = list(network.passes(x))
        self.names: list[str] = ["input", *(one.name for one in passed)]
        self.values: list[Array] = [x[..., 0], *(one.output[..., 0] for one in passed)]
        """(C, H, W) or (K,) for the input and each layer."""

    def __len__(self) -> int:
        return len(self.values)

    def layer(self, number: int) -> Layer:
        """The layer that gave the values with this number; the input (0) has none: raises IndexError."""
        if number < 1:
            raise IndexError("The input comes from no layer.")
        return self.network.layers[number - 1][1]

    @property
    def answers(self) -> Array:
        """(K,): what the last layer gave, the probabilities."""
        return self.values[-1]

    @cached_property
    def gradients(self) -> list[Array]:
        """How fast the likeliest answer's score rises with each value, in the shape of `values` without the last."""
        direction = toward(self.network, int(self.answers.argmax()))
        return [one[..., 0] for one in score_gradients(self.network, self.values[0][..., None], direction)]

    def at(self, number: int, place: Place) -> float:
        """The value at a place."""
        return float(self.values[number][place])

    def clipped(self, number: int, place: Place) -> Place:
        """The nearest place that these values have; a place of another kind becomes the first or middle one."""
        shape = self.values[number].shape
        if len(place) != len(shape):
            place = (place[0], *(side // 2 for side in shape[1:]))
        return tuple(int(min(max(one, 0), side - 1)) for one, side in zip(place, shape, strict=True))

    def brightest(self, number: int, channel: int, most: int = 3) -> list[Place]:
        """The places of a map's largest values that are above its mean, the largest first; at most `most`."""
        values = self.values[number]
        if values.ndim == 1:
            return [(channel,)]
        own = values[channel]
        order = np.argsort(own, axis=None, kind="stable")[::-1][:most]
        bound = own.mean()
        places = [(channel, *divmod(int(i), own.shape[1])) for i in order if own.flat[i] > bound]
        return places or [(channel, 0, 0)]

    def receptive_field(self, number: int, place: Place) -> tuple[int, int, int, int]:
        """Which of the input's pixels a value can see: top, left, bottom, right, the last two exclusive.

        Behind a dense layer, or Flatten, that is the whole picture. (Receptive fields: Araujo, Norris and Sim,
        "Computing receptive fields of convolutional neural networks", Distill 2019.)
        """
        height, width = self.network.input_shape[1:]
        if len(place) == 1:
            return 0, 0, height, width
        _, top, left = place
        bottom, right = top + 1, left + 1
        for back in range(number, 0, -1):
            layer = self.layer(back)
            if isinstance(layer, Conv3x3):
                bottom, right = bottom + 2, right + 2
            elif isinstance(layer, MaxPool2x2):
                top, left, bottom, right = 2 * top, 2 * left, 2 * bottom, 2 * right
        return top, left, bottom, right
