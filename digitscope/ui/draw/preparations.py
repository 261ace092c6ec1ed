"""The same drawing, prepared as other pages do it: why framing decides how well people's digits are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.verdict import judge
from digitscope.digits.other_preparations import boxed, shrunk
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import hint, render
from digitscope.ui.draw.answer import percent

Array = np.ndarray


@dataclass(frozen=True)
class Preparation:
    """One way to prepare the drawing, and what the network reads in the result."""

    title: str
    note: str
    address: str
    """The 28 x 28 picture's."""
    digit: str
    sure: str


def show_preparations(reading: Reading, reader: Reader | None, pen: int) -> None:
    """Show three pictures of the drawing and what the network reads in each."""
    with st.container(key="preparations"):
        strokes, prepared = reading.strokes, reading.prepared
        if reader is None or strokes.empty or prepared.picture is None or len(reading.pieces) > 1:
            st.html(hint("Draw one digit: here you then see it as other pages prepare it."))
            return
        ways = [
            _read(reader, "The canvas, shrunk", "what most pages do", shrunk(strokes, pen)),
            _read(reader, "Its box, enlarged", "the brush grows with it", boxed(strokes, pen)),
            _read(reader, "Framed as MNIST", "what this page does", prepared.picture),
        ]
        st.html(
            hint(
                "The network is the same, only the picture that it gets differs. Draw small, thin or in a corner, "
                "and look again."
            )
        )
        st.html(render("draw/preparations.html", ways=ways))


def _read(reader: Reader, title: str, note: str, picture: Array) -> Preparation:
    verdict = judge(reader.outputs(picture[None]), reader.refuse_above)
    if verdict.refused[0]:
        return Preparation(title, note, ink_picture(picture), "?", f"no digit: {percent(float(verdict.nothing[0]))}")
    digit = int(verdict.probabilities[0].argmax())
    return Preparation(title, note, ink_picture(picture), str(digit), percent(float(verdict.probabilities[0, digit])))
