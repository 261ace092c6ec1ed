"""The networks that have a name, and how any network is written down as a list and made again from it."""

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
    """The notebook's first network, with its first weights: 8 filters, one pooling, ten answers."""
    return [Conv3x3(8, init="notebook"), MaxPool2x2(), Softmax(13 * 13 * 8, 10, init="notebook")]


def deeper() -> list[Layer]:
    """The notebook's second network, made to fit: 5 x 5 x 4 = 100 values reach its first dense layer, not 300."""
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
    """The network that the page's recipes train: three convolutions with batch normalisation, 242,000 parameters.

    Pooling comes before normalisation and ReLU: the maximum of the squares is the same, and only a quarter
    of the values is left to be normalised.
    """
    return [
        *(Conv3x3(32), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(64), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(128), BatchNorm(), ReLU()),
        *(FullyConnected(128), BatchNorm(), ReLU(), Dropout(0.3)),
        Softmax(10),
    ]


def reader() -> list[Layer]:
    """The network that the page ships with: `digitscope`, but wider, and with an eleventh answer: no digit."""
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
    """A network of these layers with first weights drawn from `seed`; raises ShapeError if two do not fit."""
    network = CNN(seed=seed)
    for layer in layers:
        network.add_layer(layer)
    return network


def build(name: str, seed: int = 0) -> CNN:
    """The named architecture with first weights drawn from `seed`; raises ValueError for an unknown name."""
    if name not in ARCHITECTURES:
        raise ValueError(f"There is no architecture {name!r}; there are {', '.join(ARCHITECTURES)}.")
    return stack(ARCHITECTURES[name](), seed)


def to_list(network: CNN) -> list[dict[str, Any]]:
    """The network's layers as plain JSON values, e.g. [{"layer": "Conv3x3", "num_filters": 8, ...}, ...]."""
    return [{"layer": type(layer).__name__, **layer.config()} for _, layer in network.layers]


def name_of(network: CNN) -> str:
    """The name under which these layers stand in ARCHITECTURES, "" if they do not."""
    return next((name for name in ARCHITECTURES if to_list(build(name)) == to_list(network)), "")


def from_list(entries: list[dict[str, Any]]) -> list[Layer]:
    """Unbuilt layers from what `to_list` returned; raises ValueError for anything else."""
    layers = []
    for entry in entries:
        try:
            config = dict(entry)
            kind = LAYERS[config.pop("layer")]
            layers.append(kind.from_config(config))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{entry!r} is no layer: it names one of {', '.join(LAYERS)} and its settings.") from error
    return layers
