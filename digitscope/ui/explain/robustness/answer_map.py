"""The map of answers: one cell a version of the drawing, coloured by its answer, paler where that is less sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from digitscope.ui.common.templates import render
from digitscope.ui.explain.answer_colours import COLOURS, DARK
from digitscope.ui.explain.robustness.changes import Change

Array = np.ndarray

CELL, LEFT = 24, 44
"""A cell's side, and the space for the row's labels, in the drawing's units."""


@dataclass(frozen=True)
class Cell:
    """One version's answer."""

    column: int
    row: int
    colour: str
    opacity: float
    letter: str
    dark: bool
    """Whether the letter is white."""


def answer_map_html(change: Change, outputs: Array, at: int) -> Markup:
    """Return the map for the network's outputs (n, K); the cell `at` is the chosen one."""
    columns = len(change.columns)
    return render(
        "explain/robustness/answer_map.html",
        cell=CELL,
        left=LEFT,
        columns=columns,
        rows=len(change.rows),
        at=at,
        across=change.across,
        down=change.down,
        cells=[_cell(*divmod(number, columns), output) for number, output in enumerate(outputs)],
        column_labels=_labels(change.columns, 4),
        row_labels=_labels(change.rows, 2),
    )


def _cell(row: int, column: int, output: Array) -> Cell:
    answer = int(output.argmax())
    sure = float(output[answer])
    letter = str(answer) if answer < 10 else "–"
    return Cell(column, row, COLOURS[answer], 0.15 + 0.85 * sure**2, letter, answer in DARK and sure > 0.6)


def _labels(values: Array, step: int) -> list[tuple[int, str]]:
    """Return the number of every `step`-th column or row, and its value in words."""
    return [(number, f"{values[number]:g}") for number in range(0, len(values), step)]
