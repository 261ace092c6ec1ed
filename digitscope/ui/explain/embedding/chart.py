"""The map's chart: a dot for each test image, the digits' numerals over their groups, a diamond for the drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from digitscope.ui.explain.answer_colours import COLOURS

Array = np.ndarray

YOU = "#e0218a"
"""The drawing, and the edge of the chosen dot."""


def table(places: Array, labels: Array, mine: Array) -> pd.DataFrame:
    """Return all points, labels as digits; the drawing at `mine` (2,) is the last, number -1."""
    at = np.vstack([places, mine])
    return pd.DataFrame(
        {
            "x": np.round(at[:, 0], 3),
            "y": np.round(at[:, 1], 3),
            "number": [*range(len(places)), -1],
            "digit": [*(str(label) for label in labels), "you"],
        }
    )


def chart(description: str) -> dict[str, Any]:
    """Return the Vega-Lite specification; `description` is for screen readers."""
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
                    "stroke": {"condition": {"param": "digit", "empty": False, "value": YOU}, "value": None},
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
                    "color": YOU,
                    "stroke": "#ffffff",
                    "strokeWidth": 2,
                    "opacity": 1,
                },
                "encoding": {**place, "tooltip": {"value": "your drawing"}},
            },
        ],
    }


def _numerals(place: dict[str, Any], mark: dict[str, Any]) -> dict[str, Any]:
    """Return a layer of ten large numerals, each over its group's middle."""
    middles = [{"op": "median", "field": one, "as": one} for one in "xy"]
    return {
        "transform": [{"filter": "datum.number >= 0"}, {"aggregate": middles, "groupby": ["digit"]}],
        "mark": {"type": "text", "fontSize": 22, "fontWeight": 700, **mark},
        "encoding": {**place, "text": {"field": "digit"}},
    }
