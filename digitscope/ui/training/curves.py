"""Learning curves: loss and accuracy by step, for training (raw and smoothed), validation and earlier runs (faint)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from digitscope.ui.training.history import History

KINDS = ["training", "smoothed", "validation"]
COLOURS = ["#9db4e8", "#4f7df0", "#e07b28"]
EARLIER = "#8a93a6"

COLUMNS = ["step", "kind", "loss", "accuracy", "run", "words"]


def show_curves(history: History, earlier: list[History], what: str, key: str, small: bool = False) -> None:
    """Show a chart of "loss" or "accuracy"; its specification never changes while data come in, so nothing flickers."""
    st.vega_lite_chart(curve_data(history, earlier), curve_spec(what, small), key=key, width="stretch")


def curve_data(history: History, earlier: list[History]) -> pd.DataFrame:
    """Return all rows of a chart: this run's points, earlier runs' validation, marks where a setting was changed."""
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


def curve_spec(what: str, small: bool) -> dict[str, Any]:
    """Return the chart's Vega-Lite specification; a small chart has no axis titles."""
    scale: dict[str, Any] = {"zero": False}
    axis: dict[str, Any] = {"tickCount": 4 if small else 6}
    if what == "accuracy":
        scale["domainMax"] = 1
        axis["format"] = ".0%"
    else:
        # A loss falls by factors: on a linear scale the last epochs would all lie on the axis.
        scale = {"type": "log"}
    y = {"field": what, "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    x = {"field": "step", "type": "quantitative", "title": None if small else "steps", "axis": {"tickCount": 4}}
    legend: dict[str, Any] | None = {"orient": "bottom", "title": None, "columns": 3, "symbolSize": 60}
    if small:  # one legend is enough for two charts, one above the other
        legend = None if what == "accuracy" else {"labelFontSize": 10, "columnPadding": 6, "offset": 4} | (legend or {})

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
                    "legend": legend,
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
        "height": (150 if what == "accuracy" else 180) if small else 280,
        "title": {"text": what.capitalize(), "anchor": "start", "fontSize": 13, "offset": 6},
        "layer": [faint, changed, line("training", 1, 0.7), line("smoothed", 2), validation],
        "config": {"legend": {"symbolType": "stroke"}},
    }
