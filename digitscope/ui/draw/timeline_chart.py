"""The timeline's chart: ten curves over the way that the pen had gone, as a table and a Vega-Lite specification."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from digitscope.recognition.timeline import Timeline

NAMED = 3
"""Digits whose curves stand out: those that led longest."""

COLOURS = ["#4f7df0", "#e07b28", "#b1559f"]
DASHES = [[1, 0], [6, 3], [2, 2]]
"""The curves that stand out; blue, orange and purple differ for colour-blind people too, and dashes for everybody."""
FAINT = "#8a93a6"

COLUMNS = ["kind", "share", "end", "digit", "rank", "probability", "words"]


def chart_data(line: Timeline, moment: int) -> pd.DataFrame:
    """Return all that the chart shows, by kind of mark: curves, names, spans without a digit, the chosen moment."""
    rows: list[dict[str, Any]] = []
    leaders = line.leaders[:NAMED]
    for digit in range(10):
        rank = leaders.index(digit) if digit in leaders else -1
        for share, probability in zip(line.shares, line.probabilities[:, digit], strict=True):
            if np.isfinite(probability):
                rows.append(
                    {
                        "kind": "other" if rank < 0 else "leading",
                        "share": share,
                        "digit": str(digit),
                        "rank": str(rank),
                        "probability": float(probability),
                    }
                )
        if rank >= 0:
            led = np.flatnonzero(line.said == digit)
            middle = int(led[len(led) // 2])
            rows.append(
                {
                    "kind": "name",
                    "share": line.shares[middle],
                    "digit": str(digit),
                    "rank": str(rank),
                    "probability": float(line.probabilities[middle, digit]),
                }
            )
    step = 1 / len(line.said)
    for k in np.flatnonzero(line.said < 0):
        share = line.shares[k]
        rows.append({"kind": "unread", "share": share - step, "end": share, "words": "not read as a digit"})
    rows.append({"kind": "now", "share": line.shares[moment]})
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _chart() -> dict[str, Any]:
    """Return the Vega-Lite specification; it is the same for all drawings, so that nothing flickers."""
    x = {
        "field": "share",
        "type": "quantitative",
        "title": "of the strokes drawn",
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 5, "grid": False},
    }
    y = {
        "field": "probability",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 4},
    }
    ranks = [str(rank) for rank in range(NAMED)]
    colour = {"field": "rank", "type": "nominal", "scale": {"domain": ranks, "range": COLOURS}, "legend": None}
    dash = {"field": "rank", "type": "nominal", "scale": {"domain": ranks, "range": DASHES}, "legend": None}
    digit = {"field": "digit", "type": "nominal"}
    tooltip = [
        {**digit, "title": "digit"},
        {"field": "share", "type": "quantitative", "format": ".0%", "title": "of the strokes"},
        {"field": "probability", "type": "quantitative", "format": ".1%"},
    ]

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind === '{kind}'"}], "mark": mark, "encoding": encoding}

    return {
        "height": 290,
        "padding": {"top": 14, "left": 5, "right": 14, "bottom": 5},
        "layer": [
            layer(
                "unread",
                {"type": "rect", "color": FAINT, "opacity": 0.16},
                {"x": x, "x2": {"field": "end"}, "tooltip": {"field": "words", "type": "nominal", "title": " "}},
            ),
            layer(
                "other",
                {"type": "line", "color": FAINT, "strokeWidth": 1, "opacity": 0.55},
                {"x": x, "y": y, "detail": digit, "tooltip": tooltip},
            ),
            layer(
                "leading",
                {"type": "line", "strokeWidth": 2.5},
                {"x": x, "y": y, "color": colour, "strokeDash": dash, "detail": digit, "tooltip": tooltip},
            ),
            layer("now", {"type": "rule", "color": FAINT, "strokeWidth": 1.5}, {"x": x}),
            layer(
                "name",
                {"type": "text", "fontSize": 17, "fontWeight": 700, "dy": -10},
                {"x": x, "y": y, "color": colour, "text": digit},
            ),
        ],
    }


CHART = _chart()
