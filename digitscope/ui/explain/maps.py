"""The feature maps of every layer: tidy grids with the layer's name and shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.layers import BatchNorm, Conv3x3, Dropout, Flatten, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from cnn.test_time_augmentation import AUGMENTATIONS
from digitscope.ui.common.pictures import as_maps, map_strip
from digitscope.ui.common.templates import hint, render

Array = np.ndarray

MEANINGS: dict[type, str] = {
    Conv3x3: "Each kernel slides over the maps before it and marks where its little pattern is.",
    MaxPool2x2: "Of every 2 × 2 square only the largest value goes on.",
    BatchNorm: "Each map is moved and stretched to a common scale.",
    ReLU: "What is below zero becomes zero.",
    Flatten: "All maps, one behind the other.",
    FullyConnected: "Each value weighs everything that comes in.",
    Dropout: "Silences some values while learning; changes nothing now.",
    Softmax: "Scores become probabilities that sum to one. If they leave doubt, the answer above is the mean over "
    f"{AUGMENTATIONS} such passes: the picture as it is, moved by a pixel, turned, larger and smaller.",
}

MAIN = (Conv3x3, MaxPool2x2)
"""The layers that are shown unless a visitor asks for all."""


@dataclass(frozen=True)
class LayerMaps:
    """One layer's maps, in words and as strips of pictures."""

    name: str
    kind: str
    shape: str
    meaning: str
    maps: str
    scale: str
    strips: list[str]
    """Addresses."""
    ratio: str
    """A strip's width to its height."""


def show_maps(html: str) -> None:
    """Show what `maps_html` made."""
    with st.container(key="feature_maps"):
        st.html(html)


def maps_html(kinds: dict[str, Layer], outputs: list[tuple[str, Array]], everything: bool) -> str:
    """Return the maps of the main layers or, with `everything`, of all layers.

    `outputs` are the layers' names and their values (C, H, W) or (K,). Without outputs it is what stands there before
    the first stroke.
    """
    if not outputs:
        return hint(
            "As soon as you draw, this fills with what every layer of the network makes of it: edges first, then "
            "corners and arcs, in the end ten numbers."
        )
    layers = [
        _layer_maps(name, type(kinds[name]), output)
        for name, output in outputs
        if everything or isinstance(kinds[name], MAIN)
    ]
    return render("explain/maps.html", layers=layers)


def _layer_maps(name: str, kind: type, values: Array) -> LayerMaps:
    maps = as_maps(values)
    largest = float(np.abs(maps).max(initial=0))
    signed = maps.min(initial=0) < 0
    height, width = maps.shape[1:]
    along = _maps_a_strip(len(maps))
    return LayerMaps(
        name,
        kind.__name__,
        " × ".join(map(str, values.shape)),
        MEANINGS[kind],
        f"{len(maps)} maps of {height} by {width}",
        f"{'orange below zero, ' if signed else ''}blue above, darkest at {'±' if signed else ''}{largest:.3g}",
        [map_strip(maps[start : start + along], largest) for start in range(0, len(maps), along)],
        f"{along * (width + 1) - 1}/{height}",
    )


def _maps_a_strip(n: int) -> int:
    """Eight maps stand in a row on a phone, sixteen on a wide screen: two strips."""
    return 8 if n % 8 == 0 else min(n, 10)
