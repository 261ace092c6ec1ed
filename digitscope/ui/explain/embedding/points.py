"""The landscape: 2,000 digits of MNIST as the network sees them, and the visitor's drawing among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cnn.container import FileError, read, unpack
from cnn.explain.embedding import (
    Projection,
    fingerprint,
    interpolated_position,
    last_features,
    nearest_neighbours,
    principal_components,
)
from cnn.network import CNN
from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import MnistError
from digitscope.resources import DATA
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.explain.robustness import COLOURS
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

MANY = 2_000
"""How many of MNIST's test images are in the landscape: the first so many."""
NEAREST = 8
KEPT = DATA / "landscape.npz"
"""Places by t-SNE for one network, written by `python -m cnn landscape`."""
FORMAT = "digitscope landscape 1"


@dataclass(frozen=True)
class Landscape:
    """A network's landscape; nothing in it is written to, visitors share it."""

    features: Array
    """(MANY, K) float32."""
    plane: Projection
    flat: Array
    """(MANY, 2): places on the plane."""
    folded: Array | None
    """(MANY, 2): places by t-SNE, where they are kept for this network."""


@st.cache_resource(max_entries=8, show_spinner=False)
def landscape(_network: CNN, mark: str) -> Landscape:
    """Computed once for a network with the fingerprint `mark`."""
    features = last_features(_network, mnist.load().test_images[:MANY])
    plane = principal_components(features)
    return Landscape(features, plane, plane.project(features), folded(mark))


def folded(mark: str) -> Array | None:
    """The kept places if they were computed for the network with this fingerprint."""
    try:
        header, arrays = unpack(read(KEPT), KEPT.name, FORMAT)
    except FileError:
        return None
    places = arrays.get("places")
    if header.get("network") != mark or places is None or places.shape != (MANY, 2):
        return None
    return places


def show_landscape(subject: Subject) -> None:
    """The map, and the drawing's nearest neighbours."""
    try:
        data = mnist.load()
    except MnistError as error:
        st.warning(str(error))
        return
    with st.spinner(f"Reading {MANY:,} digits …"):
        land = landscape(subject.network, fingerprint(subject.network))
    own = last_features(subject.network, subject.picture[None])[0]
    order, away = nearest_neighbours(land.features, own, NEAREST)
    ways = ["Principal components", *(["t-SNE"] if land.folded is not None else [])]
    way = ways[0]
    if len(ways) > 1:
        way = str(st.segmented_control("Laid out by", ways, default=ways[1], required=True, key="landscape_way"))
    if way == ways[0]:
        places, mine = land.flat, land.plane.project(own[None])[0]
        words = (
            f"The plane on which the features lie furthest apart; it holds "
            f"{100 * land.plane.explained_variance_ratio:.0f} % of their variance, "
            "so digits that lie over each other here may be far apart."
        )
    else:
        assert land.folded is not None
        places, mine = land.folded, interpolated_position(land.folded, order, away)
        words = (
            "t-SNE keeps neighbours together; distances between far groups mean nothing. Your drawing stands at "
            "the mean "
            "of its nearest neighbours, the nearer the heavier."
        )
    if way == ways[0] and land.folded is None:
        words += " There is no t-SNE for this network: it takes a minute and is computed for the shipped one."
    left, right = st.columns([62, 38], gap="medium")
    key = f"landscape_{way}"
    labels = data.test_labels[:MANY]
    with left:
        st.vega_lite_chart(
            _table(places, labels, mine),
            _chart(f"{MANY:,} test images as dots; your drawing lies nearest to a {labels[order[0]]}"),
            key=key,
            width="stretch",
            on_select=lambda: _take(st.session_state[key]),
        )
    with right:
        number = st.number_input("Test image", 0, MANY - 1, None, 1, key=CHOSEN, width=150, placeholder="none")
        if number is not None:
            st.html(
                f'<div class="plates small"><figure data-chosen="{number}">'
                f'<img src="{ink_picture(data.test_images[number])}" alt="A {labels[number]}"><figcaption>'
                f"<b>{labels[number]}</b>test image {number}</figcaption></figure></div>"
            )
        near = "".join(
            f'<figure data-neighbour="{number}"><img src="{ink_picture(data.test_images[number])}" '
            f'alt="A {labels[number]}"><figcaption><b>{labels[number]}</b>{distance:.2f}</figcaption></figure>'
            for number, distance in zip(order, away, strict=True)
        )
        st.html(
            f'<p><b>Nearest to your drawing</b></p><div class="plates small">{near}</div>'
            '<p class="hint">By all features, not by the map: the distance between feature vectors of length 1, from 0 '
            "(the same) to 2.</p>"
        )
    st.html(
        f'<p class="hint">The first {MANY:,} of MNIST’s test images by the {land.features.shape[1]} values that '
        f"the last layer weighs, each as its digit; the diamond is your drawing. {words} Choose a dot, or type a "
        "number, to see its image.</p>"
    )


CHOSEN = "landscape_number"
"""Where the number of the chosen test image is kept: chosen on the map, or typed by those who use keys."""


def _take(event: Any) -> None:
    """What is chosen on the map is the number's value."""
    chosen = event["selection"].get("digit") or []
    if chosen and int(chosen[0]["number"]) >= 0:
        st.session_state[CHOSEN] = int(chosen[0]["number"])


def _table(places: Array, labels: Array, mine: Array) -> pd.DataFrame:
    """All points; the drawing is the last, number -1."""
    at = np.vstack([places, mine])
    return pd.DataFrame(
        {
            "x": np.round(at[:, 0], 3),
            "y": np.round(at[:, 1], 3),
            "number": [*range(len(places)), -1],
            "digit": [*(str(label) for label in labels), "you"],
        }
    )


def _chart(description: str) -> dict[str, Any]:
    place: dict[str, Any] = {
        "x": {"field": "x", "type": "quantitative", "axis": None, "scale": {"zero": False}},
        "y": {"field": "y", "type": "quantitative", "axis": None, "scale": {"zero": False}},
    }
    return {
        # Two thousand dots are drawn several times as fast on a canvas as in SVG.
        "usermeta": {"embedOptions": {"renderer": "canvas"}},
        "description": description,
        "height": 430,
        "config": {"view": {"stroke": "#88888844"}},
        "layer": [
            {
                "transform": [{"filter": "datum.number >= 0"}],
                "params": [{"name": "digit", "select": {"type": "point", "fields": ["number"], "nearest": True}}],
                "mark": {"type": "circle", "size": 42, "opacity": 0.85, "aria": False},
                "encoding": {
                    **place,
                    "color": {
                        "field": "digit",
                        "type": "nominal",
                        "legend": {"title": "digit", "orient": "right"},
                        "scale": {"domain": list("0123456789"), "range": list(COLOURS[:10])},
                    },
                    "stroke": {"condition": {"param": "digit", "empty": False, "value": "#e0218a"}, "value": None},
                    "strokeWidth": {"value": 3},
                    "tooltip": [{"field": "digit"}, {"field": "number", "title": "test image"}],
                },
            },
            # Each group's numeral over its middle, with a light edge so that it can be read on any colour.
            _numerals(place, {"color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 5, "aria": False}),
            _numerals(place, {"color": "#10203c"}),
            {
                "transform": [{"filter": "datum.number < 0"}],
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "filled": True,
                    "size": 420,
                    "color": "#e0218a",
                    "stroke": "#ffffff",
                    "strokeWidth": 2,
                    "opacity": 1,
                },
                "encoding": {**place, "tooltip": {"value": "your drawing"}},
            },
        ],
    }


def _numerals(place: dict[str, Any], looks: dict[str, Any]) -> dict[str, Any]:
    """A layer of ten large numerals."""
    middles = [{"op": "median", "field": one, "as": one} for one in "xy"]
    return {
        "transform": [{"filter": "datum.number >= 0"}, {"aggregate": middles, "groupby": ["digit"]}],
        "mark": {"type": "text", "fontSize": 22, "fontWeight": 700, **looks},
        "encoding": {**place, "text": {"field": "digit"}},
    }
