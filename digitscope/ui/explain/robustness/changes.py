"""How sure under change: the drawing in hundreds of small variations, all read in one batch, coloured by the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.fast.predictor import BatchPredictor
from digitscope.digits.transforms import thickened, transformed
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.explain.picker import picker
from digitscope.ui.explain.subject import Subject, named

Array = np.ndarray

COLOURS = (
    *("#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499", "#5f6b7a"),
    "#dddddd",
)
"""One for each answer, "no digit" the last; from Paul Tol's muted scheme, which colour-blind people tell apart. The
answer is printed in every cell as well."""
DARK = {0, 3, 7, 8, 9}
"""Answers whose colour needs white letters."""


@dataclass(frozen=True)
class Change:
    """Two things that are varied, one along each side of the map."""

    across: str
    columns: Array
    down: str
    rows: Array
    make: Callable[[Array, Array, Array], Array]
    """(picture, each version's column value, each version's row value) -> (n, 28, 28)."""


def _thick_and_slanted(picture: Array, amounts: Array, slants: Array) -> Array:
    slanted = transformed(picture, slant=slants)
    versions = np.empty_like(slanted)
    for amount in np.unique(amounts):
        versions[amounts == amount] = thickened(slanted[amounts == amount], float(amount))
    return versions


CHANGES = {
    "Shift": Change(
        "pixels to the right",
        np.arange(-10.0, 11),
        "pixels down",
        np.arange(-10.0, 11),
        lambda picture, right, down: transformed(picture, right=right, down=down),
    ),
    "Turn and size": Change(
        "degrees clockwise",
        np.arange(-100.0, 101, 10),
        "times as large",
        np.round(np.arange(0.4, 1.61, 0.1), 1),
        lambda picture, turn, size: transformed(picture, turn=turn, size=size),
    ),
    "Thickness and slant": Change(
        "pixels thicker on each side",
        np.round(np.arange(-1.5, 2.51, 0.25), 2),
        "pixels of slant a pixel",
        np.round(np.arange(-1.0, 1.01, 0.125), 3),
        _thick_and_slanted,
    ),
}


def show_change(subject: Subject) -> None:
    """The map, and the version that is chosen in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = str(st.segmented_control("Change", list(CHANGES), default="Shift", required=True, key="change_kind"))
    change = CHANGES[name]
    kept = st.session_state.get("change_read")
    if kept is None or kept[0] != (subject.mark, name):
        columns, rows = (one.ravel() for one in np.meshgrid(change.columns, change.rows))
        versions = change.make(subject.picture, columns, rows)
        kept = ((subject.mark, name), versions, BatchPredictor(subject.network).predict(versions))
        st.session_state["change_read"] = kept
    _, versions, outputs = kept
    at = st.session_state.get("change_at", {}).get(name, _unchanged(change))

    def choose(value: str) -> None:
        chosen = dict(st.session_state.get("change_at", {}))
        chosen[name] = int(value.split(":")[1])
        st.session_state["change_at"] = chosen

    same = int((outputs.argmax(axis=1) == subject.answer).sum())
    st.html(
        f'<p class="hint">{same} of {len(outputs)} versions are read as “{named(subject.answer)}” like the drawing '
        "itself (one pass each, without the second look that the answer above gets when in doubt). Paler: less sure. "
        "Choose a cell to see its version.</p>"
    )
    answer = int(outputs[at].argmax())
    row, column = divmod(at, len(change.columns))
    said = f"“{named(answer)}”, {100 * float(outputs[at][answer]):.1f} %"
    place = f"{change.columns[column]:g} {change.across}, {change.rows[row]:g} {change.down}"
    left, right = st.columns([65, 35], gap="medium")
    with left:
        picker("change_map", _map_html(change, outputs, at), choose, f"{said}; {place}")
    with right:
        st.html(
            f'<div class="plates"><figure><img src="{ink_picture(versions[at])}" alt="The chosen version: {place}">'
            f"<figcaption><b>{said}</b>{place}</figcaption></figure></div>"
        )


def _unchanged(change: Change) -> int:
    """The cell nearest to no change at all."""
    still = 1.0 if change.down == "times as large" else 0.0
    row = int(np.abs(change.rows - still).argmin())
    return row * len(change.columns) + int(np.abs(change.columns).argmin())


def _map_html(change: Change, outputs: Array, at: int) -> str:
    cell = 24
    wide, high = len(change.columns), len(change.rows)
    parts = []
    for number, output in enumerate(outputs):
        row, column = divmod(number, wide)
        answer = int(output.argmax())
        x, y, sure = 44 + column * cell, row * cell, float(output[answer])
        strong = DARK.__contains__(answer) and sure > 0.6
        parts.append(
            f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{COLOURS[answer]}" '
            f'fill-opacity="{0.15 + 0.85 * sure**2:.2f}"/>'
            f'<text x="{x + cell / 2 - 0.5}" y="{y + cell / 2 + 4}" class="{"on_dark" if strong else "on_light"}">'
            f"{answer if answer < 10 else '–'}</text>"
        )
    row, column = divmod(at, wide)
    chosen = (
        f'<rect class="chosen" x="{43 + column * cell}" y="{row * cell - 1}" width="{cell + 1}" height="{cell + 1}"/>'
    )
    labels = "".join(
        f'<text x="{44 + (i + 0.5) * cell}" y="{high * cell + 13}" class="axis">{change.columns[i]:g}</text>'
        for i in range(0, wide, 4)
    ) + "".join(
        f'<text x="38" y="{(i + 0.5) * cell + 4}" class="axis left">{change.rows[i]:g}</text>'
        for i in range(0, high, 2)
    )
    # A see-through picture over the cells: what the pointer's place is measured against.
    sheet = f'<rect data-sheet x="44" y="0" width="{wide * cell}" height="{high * cell}" fill="#fff" fill-opacity="0"/>'
    return (
        f'<svg class="answers" viewBox="0 -4 {48 + wide * cell} {high * cell + 42}">'
        f'<rect x="44" y="0" width="{wide * cell}" height="{high * cell}" fill="#fbfaf6"/>'
        f'<g tabindex="0" role="application" data-name="change" data-of="cell" data-grid="{wide},{high}" '
        f'data-at="{at}" '
        f'data-count="{len(outputs)}" aria-label="{len(outputs)} versions of the drawing, {change.across} and '
        f'{change.down}; arrow keys choose">{"".join(parts)}{chosen}{sheet}</g>{labels}'
        f'<text class="axis" x="{44 + wide * cell / 2}" y="{high * cell + 31}">{change.across}</text>'
        f'<text class="axis" transform="translate(10 {high * cell / 2}) rotate(-90)">{change.down}</text></svg>'
    )
