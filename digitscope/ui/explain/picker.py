"""Pictures to choose from: the only file that knows the small component by which maps and pixels are clicked."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st


def picker(key: str, html: str, chosen: Callable[[str], None], said: str = "") -> None:
    """Show `html` and call `chosen` with the value of what is clicked in it, or reached by keys.

    An element with `data-choose="value"` gives its value. One with `data-grid="columns,rows"` is a picture of so
    many cells: it gives `data-of` and the cell's number in reading order, as "of:17"; arrow keys move in it from
    `data-at`, and `data-count` says how many cells there are. With `data-press` they only move its mark, and Enter or
    the space bar chooses; screen readers are then told the cell, by its number behind `data-press`, or by row and
    column where that is empty. `said` is told to screen readers whenever it changes.
    """
    folder = Path(__file__).parent
    component = st.components.v2.component(
        "digitscope_picker",
        html='<div class="picker"></div><p class="said" role="status"></p>',
        css=(folder / "picker.css").read_text("utf-8"),
        js=(folder / "picker.js").read_text("utf-8"),
    )

    def hear() -> None:
        state: Any = st.session_state[key]
        if state.get("chosen") is not None:
            chosen(str(state["chosen"]))

    component(key=key, data={"html": html, "said": said}, on_chosen_change=hear)


def grid(
    name: str,
    address: str,
    *,
    columns: int,
    rows: int,
    at: int,
    count: int,
    label: str,
    inner: str = "",
    width: int,
    press: str | None = None,
    only: str = "",
) -> str:
    """A picture of columns x rows cells to choose one from, the chosen one marked. `width` is in pixels.

    With `press` (a word, or "") keys choose in two steps, as `picker` says. `only` is "wide" or "narrow": the screens
    that the picture is for.
    """
    steps = "" if press is None else f' data-press="{escape(press)}"'
    row, column = divmod(at, columns)
    mark = framed(row, column, row + 1, column + 1, columns, "mark", rows)
    return (
        f'<div class="grid {only}" tabindex="0" role="application" data-name="{only}{name}" data-of="{name}"{steps} '
        f'data-grid="{columns},{rows}" data-at="{at}" data-count="{count}" '
        f'aria-label="{escape(label)}" style="width:{width}px;aspect-ratio:{columns}/{rows}">'
        f'<img src="{address}" alt="" draggable="false">{inner}{mark}</div>'
    )


def framed(
    top: float, left: float, bottom: float, right: float, columns: int, kind: str = "field", rows: int = 0
) -> str:
    """A frame over a picture of so many cells, as many rows as columns unless told: for a `grid` or a `.plate`."""
    rows = rows or columns
    return (
        f'<i class="{kind}" style="left:{100 * left / columns:.3f}%;top:{100 * top / rows:.3f}%;'
        f'width:{100 * (right - left) / columns:.3f}%;height:{100 * (bottom - top) / rows:.3f}%"></i>'
    )
