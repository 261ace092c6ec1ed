"""How a map comes from the maps before it: its kernels or weights, or in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.explain import Activations
from cnn.layers import BatchNorm, Conv3x3, FullyConnected
from digitscope.ui.common.pictures import as_maps, level_address, map_sheet
from digitscope.ui.explain.grid import Grid
from digitscope.ui.explain.overview.sources import sources

Array = np.ndarray

STRONGEST = 3
"""Maps that the caption names."""


@dataclass(frozen=True)
class Origin:
    """Either a sentence, or a picture of weights with its caption."""

    sentence: str = ""
    source: int | None = None
    """The one map or value before, to go to."""
    caption: str = ""
    grid: Grid | None = None
    """All kernels, to go to the map that each is for."""
    address: str = ""
    """The picture of a single kernel."""


def origin(activations: Activations, number: int, channel: int) -> Origin:
    """Return how the map or value `channel` of the layer with this number came about."""
    if number == 0:
        return Origin("The drawing, framed as MNIST’s digits are: ink from 0 to 1, less a half.")
    layer, before = activations.layer(number), activations.names[number - 1]
    if isinstance(layer, (Conv3x3, FullyConnected)):
        return _weights(activations, number, channel, layer)
    if isinstance(layer, BatchNorm):
        scale, shift = (float(layer.params[name][channel]) for name in ("scale", "shift"))
        return Origin(
            f"Made from map {channel} of {before}: moved to mean 0 and stretched to deviation 1 by what was measured "
            f"while learning, then times {scale:.3f}, plus {shift:.3f}."
        )
    source = sources(activations, number, channel)[0][0]
    return Origin(f"Made from {before}, number {source}.", source)


def _weights(activations: Activations, number: int, channel: int, layer: Conv3x3 | FullyConnected) -> Origin:
    before = activations.values[number - 1]
    own = layer.params["weights"][channel]
    kernels = as_maps(own.reshape(before.shape) if isinstance(layer, FullyConnected) else own)
    single = kernels.shape[1:] == (1, 1)
    along = min(len(kernels), 24 if single else 12)
    address = level_address(_sheet(kernels, along))
    caption = _caption(activations, number, kernels, float(layer.params["bias"][channel]))
    if len(kernels) == 1:
        return Origin(caption=caption, address=address)
    strongest = [source for source, _ in sources(activations, number, channel)[:STRONGEST]]
    grid = Grid(
        "input",
        address,
        columns=along,
        rows=-(-len(kernels) // along),
        at=strongest[0],
        count=len(kernels),
        label=f"{len(kernels)} {_noun(layer, kernels)}; arrow keys move, Enter goes to the map that it is for",
        width=along * (15 if single else 26),
        press="map" if before.ndim == 3 else "value",
    )
    named = ", ".join(map(str, strongest))
    return Origin(caption=f"{caption} Strongest: {named}. Choose one to go to that map.", grid=grid)


def _caption(activations: Activations, number: int, kernels: Array, bias: float) -> str:
    maps = activations.values[number - 1].ndim == 3
    each = "the picture" if number == 1 else f"each {'map' if maps else 'value'} of {activations.names[number - 1]}"
    return (
        f"Its {len(kernels)} {_noun(activations.layer(number), kernels)}, one for {each}, orange below zero, blue "
        f"above, darkest at ±{float(np.abs(kernels).max(initial=0)):.2g}; bias {bias:.3f}."
    )


def _noun(layer: object, kernels: Array) -> str:
    """Return what the weights for one source are called."""
    one, many = "square of weights", "squares of weights"
    if isinstance(layer, Conv3x3):
        one, many = "kernel", "kernels"
    elif kernels.shape[1] == 1:
        one, many = "weight", "weights"
    return one if len(kernels) == 1 else many


def _sheet(kernels: Array, along: int) -> Array:
    """Return all kernels (n, h, w) as one picture's levels, with see-through gaps between them."""
    gap = 1 if len(kernels) > 1 else 0
    entries = map_sheet(np.pad(kernels, ((0, 0), (0, gap), (0, gap))), along)
    opaque = np.pad(np.ones(kernels.shape[1:], np.uint8), (0, gap))
    return entries * np.tile(opaque, (-(-len(kernels) // along), along))
