"""Weights files: a network's arrays, with a header that describes its layers and where they come from.

The header holds the layers, the version of the preprocessing used in training, the training data, the seed and the
measured accuracy.
"""

from __future__ import annotations

import os
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from cnn import container
from cnn.architectures import from_list, to_list
from cnn.network import CNN

FORMAT = "digitscope weights 1"

MOST_LAYERS = 64
MOST_VALUES = 100_000
"""Largest output of a layer for one picture, in values, to limit memory. The shipped network has at most 32,448."""

WeightsError = container.FileError


def save(path: str | os.PathLike[str], network: CNN, **facts: Any) -> None:
    """Write `network` to `path`, with `facts` (plain JSON values) in the header.

    An existing file is replaced only when the new one is complete. Raises WeightsError if the file cannot be written.
    """
    container.write(path, to_bytes(network, **facts))


def to_bytes(network: CNN, **facts: Any) -> bytes:
    """Return the content of the file that `save` writes, for example for a download."""
    header = {"format": FORMAT, **facts, "layers": to_list(network)}
    return container.pack(header, network.params | network.state)


def load(path: str | os.PathLike[str]) -> tuple[CNN, dict[str, Any]]:
    """Return the network in the file at `path`, and its header. Raises WeightsError with a message of one sentence."""
    return from_bytes(container.read(path), Path(path).name)


def from_bytes(packed: bytes, name: str) -> tuple[CNN, dict[str, Any]]:
    """Like `load`, from bytes such as an upload; `name` is what error messages call the file."""
    header, arrays = container.unpack(packed, name, FORMAT)
    try:
        network = assemble(header.get("layers"), arrays)
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise WeightsError(f"{name} does not hold together: {container.sentence(error)}") from error
    return network, header


def assemble(layers: Any, arrays: dict[str, np.ndarray]) -> CNN:
    """Build the layers that a header lists and fill them with `arrays`, by full name.

    The header is not trusted: no layer is built that needs more values than `arrays` hold. Raises ValueError if
    layers and arrays do not match.
    """
    if not isinstance(layers, list) or not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"its header does not list 1 to {MOST_LAYERS} layers.")
    most = sum(array.size for array in arrays.values())
    network = CNN()
    for layer in from_list(layers):
        if network.size + layer.count(network.output_shape) > most:
            raise ValueError(f"its header describes more than the {most:,} values in the file.")
        network.add_layer(layer)
        if prod(network.output_shape) > MOST_VALUES:
            raise ValueError(f"{layer} gives {prod(network.output_shape):,} values, more than {MOST_VALUES:,}.")
    network.set_arrays(arrays)
    return network
