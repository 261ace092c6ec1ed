"""How one network does: its answer to the drawing, and how many test images it reads right."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from cnn.fast.predictor import BatchPredictor
from cnn.network import CNN
from digitscope.ui.common.bars import bars_of
from digitscope.ui.common.templates import render
from digitscope.ui.explain.names import answer_name

Array = np.ndarray

QUICK = 500
"""Test images that are read at every change: the first ones, few enough to be read at once."""


def count_right(network: BatchPredictor, pictures: Array, labels: Array) -> int:
    """Count the pictures (n, 28, 28) that are read right, one pass each."""
    return int((network.predict(pictures).argmax(axis=1) == labels).sum())


def result_html(title: str, side: str, network: CNN, picture: Array, right: int) -> Markup:
    """Return a network's answer as bars; `right` of QUICK test images it reads right, `side` is "whole" or "broken"."""
    probabilities = network.predict_output(picture[None])[0]
    best = int(probabilities.argmax())
    return render(
        "explain/ablation/result.html",
        title=title,
        side=side,
        right=right,
        count=QUICK,
        best=best,
        answer=answer_name(best),
        chance=100 * float(probabilities[best]),
        all=bars_of(probabilities),
        spoken=", ".join(f"{answer_name(answer)} {100 * p:.0f} %" for answer, p in enumerate(probabilities)),
    )
