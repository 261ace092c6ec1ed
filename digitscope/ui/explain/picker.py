"""Clicking maps and pixels: the only file that knows the component for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def picker(key: str, html: str, chosen: Callable[[str], None], announced: str = "") -> None:
    """Show `html` and call `chosen` with the value of what is clicked in it, or reached by keys.

    An element with `data-choose="value"` gives its value. One with `data-grid="columns,rows"` is a picture of that
    many cells: it gives `data-of` and the cell's number in reading order, as "of:17"; arrow keys move in it from
    `data-at`, and `data-count` says how many cells there are. With `data-press` they only move its mark, and Enter or
    the space bar chooses; screen readers are then told the cell, by its number behind `data-press`, or by row and
    column where that is empty. `announced` is told to screen readers whenever it changes.
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

    component(key=key, data={"html": html, "said": announced}, on_chosen_change=hear)
