"""The drawing board: the only file that knows the canvas component. Its JSON comes in, Strokes go out.

The canvas keeps the drawing and its history. Our three buttons press those of its own toolbar, which is
small and hides until a mouse hovers over it: nothing for a finger.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from digits.samples import SAMPLES
from digits.strokes import Strokes, StrokesError, strokes_from_canvas
from streamlit_drawable_canvas import st_canvas

from ui.session import session

SIDE = 340
"""Pixels: as large as a phone's window of 390 leaves room for."""

INK = "#12233f"
PAPER = "#fbfaf6"


def _pen_bar() -> Any:
    """Register the buttons under the canvas; Streamlit wants this done in each run of the script."""
    folder = Path(__file__).parent
    return st.components.v2.component(
        "digitscope_pen_bar",
        html='<div class="bar" role="group" aria-label="Drawing"></div>',
        css=(folder / "pen_bar.css").read_text("utf-8"),
        js=(folder / "pen_bar.js").read_text("utf-8"),
    )


def drawing_board(pen: int) -> Strokes:
    """Show the canvas with a pen of `pen` pixels, and return what is drawn on it (size: SIDE)."""
    with st.container(key="canvas"):
        result = st_canvas(
            stroke_width=pen,
            stroke_color=INK,
            background_color=PAPER,
            height=SIDE,
            width=SIDE,
            initial_drawing=session().example,
            key="board",
        )
    with st.container(key="pen_bar"):
        _pen_bar()(key="pen_bar_buttons")
    try:
        return strokes_from_canvas(result.json_data, SIDE)
    except StrokesError as error:
        session().notices.append(str(error))
        return Strokes((), SIDE)


def show_example() -> None:
    """Put the next of our own example drawings on the canvas."""
    own = session()
    everything = [strokes for digit in (7, 3, 5, 2, 8, 4, 9, 0, 6, 1) for strokes in SAMPLES[digit]]
    chosen = everything[own.examples_shown % len(everything)]
    own.examples_shown += 1
    own.example = _to_canvas(chosen, own.examples_shown)


def _to_canvas(strokes: Strokes, number: int) -> dict[str, Any]:
    """Strokes of size 1 as canvas JSON, in the middle of the board.

    `number` makes each drawing another one: the canvas ignores what it has been given before.
    """
    margin = 0.14 * SIDE
    objects = []
    for path in strokes.paths:
        points = np.round(margin + path * (SIDE - 2 * margin), 2)
        commands = [["M", *points[0]], *(["L", *point] for point in points[1:])]
        objects.append(
            {
                "type": "path",
                "path": [[name, float(x), float(y)] for name, x, y in commands],
                "fill": None,
                "stroke": INK,
                "strokeWidth": 18,
                "strokeLineCap": "round",
                "strokeLineJoin": "round",
            }
        )
    return {"objects": objects, "number": number}
