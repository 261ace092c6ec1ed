"""The worksheet as PDF: a sheet of questions on the drawing, and a sheet of answers."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from fpdf import FPDF
from PIL import Image

from cnn.explain import Activations
from digitscope.ui.common.pictures import coloured
from digitscope.ui.explain.numbers import written
from digitscope.ui.explain.worksheet.questions import DECIMALS, Question, questions

Array = np.ndarray

MARGIN = 16.0
"""Millimetres."""
WIDE = 210 - 2 * MARGIN
PICTURE = 54.0
CELL = 15.5, 5.8


def worksheet(activations: Activations, network: str, seed: int) -> bytes:
    """Return the PDF; `seed` chooses the places that are asked about, `network` is the network's name."""
    asked = questions(activations, np.random.default_rng(seed))
    pdf = FPDF(format="A4")
    pdf.set_title("DigitScope worksheet")
    pdf.set_margins(MARGIN, 14, MARGIN)
    pdf.set_auto_page_break(True, 14)
    _questions_sheet(pdf, activations, network, seed, asked)
    _answers_sheet(pdf, activations, network, seed, asked)
    return bytes(pdf.output())


def _head(pdf: FPDF, title: str, network: str, seed: int) -> None:
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 17)
    pdf.cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 9.5)
    pdf.set_text_color(90)
    pdf.cell(0, 5, _latin(f"Read by {network}. Version {seed}."), new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.ln(3)


def _questions_sheet(pdf: FPDF, activations: Activations, network: str, seed: int, asked: list[Question]) -> None:
    _head(pdf, "What happens to a drawn digit", network, seed)
    top = pdf.get_y()
    _drawing(pdf, activations, top)
    pdf.set_xy(MARGIN + PICTURE + 12, top)
    pdf.set_font("Helvetica", "", 10.5)
    pdf.multi_cell(WIDE - PICTURE - 12, 5.4, WORDS, new_x="LEFT", new_y="NEXT")
    pdf.set_xy(MARGIN + PICTURE + 12, pdf.get_y() + 2)
    pdf.multi_cell(WIDE - PICTURE - 12, 9, "Name: ______________________\nClass: ______________________")
    pdf.set_xy(MARGIN, top + PICTURE + 6)
    for number, question in enumerate(asked, 1):
        height = 12 + sum(6 + CELL[1] * len(table) for _, table in question.tables[:1])
        if pdf.get_y() + height > 297 - 14:
            pdf.add_page()
        pdf.set_font("Helvetica", "", 10.5)
        _paragraph(pdf, number, question.text)
        right = _tables(pdf, question.tables)
        pdf.set_font("Helvetica", "", 10.5)
        # Beside the tables where there is room, else below.
        if right > MARGIN and right < MARGIN + WIDE - 58:
            pdf.set_xy(right, pdf.get_y() - 8)
        pdf.cell(0, 8, "Answer: " + 21 * "_", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1)


def _answers_sheet(pdf: FPDF, activations: Activations, network: str, seed: int, asked: list[Question]) -> None:
    _head(pdf, "Answers", network, seed)
    top = pdf.get_y()
    _drawing(pdf, activations, top)
    for question in asked:
        for frame in question.marks:
            y0, x0, y1, x1 = (one * PICTURE / 28 for one in frame)
            pdf.set_draw_color(224, 33, 138)
            pdf.set_line_width(0.7)
            pdf.rect(MARGIN + x0, top + y0, x1 - x0, y1 - y0)
            pdf.set_draw_color(0)
            pdf.set_line_width(0.2)
    pdf.set_xy(MARGIN, top + PICTURE + 6)
    pdf.set_font("Helvetica", "", 10.5)
    for number, question in enumerate(asked, 1):
        _paragraph(pdf, number, question.answer)
        for table in question.solutions:
            _tables(pdf, (table,))
        pdf.set_font("Helvetica", "", 10.5)
        pdf.ln(2)
    pdf.set_font("Helvetica", "", 9)
    pdf.set_text_color(90)
    pdf.multi_cell(WIDE, 4.5, ROUNDED)
    pdf.set_text_color(0)


def _paragraph(pdf: FPDF, number: int, text: str) -> None:
    pdf.multi_cell(WIDE, 5.2, _latin(f"**{number}.** {text}"), markdown=True, new_x="LMARGIN", new_y="NEXT")


WORDS = (
    "This is the drawing as the network sees it: 28 x 28 pixels, ink from 0 (paper) to 1. Before anything else, 0.5 is "
    "taken from every pixel. Rows and columns are counted from 0, rows from above: (3, 5) is the fourth row, the sixth "
    "column. Work with the numbers as they are printed, and round at the end."
)
ROUNDED = (
    "The network computes with more decimals than are printed on the first sheet: a result from the printed "
    "numbers may "
    "differ in the last place or, of long sums and of e to a power, by a little more."
)


def _drawing(pdf: FPDF, activations: Activations, top: float) -> None:
    """Place the picture, every fourth row and column numbered."""
    picture = activations.picture
    image = Image.fromarray(coloured(picture / 255, 1.0).repeat(12, 0).repeat(12, 1))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    pdf.image(buffer, MARGIN, top, PICTURE, PICTURE, alt_text="The drawing")
    pixel = PICTURE / 28
    pdf.set_draw_color(190)
    pdf.set_line_width(0.1)
    for line in range(29):
        pdf.line(MARGIN + line * pixel, top, MARGIN + line * pixel, top + PICTURE)
        pdf.line(MARGIN, top + line * pixel, MARGIN + PICTURE, top + line * pixel)
    pdf.set_draw_color(0)
    pdf.set_line_width(0.2)
    pdf.set_font("Helvetica", "", 6)
    for one in range(0, 28, 4):
        pdf.text(MARGIN + (one + 0.15) * pixel, top + PICTURE + 2.6, str(one))
        pdf.text(MARGIN + PICTURE + 0.8, top + (one + 0.75) * pixel, str(one))


def _tables(pdf: FPDF, tables: tuple[tuple[str, Array], ...]) -> float:
    """Place tables beside each other; return the left edge of the free space to their right, in millimetres."""
    if not tables:
        return MARGIN
    pdf.ln(1)
    left, top = MARGIN + 4, pdf.get_y()
    bottom = top
    for title, table in tables:
        pdf.set_font("Helvetica", "", 8.5)
        pdf.set_xy(left, top)
        pdf.cell(80, 4.5, _latin(title))
        y = top + 5
        for row in table:
            pdf.set_xy(left, y)
            for value in row:
                pdf.cell(CELL[0], CELL[1], written(float(value), DECIMALS).replace("−", "-"), border=1, align="C")
            y += CELL[1]
        bottom = max(bottom, y)
        left += CELL[0] * len(table[0]) + 8
    pdf.set_xy(MARGIN, bottom + 1)
    return left


def _latin(text: str) -> str:
    """The PDF's built-in letters know the Latin alphabet; a network's name may hold anything."""
    plain = text.replace("“", '"').replace("”", '"').replace("’", "'").replace("−", "-")
    return plain.encode("latin-1", "replace").decode("latin-1")
