"""Overview: all layers on one screen, drawn as a network; a map opens into its kernels and its brightest spots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import streamlit as st

from cnn.explain import Activations, Place, arithmetic
from cnn.explain.arithmetic import Softmaxed
from cnn.layers import BatchNorm, Conv3x3, FullyConnected, Softmax
from cnn.verdict import DIGITS
from digitscope.ui.common.pictures import ink_picture, level_address, levels, map_strip
from digitscope.ui.explain.layout import Block, Layout, below, beside
from digitscope.ui.explain.picker import framed, grid, picker
from digitscope.ui.explain.subject import Subject, named
from digitscope.ui.explain.walk import Walk, walk

Array = np.ndarray

BRIGHT = 0.99
"""The share of values that are not in the full colour."""
LINES = 12
"""Lines that are drawn to what a value came from: the strongest."""


def show_overview(subject: Subject) -> None:
    """The whole network, and below it the map that was chosen."""
    look, own = subject.look, walk(subject)

    def choose(value: str) -> None:
        number, channel = (int(part) for part in value.split(":"))
        _choose(look, own, number, channel)

    picker("overview_network", _network_html(look, own), choose, title(look, own.number, own.place[0]))

    def open_pixel(value: str) -> None:
        kind, cell = value.split(":")
        if kind == "map":
            width = look.values[own.number].shape[-1]
            own.go(look, own.number, (own.place[0], *divmod(int(cell), width)))
        elif kind in ("input", "map_number"):
            _choose(look, own, own.number - (kind == "input"), int(cell))
            return
        st.session_state["inside_look"] = "One pixel"

    picker("overview_map", _map_html(look, own), open_pixel)


def _choose(look: Activations, own: Walk, number: int, channel: int) -> None:
    values = look.values[number]
    own.go(look, number, look.brightest(number, channel, 1)[0] if values.ndim == 3 else (channel,))


def _network_html(look: Activations, own: Walk) -> str:
    sheets = {}

    def sheet(number: int, across: int) -> str:
        if (number, across) not in sheets:
            values = look.values[number]
            maps = values if values.ndim == 3 else values.reshape(-1, 1, 1)
            sheets[number, across] = level_address(sprite(maps + 0.5 if number == 0 else maps, across))
        return sheets[number, across]

    drawings = []
    for layout in (beside(look), below(look)):
        parts = [_bundle(layout, one, other) for one, other in pairwise(layout.blocks)]
        parts.append(_lines(look, own, layout))
        parts += [
            _layer(look, own, number, layout, sheet(number, block.across)) for number, block in enumerate(layout.blocks)
        ]
        order = "from the picture at the top to the answers at the bottom" if layout.upright else ORDER
        drawings.append(
            f'<svg class="network {layout.name}" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" role="group" '
            f'aria-label="The network, {order}">{"".join(parts)}</svg>'
        )
    return (
        f'{"".join(drawings)}<p class="hint">Choose any map: with the pointer, or with Tab and the arrow keys. Orange '
        "is below zero, blue above; each layer has its own scale.</p>"
    )


ORDER = "from the picture on the left to the answers on the right"


def _bundle(layout: Layout, one: Block, other: Block) -> str:
    """A faint band from one layer to the next."""
    if layout.upright:
        bottom, top = one.top + one.height, other.top
        corners = (one.left, bottom), (other.left, top), (other.left + other.width, top), (one.left + one.width, bottom)
    else:
        right, left = one.left + one.width, other.left
        corners = (right, one.top), (left, other.top), (left, other.top + other.height), (right, one.top + one.height)
    return f'<path class="bundle" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in corners)} Z"/>'


def sources(look: Activations, number: int, channel: int) -> list[tuple[int, float]]:
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


def _lines(look: Activations, own: Walk, layout: Layout) -> str:
    number = own.number
    if number == 0:
        return ""
    found = sources(look, number, own.place[0])[:LINES]
    largest = max((abs(weight) for _, weight in found), default=1) or 1
    before, block = layout.blocks[number - 1], layout.blocks[number]
    drawn = []
    for source, weight in reversed(found):
        drawn.append(
            f'<path class="{"above" if weight >= 0 else "below"}" '
            f'stroke-width="{0.6 + 2.4 * abs(weight) / largest:.2f}" '
            f'd="{_curve(layout.upright, before, before.middle(source), block, block.middle(own.place[0]))}"/>'
        )
    return f'<g class="lines">{"".join(drawn)}</g>'


def _curve(upright: bool, before: Block, start: tuple[float, float], block: Block, end: tuple[float, float]) -> str:
    """A path from the edge of one cell, whose middle is `start`, to that of another in the layer behind it."""
    (x1, y1), (x2, y2) = start, end
    if upright:
        y1, y2 = y1 + before.cell / 2, y2 - block.cell / 2
        bend = (y1 + y2) / 2
        return f"M{x1:.1f} {y1:.1f} C{x1:.1f} {bend:.1f} {x2:.1f} {bend:.1f} {x2:.1f} {y2:.1f}"
    x1, x2 = x1 + before.cell / 2, x2 - block.cell / 2
    bend = (x1 + x2) / 2
    return f"M{x1:.1f} {y1:.1f} C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def sprite(values: Array, across: int) -> Array:
    """All maps (n, h, w) as one picture's levels (rows h, across w) uint8, 0 (see-through) where there is none."""
    n, height, width = values.shape
    rows = -(-n // across)
    sheet = np.zeros((rows * across, height, width), np.uint8)
    # The few largest values must not make all others pale.
    sheet[:n] = levels(values, float(np.quantile(np.abs(values), BRIGHT)) or float(np.abs(values).max()))
    return sheet.reshape(rows, across, height, width).swapaxes(1, 2).reshape(rows * height, across * width)


def shape_of(values: Array) -> str:
    """A shape in words, "48×26×26"."""
    return "×".join(map(str, values.shape))


def _layer(look: Activations, own: Walk, number: int, layout: Layout, sheet: str) -> str:
    name, values, block = look.names[number], look.values[number], layout.blocks[number]
    chosen = own.place[0] if number == own.number else -1
    parts = [
        _name(layout, block, name, shape_of(values)),
        f'<image href="{sheet}" x="{block.left:.2f}" y="{block.top:.2f}" width="{block.width:.2f}" '
        f'height="{block.height:.2f}" preserveAspectRatio="none"/>',
    ]
    if number == len(look) - 1:
        parts += [_answer(layout, block, answer, values) for answer in range(len(values))]
    if chosen >= 0:
        x, y = block.middle(chosen)
        half = block.cell / 2 + 1
        parts.append(
            f'<rect class="chosen" x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" '
            f'height="{2 * half:.1f}"/>'
        )
    what = (
        "the picture"
        if number == 0
        else f"{type(look.layer(number)).__name__}, {block.count} " + ("maps" if values.ndim == 3 else "values")
    )
    now = f", {title(look, number, chosen)} is chosen" if chosen >= 0 else ""
    return (
        f'<g class="layer" tabindex="0" role="application" data-name="{layout.name} {name}" data-of="{number}" '
        f'data-layer="{name}" data-shape="{shape_of(values)}" data-grid="{block.across},{block.rows}" '
        f'data-at="{max(chosen, 0)}" data-count="{block.count}" aria-label="{name}: {what}{now}; arrow keys choose">'
        f"{''.join(parts)}</g>"
    )


def _name(layout: Layout, block: Block, name: str, shape: str) -> str:
    """A layer's name and shape: above its column, or on the left of its band."""
    x, y = (0.0, block.top + block.height / 2 - 2) if layout.upright else (block.left + block.width / 2, 11.0)
    below = y + (12 if layout.upright else 14)
    return (
        f'<text class="name" x="{x:.1f}" y="{y:.1f}">{name}</text>'
        f'<text class="shape" x="{x:.1f}" y="{below:.1f}">{shape}</text>'
    )


def _answer(layout: Layout, block: Block, answer: int, values: Array) -> str:
    """What an answer's cell stands for, and how likely it is."""
    x, y = block.middle(answer)
    word, chance = named(answer) if answer < DIGITS else "none", f"{100 * values[answer]:.0f}%"
    best = " best" if answer == values.argmax() else ""
    if not layout.upright:
        return f'<text class="answer{best}" x="{x + block.cell / 2 + 4:.1f}" y="{y + 4:.1f}">{word} {chance}</text>'
    under = block.top + block.height
    return (
        f'<text class="answer{best}" x="{x:.1f}" y="{under + 11:.1f}">{word}</text>'
        f'<text class="answer{best}" x="{x:.1f}" y="{under + 22:.1f}">{chance}</text>'
    )


def title(look: Activations, number: int, channel: int) -> str:
    """What a map or value is called, "conv1, map 7"."""
    if number == 0:
        return "the picture"
    if number == len(look) - 1 and isinstance(look.layer(number), Softmax):
        return f"{look.names[number]}, answer “{named(channel)}”"
    return f"{look.names[number]}, {'map' if look.values[number].ndim == 3 else 'value'} {channel}"


def _map_html(look: Activations, own: Walk) -> str:
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
                label=f"{title(look, number, channel)}, {height} by {width}; arrow keys move, Enter opens a pixel",
                press="",
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
    return f'<h3>{title(look, number, channel)}</h3>{_neighbours(look, own)}<div class="blocks">{"".join(blocks)}</div>'


def _neighbours(look: Activations, own: Walk) -> str:
    """Buttons for the maps before and behind this one: a finger is wider than a small map."""
    channel, count = own.place[0], len(look.values[own.number])
    buttons = []
    for name, words, other in (
        ("Previous", f"◀ {channel - 1}", channel - 1),
        ("Next", f"{channel + 1} ▶", channel + 1),
    ):
        if 0 <= other < count:
            buttons.append(
                f'<button data-choose="map_number:{other}" data-name="{name}" '
                f'aria-label="{name}: {title(look, own.number, other)}">{words}</button>'
            )
    return f'<p class="neighbours">{" ".join(buttons)}</p>' if buttons else ""


def _spots_html(look: Activations, number: int, spots: list[Place]) -> str:
    side = look.picture.shape[0]
    marks = "".join(framed(*look.receptive_field(number, place), side) for place in spots)
    many = "Its brightest spot" if len(spots) == 1 else f"Its {len(spots)} brightest spots"
    return (
        f'<figure><div class="plate" role="img" aria-label="The drawing with {len(spots)} frames" '
        f'data-spots="{len(spots)}"><img src="{ink_picture(look.picture)}" alt="">{marks}</div>'
        f"<figcaption>{many}, on the drawing: each frame is all that the value can see.</figcaption></figure>"
    )


def _kernels_html(look: Activations, number: int, channel: int) -> str:
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
        pixels = sprite(np.pad(kernels, ((0, 0), (0, gap), (0, gap))), along)
        paper = np.pad(np.ones(kernels.shape[1:], np.uint8), (0, gap))
        pixels *= np.tile(paper, (-(-count // along), along))
        kind = "kernel" if isinstance(layer, Conv3x3) else "weight" if kernels.shape[1] == 1 else "square of weights"
        plural = kind if count == 1 else kind.replace("square", "squares") if "square" in kind else f"{kind}s"
        said = "the picture" if number == 1 else f"each {'map' if before.ndim == 3 else 'value'} of {name}"
        strongest = ", ".join(str(source) for source, _ in sources(look, number, channel)[:3])
        more = f" Strongest: {strongest}. Choose one to go to that map." if count > 1 else ""
        cell = 26 if kernels.shape[1] > 1 else 15
        picture = level_address(pixels)
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
                label=f"{count} {plural}; arrow keys move, Enter goes to the map that it looks at",
                press="map" if before.ndim == 3 else "value",
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
