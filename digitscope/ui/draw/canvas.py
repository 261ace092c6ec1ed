"""The canvas: the only file that knows its component. Its JSON comes in, Strokes go out.

The canvas keeps the drawing and its history. Our buttons press those of its own toolbar, which is small and
hides until a mouse hovers over it: nothing for a finger. "Example" draws as a visitor would, so that the
canvas cannot tell the difference.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitscope.digits.io.canvas import strokes_from_canvas
from digitscope.digits.preprocess import resample
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes, StrokesError
from digitscope.ui.common.pictures import INK
from digitscope.ui.common.session import session

SIDE = 340
"""Pixels: as large as a phone's window of 390 leaves room for."""

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
    try:
        with st.container(key="canvas"):
            return canvas(pen, SIDE, "board")
    except StrokesError as error:
        session().notices.append(str(error))
        return Strokes((), SIDE)
    finally:
        with st.container(key="pen_bar"):
            _pen_bar()(key="pen_bar_buttons", data={"examples": EXAMPLES})


def canvas(pen: int, side: int, key: str) -> Strokes:
    """Show a canvas of `side` pixels, and return what is drawn on it.

    Raises StrokesError for a drawing that is too large, and for what no canvas sends: neither Streamlit nor the
    component checks a browser's message before they use it.
    """
    try:
        drawn = st_canvas(
            stroke_width=pen, stroke_color=INK, background_color=PAPER, height=side, width=side, key=key
        ).json_data
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise StrokesError("What your browser sent is no drawing: please clear the canvas.") from error
    return strokes_from_canvas(drawn, side)


def _examples() -> list[list[list[list[float]]]]:
    """Return a sample of each digit, few points a stroke, in shares of the canvas: what "Example" draws."""
    drawings = []
    for digit in (7, 3, 5, 2, 8, 4, 9, 0, 6, 1):
        paths = [0.14 + 0.72 * path for path in SAMPLES[digit][0].paths]
        drawings.append([np.round(resample(path, 0.05), 3).tolist() for path in paths])
    return drawings


EXAMPLES = _examples()
