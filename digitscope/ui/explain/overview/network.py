"""The network as a drawing: each layer's maps, bands between the layers, lines to what the chosen map comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from cnn.explain import Activations
from cnn.verdict import DIGITS
from digitscope.ui.common.pictures import as_maps, level_address, map_sheet
from digitscope.ui.common.templates import render
from digitscope.ui.explain.names import answer_name, map_name, shape_name
from digitscope.ui.explain.overview.layout import Block, Layout, below, beside
from digitscope.ui.explain.overview.sources import sources
from digitscope.ui.explain.walk import Walk

Array = np.ndarray

MOST_LINES = 12
"""Lines that are drawn to what a value came from: the strongest."""


@dataclass(frozen=True)
class Text:
    """A text in the drawing; `kind` is its CSS class."""

    kind: str
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class LayerDrawing:
    """One layer: its maps as one picture in its block, its texts, and where the chosen map is."""

    number: int
    name: str
    shape: str
    address: str
    block: Block
    texts: list[Text]
    at: int
    label: str
    chosen: tuple[float, float, float] | None
    """Left, top and side of the mark."""


@dataclass(frozen=True)
class Line:
    """A line from a source to the chosen map; its width says how strong, its kind whether "above" or "below" zero."""

    kind: str
    width: float
    path: str


@dataclass(frozen=True)
class NetworkDrawing:
    """The whole drawing in one layout."""

    name: str
    width: float
    height: float
    order: str
    """In which direction the layers follow each other."""
    bands: list[str]
    lines: list[Line]
    layers: list[LayerDrawing]


def network_html(activations: Activations, own: Walk) -> Markup:
    """Return the network twice, for wide screens and for phones: the style sheet shows one of them."""

    @cache
    def address(number: int, across: int) -> str:
        maps = as_maps(activations.values[number])
        return level_address(map_sheet(maps + 0.5 if number == 0 else maps, across))

    drawings = []
    for layout in (beside(activations), below(activations)):
        layers = [
            _layer(activations, own, number, layout, address(number, block.across))
            for number, block in enumerate(layout.blocks)
        ]
        bands = [_band(layout, one, other) for one, other in pairwise(layout.blocks)]
        order = (
            "from the picture at the top to the answers at the bottom"
            if layout.upright
            else "from the picture on the left to the answers on the right"
        )
        drawings.append(
            NetworkDrawing(
                layout.name, layout.width, layout.height, order, bands, _lines(activations, own, layout), layers
            )
        )
    return render("explain/overview/network.html", drawings=drawings)


def _band(layout: Layout, one: Block, other: Block) -> str:
    """Return the path of a faint band from one layer to the next."""
    if layout.upright:
        bottom, top = one.top + one.height, other.top
        corners = (one.left, bottom), (other.left, top), (other.left + other.width, top), (one.left + one.width, bottom)
    else:
        right, left = one.left + one.width, other.left
        corners = (right, one.top), (left, other.top), (left, other.top + other.height), (right, one.top + one.height)
    return f"M{' L'.join(f'{x:.1f} {y:.1f}' for x, y in corners)} Z"


def _lines(activations: Activations, own: Walk, layout: Layout) -> list[Line]:
    number = own.number
    if number == 0:
        return []
    found = sources(activations, number, own.place[0])[:MOST_LINES]
    largest = max((abs(weight) for _, weight in found), default=1) or 1
    before, block = layout.blocks[number - 1], layout.blocks[number]
    # The strongest is drawn last, over the others.
    return [
        Line(
            "above" if weight >= 0 else "below",
            0.6 + 2.4 * abs(weight) / largest,
            _curve(layout.upright, before, before.middle(source), block, block.middle(own.place[0])),
        )
        for source, weight in reversed(found)
    ]


def _curve(upright: bool, before: Block, start: tuple[float, float], block: Block, end: tuple[float, float]) -> str:
    """Return a path from the edge of one cell, whose middle is `start`, to that of another in the next layer."""
    (x1, y1), (x2, y2) = start, end
    if upright:
        y1, y2 = y1 + before.cell / 2, y2 - block.cell / 2
        bend = (y1 + y2) / 2
        return f"M{x1:.1f} {y1:.1f} C{x1:.1f} {bend:.1f} {x2:.1f} {bend:.1f} {x2:.1f} {y2:.1f}"
    x1, x2 = x1 + before.cell / 2, x2 - block.cell / 2
    bend = (x1 + x2) / 2
    return f"M{x1:.1f} {y1:.1f} C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _layer(activations: Activations, own: Walk, number: int, layout: Layout, address: str) -> LayerDrawing:
    name, values, block = activations.names[number], activations.values[number], layout.blocks[number]
    texts = _heading(layout, block, name, shape_name(values))
    if number == len(activations) - 1:
        for answer in range(len(values)):
            texts += _answer(layout, block, answer, values)
    label = f"{name}: the picture"
    if number > 0:
        kind = type(activations.layer(number)).__name__
        label = f"{name}: {kind}, {block.count} {'maps' if values.ndim == 3 else 'values'}"
    at, mark = 0, None
    if number == own.number:
        at = own.place[0]
        label += f", {map_name(activations, number, at)} is chosen"
        (x, y), half = block.middle(at), block.cell / 2 + 1
        mark = (x - half, y - half, 2 * half)
    return LayerDrawing(number, name, shape_name(values), address, block, texts, at, label, mark)


def _heading(layout: Layout, block: Block, name: str, shape: str) -> list[Text]:
    """Return a layer's name and shape: above its column, or on the left of its band."""
    if layout.upright:
        y = block.top + block.height / 2 - 2
        return [Text("name", 0.0, y, name), Text("shape", 0.0, y + 12, shape)]
    x = block.left + block.width / 2
    return [Text("name", x, 11.0, name), Text("shape", x, 25.0, shape)]


def _answer(layout: Layout, block: Block, answer: int, values: Array) -> list[Text]:
    """Return what an answer's cell stands for, and how likely it is."""
    x, y = block.middle(answer)
    name, chance = answer_name(answer) if answer < DIGITS else "none", f"{100 * values[answer]:.0f}%"
    kind = "answer best" if answer == values.argmax() else "answer"
    if not layout.upright:
        return [Text(kind, x + block.cell / 2 + 4, y + 4, f"{name} {chance}")]
    under = block.top + block.height
    return [Text(kind, x, under + 11, name), Text(kind, x, under + 22, chance)]
