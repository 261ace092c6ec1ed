"""What answers, layers, maps and places are called on the page. They are counted from 0, as NumPy does."""

from __future__ import annotations

import numpy as np

from cnn.explain import Activations, Place
from cnn.layers import Softmax
from cnn.verdict import DIGITS

Array = np.ndarray


def answer_name(answer: int) -> str:
    """Name an answer: its digit, or "no digit"."""
    return str(answer) if answer < DIGITS else "no digit"


def shape_name(values: Array) -> str:
    """Write a shape as "48×26×26"."""
    return "×".join(map(str, values.shape))


def map_name(activations: Activations, number: int, channel: int) -> str:
    """Name a map or value of the layer with this number: "conv1, map 7"."""
    if number == 0:
        return "the picture"
    if number == len(activations) - 1 and isinstance(activations.layer(number), Softmax):
        return f"{activations.names[number]}, answer “{answer_name(channel)}”"
    return f"{activations.names[number]}, {'map' if activations.values[number].ndim == 3 else 'value'} {channel}"


def place_name(activations: Activations, number: int, place: Place) -> str:
    """Name a place in a layer: "map 7, row 3, column 5"."""
    if len(place) == 3:
        channel, row, column = place
        return f"row {row}, column {column}" if number == 0 else f"map {channel}, row {row}, column {column}"
    return f"answer “{answer_name(place[0])}”" if number == len(activations) - 1 else f"value {place[0]}"
