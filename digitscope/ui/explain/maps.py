"""Inside the network: what each layer made of the drawing, as tidy grids of maps with name and shape."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.layers import BatchNorm, Conv3x3, Dropout, Flatten, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from cnn.test_time_augmentation import AUGMENTATIONS
from digitscope.ui.common.pictures import map_strip

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


def show_maps(html: str) -> None:
    """Show what `maps_html` made."""
    with st.container(key="feature_maps"):
        st.html(html)


def maps_html(kinds: dict[str, Layer], outputs: list[tuple[str, Array]], everything: bool) -> str:
    """Every map of the chosen layers, a panel a layer: `outputs` are names and (C, H, W) or (K,) values.

    Without outputs it is what stands there before the first stroke.
    """
    if not outputs:
        return (
            '<p class="hint">As soon as you draw, this fills with what every layer of the network makes of it: '
            "edges first, then corners and arcs, in the end ten numbers.</p>"
        )
    panels = []
    for name, output in outputs:
        layer = kinds[name]
        if everything or isinstance(layer, MAIN):
            panels.append(_panel(name, type(layer), output))
    return f'<div class="layers">{"".join(panels)}</div>'


def _panel(name: str, kind: type, values: Array) -> str:
    shape = " × ".join(map(str, values.shape))
    # A dense layer's values (K,) are K maps of a single pixel.
    maps = values if values.ndim == 3 else values.reshape(-1, 1, 1)
    largest = float(np.abs(maps).max(initial=0))
    signed = maps.min(initial=0) < 0
    scale = f"{'orange below zero, ' if signed else ''}blue above, darkest at {'±' if signed else ''}{largest:.3g}"
    height, width = maps.shape[1:]
    along = _maps_a_strip(len(maps))
    pictures = "".join(
        f'<img src="{map_strip(maps[start : start + along], largest)}" alt="" '
        f'style="aspect-ratio:{along * (width + 1) - 1}/{height}">'
        for start in range(0, len(maps), along)
    )
    return (
        f'<figure class="layer" data-layer="{name}" data-shape="{shape}">'
        f'<figcaption><b>{name}</b> <span class="kind">{kind.__name__}</span> <span class="shape">{shape}</span>'
        f'<span class="meaning">{MEANINGS[kind]}</span></figcaption>'
        f'<div class="maps" role="img" aria-label="{name}: {len(maps)} maps of {height} by {width}, {scale}">'
        f'{pictures}</div><span class="scale">{scale}</span></figure>'
    )


def _maps_a_strip(n: int) -> int:
    """Eight maps stand in a row on a phone, sixteen on a wide screen: two strips."""
    return 8 if n % 8 == 0 else min(n, 10)
