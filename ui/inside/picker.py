"""Pictures to choose from: the only file that knows the small component by which maps and pixels are clicked."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st


def picker(key: str, html: str, chosen: Callable[[str], None]) -> None:
    """Show `html` and call `chosen` with the value of what is clicked in it, or reached by keys.

    An element with `data-choose="value"` gives its value. One with `data-grid="columns,rows"` is a picture of so
    many cells: it gives `data-of` and the cell's number in reading order, as "of:17"; arrow keys move in it from
    `data-at`, and `data-count` says how many cells there are.
    """
    folder = Path(__file__).parent
    component = st.components.v2.component(
        "digitscope_picker",
        html='<div class="picker"></div>',
        css=(folder / "picker.css").read_text("utf-8"),
        js=(folder / "picker.js").read_text("utf-8"),
    )

    def hear() -> None:
        state: Any = st.session_state[key]
        if state.get("chosen") is not None:
            chosen(str(state["chosen"]))

    component(key=key, data={"html": html}, on_chosen_change=hear)


def grid(
    name: str, address: str, *, columns: int, rows: int, at: int, count: int, label: str, inner: str = "", width: int
) -> str:
    """A picture of columns x rows cells to choose one from, the chosen one marked. `width` is in pixels."""
    row, column = divmod(at, columns)
    mark = (
        f'<i class="mark" style="left:{100 * column / columns:.3f}%;top:{100 * row / rows:.3f}%;'
        f'width:{100 / columns:.3f}%;height:{100 / rows:.3f}%"></i>'
    )
    return (
        f'<div class="grid" tabindex="0" role="application" data-name="{name}" data-of="{name}" '
        f'data-grid="{columns},{rows}" data-at="{at}" data-count="{count}" '
        f'aria-label="{escape(label)}" style="width:{width}px;aspect-ratio:{columns}/{rows}">'
        f'<img src="{address}" alt="" draggable="false">{inner}{mark}</div>'
    )


def framed(top: float, left: float, bottom: float, right: float, side: float, kind: str = "field") -> str:
    """A frame over a picture of side x side cells, to be put inside a `grid` or a `.plate`."""
    return (
        f'<i class="{kind}" style="left:{100 * left / side:.3f}%;top:{100 * top / side:.3f}%;'
        f'width:{100 * (right - left) / side:.3f}%;height:{100 * (bottom - top) / side:.3f}%"></i>'
    )
