"""One pixel: any value of any layer opened into the numbers it was made from, and its whole way to the answer."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st

from cnn.explain import Activations, Place, arithmetic
from cnn.explain.arithmetic import Choice, Given, Normalised, Rectified, Softmaxed, Sum
from cnn.test_time_augmentation import AUGMENTATIONS
from digitscope.ui.common.pictures import ink_picture, level_address, map_strip
from digitscope.ui.explain.numbers import colours, decimals, number, row, square, written
from digitscope.ui.explain.overview import shape_of, sprite, title
from digitscope.ui.explain.picker import framed, grid, picker
from digitscope.ui.explain.subject import Subject, named
from digitscope.ui.explain.walk import Walk, walk

Array = np.ndarray

STRONGEST = 8
"""Contributions to a dense value that are shown one by one."""
ROW_OF_VALUES = 16
"""Values that stand beside each other where there are no maps."""


def show_pixel(subject: Subject) -> None:
    """The way as a row of steps, then the chosen layer's map on the left and the arithmetic on the right."""
    look, own = subject.look, walk(subject)

    def step(value: str) -> None:
        own.step(int(value))

    picker("pixel_trail", _trail_html(look, own), step)
    with st.container(horizontal=True, vertical_alignment="bottom", key="pixel_steps"):
        st.button("◀ Back", key="pixel_back", on_click=own.step, args=(own.number - 1,), disabled=own.number == 0)
        ahead = own.number + 1
        blocked = ahead >= len(look) or own.way[ahead] is None
        st.button("Onward ▶", key="pixel_onward", on_click=own.step, args=(ahead,), disabled=blocked)
        _place_inputs(look, own)
        digits = decimals()
    left, right = st.columns([30, 70], gap="medium")
    with left:

        def choose(value: str) -> None:
            kind, cell = value.split(":")
            own.go(look, own.number, _place_of(look, own, kind, int(cell)))

        at, place = own.number, own.place
        said = f"{look.names[at]}, {where(look, at, place)}: {look.at(at, place):.{digits}f}"
        picker("pixel_map", _map_html(look, own), choose, said)
    with right:

        def source(value: str) -> None:
            kind, rest = value.split(":")
            if kind == "share":
                st.session_state["pixel_share"] = int(rest)
            else:
                own.step(own.number - 1)

        picker("pixel_sum", _sum_html(look, own, digits), source)
        st.download_button(
            "All numbers of this pass (.npz)",
            lambda: numbers_file(look),
            "numbers.npz",
            "application/octet-stream",
            key="pixel_numbers",
            on_click="ignore",
            help="The picture, every layer’s values, and every weight of the network: NumPy opens it.",
        )


def numbers_file(look: Activations) -> bytes:
    """The picture, each layer's values by its name, and each parameter and statistic by its full name, as .npz."""
    buffer = io.BytesIO()
    values = dict(zip(look.names, look.values, strict=True))
    arrays = {"picture": look.picture, **values, **look.network.params, **look.network.state}
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def where(look: Activations, at: int, place: Place) -> str:
    """A place in words: "map 7, row 3, column 5"; counted from 0, as NumPy does."""
    if len(place) == 3:
        row_, column = place[1:]
        return f"row {row_}, column {column}" if at == 0 else f"map {place[0]}, row {row_}, column {column}"
    return f"answer “{named(place[0])}”" if at == len(look) - 1 else f"value {place[0]}"


def _short(place: Place) -> str:
    return f"{place[0]} ({place[1]}, {place[2]})" if len(place) == 3 else str(place[0])


def _trail_html(look: Activations, own: Walk) -> str:
    items = []
    for at, place in enumerate(own.way):
        if place is None:
            items.append(f"<li><button disabled><b>{look.names[at]}</b><span>dropped</span></button></li>")
            continue
        value = look.at(at, place)
        largest = float(np.abs(look.values[at]).max())
        current = ' aria-current="step"' if at == own.number else ""
        items.append(
            f'<li><button data-choose="{at}" data-name="step{at}"{current} aria-label="{look.names[at]}, '
            f'{where(look, at, place)}: {value:.4f}"><b>{look.names[at]}</b><span class="where">{_short(place)}</span>'
            f'<span class="value" style="{colours(value, largest)}">{written(value, 2)}</span></button></li>'
        )
    return f'<ol class="trail" aria-label="The way of this value">{"".join(items)}</ol>'


def _place_inputs(look: Activations, own: Walk) -> None:
    """The place as numbers that can be typed; they follow what is clicked."""
    shape = look.values[own.number].shape
    words = ("Map", "Row", "Column") if len(shape) == 3 else ("Value",)

    def typed() -> None:
        own.go(look, own.number, tuple(int(st.session_state[f"pixel_{word}"]) for word in words))

    for word, side, at in zip(words, shape, own.place, strict=True):
        st.session_state[f"pixel_{word}"] = int(at)
        st.number_input(word, 0, side - 1, step=1, key=f"pixel_{word}", on_change=typed, width=110)


def _place_of(look: Activations, own: Walk, kind: str, cell: int) -> Place:
    """The place that a click on the map, or on the row of all maps, means."""
    shape = look.values[own.number].shape
    if len(shape) == 1:
        return (cell,)
    if kind == "maps":
        return cell, *own.place[1:]
    return own.place[0], *divmod(cell, shape[2])


def _map_html(look: Activations, own: Walk) -> str:
    at, place = own.number, own.place
    values, side = look.values[at], look.picture.shape[0]
    heading = f"<h3>{look.names[at]} <small>{shape_of(values)}</small></h3>"
    frame = framed(*look.receptive_field(at, place), side)
    plate = (
        f'<figure><div class="plate" role="img" aria-label="The drawing; a frame around what this value can see">'
        f'<img src="{ink_picture(look.picture)}" alt="">{frame}</div>'
        "<figcaption>The frame holds all of the drawing that this value can see.</figcaption></figure>"
    )
    if values.ndim == 1:
        along = min(ROW_OF_VALUES, len(values))
        chosen = grid(
            "value",
            level_address(sprite(values.reshape(-1, 1, 1), along)),
            columns=along,
            rows=-(-len(values) // along),
            at=place[0],
            count=len(values),
            label=f"{look.names[at]}: {len(values)} values, arrow keys choose one",
            width=260,
        )
        return f"{heading}<figure>{chosen}<figcaption>{len(values)} values.</figcaption></figure>{plate}"
    shown = values[place[0]] + (0.5 if at == 0 else 0)
    height, width = shown.shape
    chosen = grid(
        "pixel",
        map_strip(shown[None], float(np.abs(shown).max(initial=0))),
        columns=width,
        rows=height,
        at=place[1] * width + place[2],
        count=shown.size,
        label=f"{title(look, at, place[0])}, {height} by {width}; arrow keys choose a pixel",
        width=260,
    )
    under = f"<figcaption>{title(look, at, place[0])}: choose a pixel.</figcaption>"
    return f"{heading}<figure>{chosen}{under}</figure>{plate}"


def _sum_html(look: Activations, own: Walk, digits: int) -> str:
    at, place = own.number, own.place
    found = arithmetic(look, at, place)
    match found:
        case Given():
            body = _given(found, digits)
        case Sum() if (
            found.weights.ndim == 3 and found.weights.shape[1:] == (3, 3) and look.names[at].startswith("conv")
        ):
            body = _convolution(look, own, found, digits)
        case Sum():
            body = _dense(look, at, found, digits, "value")
        case Choice():
            body = _choice(place, found, digits)
        case Normalised():
            body = _normalised(found, digits)
        case Rectified():
            body = _rectified(found, digits)
        case Softmaxed():
            body = _softmaxed(look, at, place, found, digits)
        case _:
            body = "<p>This layer changes nothing here: the value goes on as it is.</p>" + row(
                "value", found.value, digits, "value", strong=True
            )
    return (
        f'<div class="sum" data-layer="{look.names[at]}" data-place="{",".join(map(str, place))}">'
        f"<h3>{look.names[at]}, {where(look, at, place)}</h3>{body}</div>"
    )


def _given(found: Given, digits: int) -> str:
    return (
        "<p>Where it begins: the ink that the drawing has here, from 0 (paper) to 1, less a half, so that paper and "
        "ink lie on both sides of zero.</p>"
        + row("ink", found.ink, digits, "ink")
        + row("half", -0.5, digits, "less a half")
        + row("value", found.value, digits, "value", strong=True)
    )


def _convolution(look: Activations, own: Walk, found: Sum, digits: int) -> str:
    count = len(found.products)
    share = st.session_state.get("pixel_share", -1)
    if not 0 <= share < count or st.session_state.get("pixel_share_of") != (own.mark, own.number, own.place):
        share = found.strongest(1)[0][0]
    st.session_state["pixel_share"], st.session_state["pixel_share_of"] = share, (own.mark, own.number, own.place)
    before, (_, top, left) = look.names[own.number - 1], own.place
    which = "the picture" if own.number == 1 else f"map {share} of {before}"
    parts = [
        f"<p>A patch of 3 × 3 (rows {top} to {top + 2}, columns {left} to {left + 2}) "
        + (f"of each of the {count} maps of {before} " if count > 1 else f"of {which} ")
        + "is laid on the kernel; numbers that lie on each other are multiplied, and everything is added.</p>",
        '<div class="squares">',
        square(found.inputs[share], digits, f"patch of {which}", "patch"),
        '<span class="sign">×</span>',
        square(found.weights[share], digits, "kernel", "kernel"),
        '<span class="sign">=</span>',
        square(found.products[share], digits, "products", "products"),
        "</div>",
    ]
    shares = found.per_map
    if count > 1:
        largest = float(np.abs(shares).max())
        order = np.argsort(-np.abs(shares), kind="stable")
        buttons = "".join(
            f'<button data-choose="share:{i}" data-name="share{i}" aria-pressed="{str(i == share).lower()}" '
            f'aria-label="map {i}: {shares[i]:.{digits}f}" style="{colours(float(shares[i]), largest)}">'
            f"<small>{i}</small>{written(float(shares[i]), digits)}</button>"
            for i in order
        )
        parts += [
            f"<p>These nine products sum to {number('share', float(shares[share]), digits)}. Here are the sums of all "
            f"{count} maps, the strongest first; choose one to see its nine products:</p>",
            f'<div class="scroll" data-scroll tabindex="0" role="group" aria-label="The sums of all {count} maps">'
            f'<div class="shares" data-numbers="shares">{buttons}</div></div>',
        ]
    parts += [
        row("total", found.total, digits, f"sum of all {9 * count:,} products"),
        row("bias", found.bias, digits, f"bias of filter {own.place[0]}"),
        row("value", found.value, digits, "value: what the network computed", strong=True),
    ]
    return "".join(parts)


def _choice(place: Place, found: Choice, digits: int) -> str:
    words = (("upper left", "upper right"), ("lower left", "lower right"))[found.winner[0]][found.winner[1]]
    rows, columns = 2 * place[1], 2 * place[2]
    tie = int((found.square == found.square.max()).sum())
    return (
        f"<p>Of the four values at rows {rows} and {rows + 1}, columns {columns} and {columns + 1} only the largest "
        f"goes on.</p>{square(found.square, digits, 'the four', 'square', marked=found.winner)}"
        f"<p>The {words} one won"
        + (f"; {tie} are equally large, and the first of them counts.</p>" if tie > 1 else ".</p>")
        + row("value", found.value, digits, "value", strong=True)
    )


def _normalised(found: Normalised, digits: int) -> str:
    return (
        "<p>While learning, the mean and the deviation of this map’s values were measured. The value is told as "
        "deviations above that mean, then stretched and moved by two numbers that were learned.</p>"
        + row("x", found.x, digits, "value before")
        + row("mean", found.mean, digits, "less the mean")
        + row("deviation", found.deviation, digits, "divided by the deviation")
        + row("normal", found.normal, digits, "gives")
        + row("scale", found.scale, digits, "times the scale")
        + row("shift", found.shift, digits, "plus the shift")
        + row("value", found.value, digits, "value", strong=True)
    )


def _rectified(found: Rectified, digits: int) -> str:
    words = "It is above zero and stays." if found.value > 0 else "It is not above zero and becomes zero."
    return (
        f"<p>What is below zero becomes zero. {words}</p>"
        + row("x", found.x, digits, "value before")
        + row("value", found.value, digits, "max(0, value)", strong=True)
    )


def _dense(look: Activations, at: int, found: Sum, digits: int, name: str) -> str:
    strongest = found.strongest(STRONGEST)
    rest = found.products.size - len(strongest)
    other = found.total - sum(float(found.products[place]) for place in strongest)
    largest = max(abs(float(found.products[place])) for place in strongest) or 1
    lines = ""
    for place in strongest:
        x, weight, product = (float(one[place]) for one in (found.inputs, found.weights, found.products))
        lines += (
            f"<tr><td>{where(look, at - 1, place)}</td><td>{written(x, digits)}</td><td>{written(weight, digits)}</td>"
            f'<td style="{colours(product, largest)}">{written(product, digits)}</td></tr>'
        )
    ending = row(name, found.value, digits, "value" if name == "value" else "score", strong=True)
    return (
        f"<p>All {found.products.size:,} values of {look.names[at - 1]}, each times its weight, and a bias. The "
        f"{len(strongest)} strongest contributions:</p>"
        '<table class="list" data-numbers="contributions" aria-label="Strongest contributions">'
        "<tr><th>from</th><th>value</th><th>× weight</th>"
        f"<th>= product</th></tr>{lines}</table>"
        + (row("rest", other, digits, f"the other {rest:,} together") if rest else "")
        + row("total", found.total, digits, "sum of all products")
        + row("bias", found.bias, digits, "bias")
        + ending
    )


def _softmaxed(look: Activations, at: int, place: Place, found: Softmaxed, digits: int) -> str:
    probabilities = look.values[at]
    lines = ""
    for answer, steps in enumerate(zip(found.scores, found.lowered, found.powers, probabilities, strict=True)):
        cells = "".join(f"<td>{written(float(step), digits)}</td>" for step in steps)
        lines += f'<tr class="{"chosen" if answer == place[0] else ""}"><td>{named(answer)}</td>{cells}</tr>'
    return (
        f"{_dense(look, at, found.score, digits, 'score')}"
        "<p>The scores of all answers become probabilities. The largest score, "
        f"{written(float(found.scores.max()), digits)}, is taken from each (that changes nothing in the end, and keeps "
        "the numbers small), e is raised to what is left, and each power is divided by the sum of all, "
        f"{number('powers', found.total, digits)}.</p>"
        '<table class="list" data-numbers="softmax" aria-label="From scores to probabilities">'
        "<tr><th>answer</th><th>score</th><th>− largest</th>"
        f"<th>e to that</th><th>÷ sum</th></tr>{lines}</table>"
        + row("value", found.value, digits, f"probability of “{named(place[0])}” in this pass", strong=True)
        + "<p>This is the pass with the picture as it is. Where it leaves doubt, the answer above is the mean over "
        f"{AUGMENTATIONS} passes: this one, and the picture moved by a pixel, turned, larger and smaller.</p>"
    )
