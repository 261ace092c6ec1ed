"""Architectures: the networks that have a name, and conversion of any network's layers to JSON values and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnn.layers import (
    LAYERS,
    BatchNorm,
    Conv3x3,
    Dropout,
    FullyConnected,
    Layer,
    MaxPool2x2,
    ReLU,
    Softmax,
)
from cnn.network import CNN


def notebook() -> list[Layer]:
    """The notebook's first network, with its initialisation: 8 filters, one pooling, ten classes."""
    return [Conv3x3(8, init="notebook"), MaxPool2x2(), Softmax(13 * 13 * 8, 10, init="notebook")]


def deeper() -> list[Layer]:
    """The notebook's second network, corrected: its first dense layer gets 5 x 5 x 4 = 100 values, not 300."""
    return [
        Conv3x3(8),
        MaxPool2x2(),
        Conv3x3(4),
        MaxPool2x2(),
        FullyConnected(100, 100),
        FullyConnected(100, 50),
        Softmax(50, 10),
    ]


def digitscope() -> list[Layer]:
    """The network of most recipes: three convolutions with batch normalisation, 242,000 parameters.

    Pooling comes before normalisation and ReLU, which then work on a quarter of the values.
    """
    return [
        *(Conv3x3(32), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(64), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(128), BatchNorm(), ReLU()),
        *(FullyConnected(128), BatchNorm(), ReLU(), Dropout(0.3)),
        Softmax(10),
    ]


def reader() -> list[Layer]:
    """The architecture of the shipped network: `digitscope` with more filters and an eleventh class, "no digit"."""
    return [
        *(Conv3x3(48), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(96), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(192), BatchNorm(), ReLU()),
        *(FullyConnected(192), BatchNorm(), ReLU(), Dropout(0.3)),
        Softmax(11),
    ]


ARCHITECTURES: dict[str, Callable[[], list[Layer]]] = {
    "notebook": notebook,
    "deeper": deeper,
    "digitscope": digitscope,
    "reader": reader,
}


def stack(layers: list[Layer], seed: int = 0) -> CNN:
    """Build a network of these layers, initialised from `seed`. Raises ShapeError if two layers do not fit."""
    network = CNN(seed=seed)
    for layer in layers:
        network.add_layer(layer)
    return network


def build(name: str, seed: int = 0) -> CNN:
    """Build the named architecture, initialised from `seed`. Raises ValueError for an unknown name."""
    if name not in ARCHITECTURES:
        raise ValueError(f"There is no architecture {name!r}; there are {', '.join(ARCHITECTURES)}.")
    return stack(ARCHITECTURES[name](), seed)


def to_list(network: CNN) -> list[dict[str, Any]]:
    """Return the network's layers as JSON values: [{"layer": "Conv3x3", "num_filters": 8, ...}, ...]."""
    return [{"layer": type(layer).__name__, **layer.config()} for _, layer in network.layers]


def name_of(network: CNN) -> str:
    """Return the name in ARCHITECTURES of the network with these layers, or "" if there is none."""
    return next((name for name in ARCHITECTURES if to_list(build(name)) == to_list(network)), "")


def from_list(entries: list[dict[str, Any]]) -> list[Layer]:
    """Return unbuilt layers from what `to_list` returned. Raises ValueError for anything else."""
    layers = []
    for entry in entries:
        try:
            config = dict(entry)
            kind = LAYERS[config.pop("layer")]
            layers.append(kind.from_config(config))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{entry!r} is no layer: it names one of {', '.join(LAYERS)} and its settings.") from error
    return layers
