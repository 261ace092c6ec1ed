"""The same drawing, prepared as other pages do it: why framing decides how well people's digits are read."""

from __future__ import annotations

import streamlit as st

from cnn.verdict import judge
from digitscope.digits.other_preparations import boxed, shrunk
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.draw.answer import percent


def show_preparations(reading: Reading, reader: Reader | None, pen: int) -> None:
    """Three pictures of the drawing and what the network reads in each."""
    with st.container(key="preparations"):
        strokes, prepared = reading.strokes, reading.prepared
        if reader is None or strokes.empty or prepared.picture is None or len(reading.pieces) > 1:
            st.html('<p class="hint">Draw one digit: here you then see it as other pages prepare it.</p>')
            return
        ways = (
            ("The canvas, shrunk", "what most pages do", shrunk(strokes, pen)),
            ("Its box, enlarged", "the brush grows with it", boxed(strokes, pen)),
            ("Framed as MNIST", "what this page does", prepared.picture),
        )
        figures = []
        for title, note, picture in ways:
            verdict = judge(reader.outputs(picture[None]), reader.refuse_above)
            digit = int(verdict.probabilities[0].argmax())
            said = "?" if verdict.refused[0] else str(digit)
            sure = f"no digit: {percent(float(verdict.nothing[0]))}" if verdict.refused[0] else ""
            sure = sure or percent(float(verdict.probabilities[0, digit]))
            figures.append(
                f'<figure class="way"><img src="{ink_picture(picture)}" alt="{title}">'
                f"<figcaption><b>{title}</b><span>{note}</span>"
                f'<span class="said"><b>{said}</b> {sure}</span></figcaption></figure>'
            )
        st.html(
            '<p class="hint">The network is the same, only the picture that it gets differs. Draw small, thin or in a '
            f'corner, and look again.</p><div class="ways">{"".join(figures)}</div>'
        )
