"""The worksheet on the page: the questions as they will be printed, and the button that prints them."""

from __future__ import annotations

import numpy as np
import streamlit as st
from markupsafe import Markup

from digitscope.ui.common.templates import hint, render
from digitscope.ui.explain.numbers import written
from digitscope.ui.explain.subject import Subject
from digitscope.ui.explain.worksheet.printed import worksheet
from digitscope.ui.explain.worksheet.questions import DECIMALS, questions

Array = np.ndarray

VERSION = "Another number asks about other places: neighbours in class can get different sheets."
ALONG = 6
"""Numbers beside each other on the page: a phone has no room for more."""


def show_worksheet(subject: Subject) -> None:
    """Show the questions and, folded, their answers."""
    activations = subject.activations
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = int(st.number_input("Version", 1, 999, 1, key="sheet_version", width=120, help=VERSION))
        st.download_button(
            "Worksheet and answers (PDF)",
            lambda: worksheet(activations, subject.reader.name, seed),
            "digitscope-worksheet.pdf",
            "application/pdf",
            key="sheet_download",
            on_click="ignore",
            type="primary",
        )
    asked = questions(activations, np.random.default_rng(seed))
    st.html(
        hint(
            f"Two sheets of A4: {len(asked)} questions on this very drawing, and their answers, from the numbers of "
            "the pass with the picture as it is. Here they are:"
        )
    )
    for number, question in enumerate(asked, 1):
        _show(number, question.text, question.tables)
    with st.expander("The answers"):
        for number, question in enumerate(asked, 1):
            _show(number, question.answer, question.solutions)


def _show(number: int, text: str, tables: tuple[tuple[str, Array], ...]) -> None:
    st.markdown(f"**{number}.** {text}")
    for title, table in tables:
        st.html(table_html(title, table))


def table_html(title: str, table: Array) -> Markup:
    """Return a table (rows, columns) under its title; rows that are too long are broken."""
    rows = [
        [written(float(value), DECIMALS) for value in row[start : start + ALONG]]
        for row in table
        for start in range(0, len(row), ALONG)
    ]
    return render("explain/worksheet/table.html", title=title, rows=rows)
