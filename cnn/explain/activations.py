"""The activations of one forward pass of one picture: the input and the output of every layer."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cnn.explain.scores import score_gradients, toward
from cnn.layers import Conv3x3, Layer, MaxPool2x2
from cnn.network import CNN

Array = np.ndarray
Place = tuple[int, ...]
"""Index of a value in a layer's output, from 0: (channel, row, column), or (unit,) in a dense layer."""


class Activations:
    """All activations of `network` for `picture`, (28, 28) uint8 or floats from 0 to 1.

    Number 0 is the input, number i the output of layer i, counted from 1. They come from `CNN.passes`, the loop that
    also predicts and trains, so they are what the network computes. Raises ShapeError or ValueError like
    `CNN.scaled`.
    """

    def __init__(self, network: CNN, picture: Array) -> None:
        self.network = network
        self.picture = picture
        x = network.scaled(picture[None])
        passed = list(network.passes(x))
        self.names: list[str] = ["input", *(one.name for one in passed)]
        self.values: list[Array] = [x[..., 0], *(one.output[..., 0] for one in passed)]
        """The input and each layer's output, (C, H, W) or (K,) float32."""

    def __len__(self) -> int:
        return len(self.values)

    def layer(self, number: int) -> Layer:
        """Return the layer with this number. Raises IndexError for 0, the input, which is no layer's output."""
        if number < 1:
            raise IndexError("The input is not the output of a layer.")
        return self.network.layers[number - 1][1]

    @property
    def answers(self) -> Array:
        """Output of the last layer (K,): the predicted probabilities."""
        return self.values[-1]

    @cached_property
    def gradients(self) -> list[Array]:
        """Gradients of the predicted class's score for all `values` but the last, in their shapes."""
        direction = toward(self.network, int(self.answers.argmax()))
        return [one[..., 0] for one in score_gradients(self.network, self.values[0][..., None], direction)]

    def at(self, number: int, place: Place) -> float:
        """Return the value at `place`."""
        return float(self.values[number][place])

    def clipped(self, number: int, place: Place) -> Place:
        """Return the valid place nearest to `place`; one with another number of indices gets the middle of the map."""
        shape = self.values[number].shape
        if len(place) != len(shape):
            place = (place[0], *(side // 2 for side in shape[1:]))
        return tuple(int(min(max(one, 0), side - 1)) for one, side in zip(place, shape, strict=True))

    def brightest(self, number: int, channel: int, most: int = 3) -> list[Place]:
        """Return the places of the largest values of a channel's map, largest first.

        At most `most`, and only values above the map's mean; (channel, 0, 0) if no value is. A dense layer's unit is
        its own only place.
        """
        values = self.values[number]
        if values.ndim == 1:
            return [(channel,)]
        own = values[channel]
        order = np.argsort(own, axis=None, kind="stable")[::-1][:most]
        bound = own.mean()
        places = [(channel, *divmod(int(i), own.shape[1])) for i in order if own.flat[i] > bound]
        return places or [(channel, 0, 0)]

    def receptive_field(self, number: int, place: Place) -> tuple[int, int, int, int]:
        """Return the input pixels that the value at `place` depends on: top, left, bottom, right.

        Bottom and right are exclusive. After Flatten or a dense layer it is the whole picture. (Araujo, Norris and
        Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.)
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
