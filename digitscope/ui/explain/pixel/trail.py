"""The way of a value from the picture to an answer, as a row of steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from cnn.explain import Activations, Place
from digitscope.ui.common.templates import render
from digitscope.ui.explain.names import place_name
from digitscope.ui.explain.numbers import Cell, cell
from digitscope.ui.explain.walk import Walk


@dataclass(frozen=True)
class Step:
    """The way through one layer; where pooling drops the value, the layer's name is all."""

    number: int
    layer: str
    where: str = ""
    label: str = ""
    value: Cell | None = None
    current: bool = False


def trail_html(activations: Activations, own: Walk) -> Markup:
    """Return a step for the input and each layer."""
    steps = [_step(activations, own, number, place) for number, place in enumerate(own.way)]
    return render("explain/pixel/trail.html", steps=steps)


def _step(activations: Activations, own: Walk, number: int, place: Place | None) -> Step:
    layer = activations.names[number]
    if place is None:
        return Step(number, layer)
    value = activations.at(number, place)
    largest = float(np.abs(activations.values[number]).max())
    where = f"{place[0]} ({place[1]}, {place[2]})" if len(place) == 3 else str(place[0])
    label = f"{layer}, {place_name(activations, number, place)}: {value:.4f}"
    return Step(number, layer, where, label, cell(value, largest, 2), number == own.number)
