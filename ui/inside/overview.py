"""Overview: all layers on one screen, drawn as a network; a map opens into its kernels and its brightest spots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st
from cnn.explain import Look, Place, arithmetic
from cnn.explain.arithmetic import Softmaxed
from cnn.layers import BatchNorm, Conv3x3, FullyConnected, Softmax

from ui.inside.picker import framed, grid, picker
from ui.inside.subject import Subject, named
from ui.inside.walk import Walk, walk
from ui.pictures import coloured, ink_picture, map_strip, png_address

Array = np.ndarray

WIDE, HIGH = 815, 440
"""The drawing's own units."""
TOP = 36
GAP = 7
MARGIN = 30
"""Room on the right for what stands beside the answers."""
LARGEST_CELL = 96
BRIGHT = 0.99
"""The share of values that are not in the full colour."""
LINES = 12
"""Lines that are drawn to what a value came from: the strongest."""


@dataclass(frozen=True)
class Column:
    """One layer in the drawing: its maps as cells, `across` beside each other."""

    left: float
    top: float
    cell: float
    across: int
    count: int

    @property
    def rows(self) -> int:
        return -(-self.count // self.across)

    @property
    def width(self) -> float:
        return self.cell * self.across

    def middle(self, cell: int) -> tuple[float, float]:
        """Where a cell's middle is."""
        row, column = divmod(cell, self.across)
        return self.left + (column + 0.5) * self.cell, self.top + (row + 0.5) * self.cell


def show_overview(subject: Subject) -> None:
    """The whole network, and below it the map that was chosen."""
    look, own = subject.look, walk(subject)

    def choose(value: str) -> None:
        number, channel = (int(part) for part in value.split(":"))
        _choose(look, own, number, channel)

    picker("overview_network", _network_html(look, own), choose)

    def open_pixel(value: str) -> None:
        kind, cell = value.split(":")
        if kind == "map":
            width = look.values[own.number].shape[-1]
            own.go(look, own.number, (own.place[0], *divmod(int(cell), width)))
        elif kind == "input":
            _choose(look, own, own.number - 1, int(cell))
            return
        st.session_state["inside_look"] = "One pixel"

    picker("overview_map", _map_html(look, own), open_pixel)


def _choose(look: Look, own: Walk, number: int, channel: int) -> None:
    values = look.values[number]
    own.go(look, number, look.brightest(number, channel, 1)[0] if values.ndim == 3 else (channel,))


def columns(look: Look) -> list[Column]:
    """Where each layer stands: as many columns as layers, cells as large as there is room."""
    room = WIDE / len(look)
    found = []
    for number, values in enumerate(look.values):
        count, box = len(values), room - GAP
        if number == len(look) - 1:  # the answers stand below each other, their numbers beside them
            cell = min(HIGH / count, box / 2)
            across = 1
        else:
            across = max(range(1, count + 1), key=lambda k: min(box / k, HIGH / -(-count // k)))
            cell = min(box / across, HIGH / -(-count // across), LARGEST_CELL)
        rows = -(-count // across)
        found.append(
            Column(
                number * room + (box - across * cell) / 2 + GAP / 2, TOP + (HIGH - rows * cell) / 2, cell, across, count
            )
        )
    return found


def _network_html(look: Look, own: Walk) -> str:
    places = columns(look)
    parts = [_bundle(one, other) for one, other in pairwise(places)]
    parts += [_lines(look, own, places)]
    for number, (column, values) in enumerate(zip(places, look.values, strict=True)):
        parts.append(_layer(look, own, number, column, values))
    return (
        f'<div class="wide" data-scroll><svg viewBox="0 0 {WIDE + MARGIN} {TOP + HIGH + 6}" role="group" '
        f'aria-label="The network, from the picture on the left to the answers on the right">'
        f"{''.join(parts)}</svg></div>"
        '<p class="hint">Choose any map: with the pointer, or with Tab and the arrow keys. Orange is below zero, blue '
        "above; each layer has its own scale.</p>"
    )


def _bundle(one: Column, other: Column) -> str:
    """A faint band from one layer to the next."""
    right = one.left + one.width
    return (
        f'<path class="bundle" d="M{right:.1f} {one.top:.1f} L{other.left:.1f} {other.top:.1f} '
        f'V{other.top + other.rows * other.cell:.1f} L{right:.1f} {one.top + one.rows * one.cell:.1f} Z"/>'
    )


def sources(look: Look, number: int, channel: int) -> list[tuple[int, float]]:
    """Which maps or values of the layer before a map hangs on, and how strongly: (number, weight), strongest first.

    Of a convolution the weight is its kernel's largest entry, of a dense layer the contribution to the sum.
    """
    if number == 0:
        return []
    layer, before = look.layer(number), look.values[number - 1]
    if isinstance(layer, Conv3x3):
        kernels = layer.params["weights"][channel].reshape(len(before), -1)
        weights = kernels[np.arange(len(kernels)), np.abs(kernels).argmax(axis=1)]
    elif isinstance(layer, FullyConnected):
        found = arithmetic(look, number, (channel,))
        weights = (found.score if isinstance(found, Softmaxed) else found).per_map  # type: ignore[union-attr]
    elif len(before) == len(look.values[number]):
        return [(channel, 1.0)]
    else:  # Flatten
        return [(channel // (before[0].size), 1.0)]
    order = np.argsort(-np.abs(weights), kind="stable")
    return [(int(i), float(weights[i])) for i in order]


def _lines(look: Look, own: Walk, places: list[Column]) -> str:
    number = own.number
    if number == 0:
        return ""
    found = sources(look, number, own.place[0])[:LINES]
    largest = max((abs(weight) for _, weight in found), default=1) or 1
    x2, y2 = places[number].middle(own.place[0])
    drawn = []
    for source, weight in reversed(found):
        x1, y1 = places[number - 1].middle(source)
        x1 += places[number - 1].cell / 2
        end = x2 - places[number].cell / 2
        bend = (x1 + end) / 2
        drawn.append(
            f'<path class="{"above" if weight >= 0 else "below"}" '
            f'stroke-width="{0.6 + 2.4 * abs(weight) / largest:.2f}" '
            f'd="M{x1:.1f} {y1:.1f} C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {end:.1f} {y2:.1f}"/>'
        )
    return f'<g class="lines">{"".join(drawn)}</g>'


def sprite(values: Array, across: int) -> Array:
    """All maps (n, h, w) as one picture (rows h, across w, 4) uint8, see-through where there is none."""
    n, height, width = values.shape
    rows = -(-n // across)
    sheet = np.zeros((rows * across, height, width, 4), np.uint8)
    # The few largest values must not make all others pale.
    sheet[:n, ..., :3] = coloured(values, float(np.quantile(np.abs(values), BRIGHT)) or float(np.abs(values).max()))
    sheet[:n, ..., 3] = 255
    return sheet.reshape(rows, across, height, width, 4).swapaxes(1, 2).reshape(rows * height, across * width, 4)


def shape_of(values: Array) -> str:
    """A shape in words, "48×26×26"."""
    return "×".join(map(str, values.shape))


def _layer(look: Look, own: Walk, number: int, column: Column, values: Array) -> str:
    name, middle = look.names[number], column.left + column.width / 2
    last = number == len(look) - 1
    maps = values if values.ndim == 3 else values.reshape(-1, 1, 1)
    pixels = sprite(maps + 0.5 if number == 0 else maps, column.across)
    chosen = own.place[0] if number == own.number else -1
    parts = [
        f'<text class="name" x="{middle:.1f}" y="11">{name}</text>'
        f'<text class="shape" x="{middle:.1f}" y="25">{shape_of(values)}</text>',
        f'<image href="{png_address(pixels)}" x="{column.left:.2f}" y="{column.top:.2f}" width="{column.width:.2f}" '
        f'height="{column.rows * column.cell:.2f}" preserveAspectRatio="none"/>',
    ]
    if last:
        for answer, value in enumerate(values):
            x, y = column.middle(answer)
            word = named(answer) if answer < 10 else "none"
            best = " best" if answer == values.argmax() else ""
            parts.append(
                f'<text class="answer{best}" x="{x + column.cell / 2 + 4:.1f}" y="{y + 4:.1f}">{word} '
                f"{100 * value:.0f}%</text>"
            )
    if chosen >= 0:
        x, y = column.middle(chosen)
        half = column.cell / 2 + 1
        parts.append(
            f'<rect class="chosen" x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" '
            f'height="{2 * half:.1f}"/>'
        )
    what = (
        "the picture"
        if number == 0
        else f"{type(look.layer(number)).__name__}, {column.count} " + ("maps" if values.ndim == 3 else "values")
    )
    return (
        f'<g class="layer" tabindex="0" role="application" data-name="{name}" data-of="{number}" data-layer="{name}" '
        f'data-shape="{shape_of(values)}" data-grid="{column.across},{column.rows}" data-at="{max(chosen, 0)}" '
        f'data-count="{column.count}" aria-label="{name}: {what}, arrow keys choose">{"".join(parts)}</g>'
    )


def title(look: Look, number: int, channel: int) -> str:
    """What a map or value is called, "conv1, map 7"."""
    if number == 0:
        return "the picture"
    if number == len(look) - 1 and isinstance(look.layer(number), Softmax):
        return f"{look.names[number]}, answer “{named(channel)}”"
    return f"{look.names[number]}, {'map' if look.values[number].ndim == 3 else 'value'} {channel}"


def _map_html(look: Look, own: Walk) -> str:
    number, channel = own.number, own.place[0]
    values = look.values[number]
    blocks = []
    if values.ndim == 3:
        height, width = values.shape[1:]
        shown = values[channel] + (0.5 if number == 0 else 0)
        spots = look.brightest(number, channel)
        marks = "".join(framed(y, x, y + 1, x + 1, width, "spot") for _, y, x in spots)
        at = own.place[1] * width + own.place[2]
        largest = float(np.abs(shown).max(initial=0))
        blocks.append(
            "<figure>"
            + grid(
                "map",
                map_strip(shown[None], largest),
                columns=width,
                rows=height,
                at=at,
                count=shown.size,
                label=f"{title(look, number, channel)}, {height} by {width}; arrow keys open a pixel",
                inner=marks,
                width=190,
            )
            + f"<figcaption>{height} × {width} values from {values[channel].min():.2f} to {values[channel].max():.2f}. "
            "Choose a pixel to see its sum.</figcaption></figure>"
        )
        blocks.append(_spots_html(look, number, spots))
    else:
        blocks.append(
            f'<figure class="one"><b class="large" data-number="value">{float(values[channel]):.4f}</b>'
            '<figcaption><button data-choose="open:0">Open its sum</button></figcaption></figure>'
        )
    blocks.append(_kernels_html(look, number, channel))
    return f'<h3>{title(look, number, channel)}</h3><div class="blocks">{"".join(blocks)}</div>'


def _spots_html(look: Look, number: int, spots: list[Place]) -> str:
    side = look.picture.shape[0]
    marks = "".join(framed(*look.field(number, place), side) for place in spots)
    many = "Its brightest spot" if len(spots) == 1 else f"Its {len(spots)} brightest spots"
    return (
        f'<figure><div class="plate" role="img" aria-label="The drawing with {len(spots)} frames" '
        f'data-spots="{len(spots)}"><img src="{ink_picture(look.picture)}" alt="">{marks}</div>'
        f"<figcaption>{many}, on the drawing: each frame is all that the value can see.</figcaption></figure>"
    )


def _kernels_html(look: Look, number: int, channel: int) -> str:
    """How a map comes from the maps before it."""
    if number == 0:
        return "<p>The drawing, framed as MNIST’s digits are: ink from 0 to 1, less a half.</p>"
    layer, before = look.layer(number), look.values[number - 1]
    name = look.names[number - 1]
    if isinstance(layer, (Conv3x3, FullyConnected)):
        weights = layer.params["weights"][channel].reshape(
            len(before), *(layer.params["weights"].shape[2:] or before.shape[1:])
        )
        kernels = weights if weights.ndim == 3 else weights.reshape(-1, 1, 1)
        count = len(kernels)
        along = min(count, 12 if kernels.shape[1] > 1 else 24)
        largest = float(np.abs(kernels).max(initial=0))
        gap = 1 if count > 1 else 0
        padded = np.pad(kernels, ((0, 0), (0, gap), (0, gap)), constant_values=np.nan)
        pixels = sprite(np.nan_to_num(padded), along)
        pixels[np.tile(np.isnan(padded)[0], (-(-count // along), along))] = 0
        kind = "kernel" if isinstance(layer, Conv3x3) else "weight" if kernels.shape[1] == 1 else "square of weights"
        plural = kind if count == 1 else kind.replace("square", "squares") if "square" in kind else f"{kind}s"
        said = "the picture" if number == 1 else f"each {'map' if before.ndim == 3 else 'value'} of {name}"
        strongest = ", ".join(str(source) for source, _ in sources(look, number, channel)[:3])
        more = f" Strongest: {strongest}. Choose one to go to that map." if count > 1 else ""
        cell = 26 if kernels.shape[1] > 1 else 15
        picture = png_address(pixels)
        if count == 1:
            shown = f'<div class="plate small" role="img" aria-label="The kernel"><img src="{picture}" alt=""></div>'
        else:
            shown = grid(
                "input",
                picture,
                columns=along,
                rows=-(-count // along),
                at=sources(look, number, channel)[0][0],
                count=count,
                label=f"{count} {plural}, arrow keys choose the map that it looks at",
                width=along * cell,
            )
        return (
            f'<figure class="kernels">{shown}'
            f"<figcaption>Its {count} {plural}, one for {said}, orange below zero, blue above, darkest at "
            f"±{largest:.2g}; bias {float(layer.params['bias'][channel]):.3f}.{more}</figcaption></figure>"
        )
    if isinstance(layer, BatchNorm):
        scale = float(layer.params["scale"][channel])
        return (
            f"<p>Made from map {channel} of {name}: moved to mean 0 and stretched to deviation 1 by what was measured "
            f"while learning, then times {scale:.3f}, plus {float(layer.params['shift'][channel]):.3f}.</p>"
        )
    source = sources(look, number, channel)[0][0]
    return f'<p>Made from {name}, number {source}. <button data-choose="input:{source}">Go there</button></p>'
