"""Numbers as a class reads them: a choice of decimals, a real minus sign, a colour for sign and size.

`explain/numbers.html` places them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digitscope.ui.common.pictures import coloured

Array = np.ndarray

DECIMALS = (2, 4, 6)


def decimals() -> int:
    """Let the visitor choose how many decimals all numbers have."""
    chosen = st.segmented_control(
        "Decimals",
        DECIMALS,
        key="decimals",
        default=4,
        required=True,
        help="The page adds the unrounded numbers: sums of rounded ones may differ in their last digit.",
    )
    return int(chosen or 4)


def written(value: float, digits: int) -> str:
    """Write a number with this many decimals and a real minus sign; what rounds to zero has no sign."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def colours(value: float, largest: float) -> str:
    """Return the style of a cell that holds `value`: the maps' own colours, and letters that can be read on them."""
    red, green, blue = (int(one) for one in coloured(np.array(value), largest))
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    return f"background:rgb({red},{green},{blue});color:{'#10203c' if light else '#ffffff'}"


@dataclass(frozen=True)
class Number:
    """A number that is named: `name` is its `data-number`."""

    name: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of a sum: words on the left, a number on the right."""

    words: str
    number: Number
    strong: bool


@dataclass(frozen=True)
class Cell:
    """A coloured number in a table."""

    text: str
    style: str
    won: bool = False
    """Whether it stands out."""


@dataclass(frozen=True)
class Square:
    """A small table of coloured numbers under a title; `name` is its `data-numbers`."""

    name: str
    title: str
    rows: list[list[Cell]]


def line(name: str, value: float, digits: int, words: str, strong: bool = False) -> Line:
    """Return a line of a sum."""
    return Line(words, Number(name, written(value, digits)), strong)


def cell(value: float, largest: float, digits: int, won: bool = False) -> Cell:
    """Return a coloured number; `largest` in size has the full colour."""
    return Cell(written(value, digits), colours(value, largest), won)


def square(values: Array, digits: int, title: str, name: str, won: tuple[int, int] | None = None) -> Square:
    """Return a small table of `values` (rows, columns); `won` is the cell that stands out."""
    largest = float(np.abs(values).max(initial=0))
    rows = [
        [cell(float(value), largest, digits, won == (i, j)) for j, value in enumerate(row)]
        for i, row in enumerate(values)
    ]
    return Square(name, title, rows)
