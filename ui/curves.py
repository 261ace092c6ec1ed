"""Learning curves: loss and accuracy over the steps, training raw and smoothed, validation, earlier runs faint."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ui.history import History

KINDS = ["training", "smoothed", "validation"]
COLOURS = ["#9db4e8", "#2f5bd0", "#e07b28"]
EARLIER = "#8a93a6"

COLUMNS = ["step", "kind", "loss", "accuracy", "run", "words"]


def show_curves(history: History, earlier: list[History], what: str, height: int, key: str) -> None:
    """One chart of "loss" or "accuracy". Its marks and colours stay the same while data come in: nothing flickers."""
    st.vega_lite_chart(
        curve_data(history, earlier), curve_spec(what, height), key=key, width="stretch", theme="streamlit"
    )


def curve_data(history: History, earlier: list[History]) -> pd.DataFrame:
    """All that a chart shows: this run's points, earlier runs' validation, marks where a setting was changed."""
    parts = [history.curves().assign(run=history.name)]
    for other in earlier:
        curve = other.curves()
        parts.append(curve[curve["kind"] == "validation"].assign(run=other.name, kind="earlier"))
    if history.marks:
        steps, words = zip(*history.marks, strict=True)
        parts.append(pd.DataFrame({"step": steps, "words": words, "kind": "changed"}))
    filled = [part for part in parts if not part.empty]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)
    return table.reindex(columns=COLUMNS)


def curve_spec(what: str, height: int) -> dict[str, Any]:
    """The chart in Vega-Lite's words."""
    scale: dict[str, Any] = {"zero": False}
    if what == "accuracy":
        scale["domainMax"] = 1
    y = {"field": what, "type": "quantitative", "title": what, "scale": scale, "axis": {"tickCount": 5}}
    if what == "accuracy":
        y["axis"] = {"tickCount": 5, "format": ".0%"}
    x = {"field": "step", "type": "quantitative", "title": "steps", "axis": {"tickCount": 4}}

    def line(kind: str, width: float, opacity: float = 1.0) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"datum.kind === '{kind}'"}],
            "mark": {"type": "line", "strokeWidth": width, "opacity": opacity, "tooltip": True, "clip": True},
            "encoding": {
                "x": x,
                "y": y,
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": KINDS, "range": COLOURS},
                    "legend": {"orient": "top", "title": None, "labelLimit": 90, "columnPadding": 8},
                },
            },
        }

    validation = line("validation", 2)
    validation["mark"]["point"] = {"size": 18}
    faint = {
        "transform": [{"filter": "datum.kind === 'earlier'"}],
        "mark": {"type": "line", "strokeWidth": 1.2, "opacity": 0.55, "color": EARLIER, "tooltip": True},
        "encoding": {"x": x, "y": y, "detail": {"field": "run", "type": "nominal"}},
    }
    changed = {
        "transform": [{"filter": "datum.kind === 'changed'"}],
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": EARLIER, "tooltip": True},
        "encoding": {"x": x, "tooltip": {"field": "words", "type": "nominal", "title": "changed"}},
    }
    return {
        "height": height,
        "layer": [faint, changed, line("training", 1, 0.7), line("smoothed", 2), validation],
        "config": {"legend": {"symbolType": "stroke"}},
    }
