"""Numbers as a class reads them: with so many decimals, a real minus, a colour for sign and size; and small tables."""

from __future__ import annotations

from html import escape

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
    """A number with so many decimals and a real minus sign; what rounds to zero has no sign."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def colours(value: float, largest: float) -> str:
    """The style of a cell that holds `value`: the maps' own colours, and letters that can be read on them."""
    red, green, blue = (int(one) for one in coloured(np.array(value), largest))
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    return f"background:rgb({red},{green},{blue});color:{'#10203c' if light else '#ffffff'}"


def square(values: Array, digits: int, title: str, name: str, marked: tuple[int, int] | None = None) -> str:
    """A small table (rows, columns) of coloured numbers under a title; `marked` is a cell that stands out."""
    largest = float(np.abs(values).max(initial=0))
    rows = []
    for i, row in enumerate(values):
        cells = "".join(
            f'<td class="{"won" if marked == (i, j) else ""}" style="{colours(float(value), largest)}">'
            f"{written(float(value), digits)}</td>"
            for j, value in enumerate(row)
        )
        rows.append(f"<tr>{cells}</tr>")
    return f'<table class="square" data-numbers="{name}"><caption>{title}</caption>{"".join(rows)}</table>'


def number(name: str, value: float, digits: int) -> str:
    """A number in a sentence; `name` says which one it is to tests and to screen readers' rotor alike."""
    return f'<b class="number" data-number="{name}">{written(value, digits)}</b>'


def row(name: str, value: float, digits: int, words: str, strong: bool = False) -> str:
    """A line of a sum: words on the left, the number on the right."""
    kind = "line strong" if strong else "line"
    return f'<div class="{kind}"><span>{words}</span>{number(name, value, digits)}</div>'


def quoted(text: str) -> str:
    """Text that may hold anything, for use in HTML."""
    return escape(text)
