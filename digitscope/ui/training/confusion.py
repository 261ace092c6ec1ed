"""What a network confuses: confusion matrix, images of one of its cells, worst mistakes, accuracy by digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray

WORST = 12
"""Mistakes that are shown."""
FROM_CELL = 24
"""Images that are shown of one cell of the confusion matrix."""


@dataclass(frozen=True)
class Selection:
    """Some of the classified images, the most confident answers first, and a title for them."""

    title: str
    places: Array
    """(k,) int: which of the images."""


def confusion_table(labels: Array, predicted: Array) -> pd.DataFrame:
    """Count answers: a row for each cell, with digit, answer, count, heat and whether the answer is right.

    `labels` and `predicted` are (n,) digits. The heat is a cell's share of the most frequent mistake's count, 0 on the
    diagonal.
    """
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels.astype(int), predicted), 1)
    wrong = counts * (1 - np.eye(10, dtype=int))
    digit, answer = np.divmod(np.arange(100), 10)
    return pd.DataFrame(
        {
            "digit": digit,
            "answer": answer,
            "count": counts.ravel(),
            "heat": (wrong / max(wrong.max(), 1)).ravel(),
            "right": digit == answer,
        }
    )


def worst_mistakes(labels: Array, predicted: Array, confidence: Array) -> Selection:
    """Select the misread images whose wrong answers are the most confident; all arrays are (n,)."""
    wrong = np.flatnonzero(predicted != labels)
    return Selection(f"Worst mistakes of {len(wrong):,}: wrong, and most confident", _surest(wrong, confidence, WORST))


def images_of_cell(labels: Array, predicted: Array, confidence: Array, digit: int, answer: int) -> Selection:
    """Select the images of `digit` that were read as `answer`; all arrays are (n,)."""
    found = np.flatnonzero((labels == digit) & (predicted == answer))
    title = f"{len(found):,} images of {digit} read as {answer}"
    if len(found) > FROM_CELL:
        title += ", some of them"
    return Selection(title, _surest(found, confidence, FROM_CELL))


def _surest(places: Array, confidence: Array, most: int) -> Array:
    return places[np.argsort(-confidence[places], kind="stable")][:most]


def accuracy_by_digit(labels: Array, predicted: Array) -> list[float]:
    """Return the share of each digit's images that were read correctly, 0 to 1."""
    return [float((predicted[labels == digit] == digit).mean()) for digit in range(10)]


CONFUSION_CHART: dict[str, Any] = {
    "height": 300,
    "params": [{"name": "cell", "select": {"type": "point", "fields": ["digit", "answer"]}, "views": ["cells"]}],
    "encoding": {
        "x": {"field": "answer", "type": "ordinal", "title": "read as", "axis": {"labelAngle": 0, "orient": "top"}},
        "y": {"field": "digit", "type": "ordinal", "title": "digit"},
    },
    "layer": [
        {
            "name": "cells",
            "mark": {"type": "rect", "cursor": "pointer", "cornerRadius": 2},
            "encoding": {
                "color": {
                    "condition": {"test": "datum.right", "value": "#8a93a633"},
                    "field": "heat",
                    "type": "quantitative",
                    "scale": {"domain": [0, 1], "range": ["#8a93a611", "#e07b28"]},
                    "legend": None,
                },
                "strokeWidth": {"condition": {"param": "cell", "empty": False, "value": 2}, "value": 0},
                "stroke": {"value": "#2f5bd0"},
                "tooltip": [
                    {"field": "digit", "title": "digit"},
                    {"field": "answer", "title": "read as"},
                    {"field": "count", "title": "images"},
                ],
            },
        },
        {
            "mark": {"type": "text", "fontSize": 11, "tooltip": False},
            "encoding": {
                "text": {
                    "condition": {"test": "datum.count > 0", "field": "count", "type": "quantitative"},
                    "value": "",
                }
            },
        },
    ],
}
"""The chart of a `confusion_table`, in Vega-Lite; its selection "cell" is the cell that was clicked."""
