"""Lines of text on the event page: a question, a hint, the points that were scored, a heading."""

from __future__ import annotations

import streamlit as st

from digitscope.ui.common.templates import render


def show_line(text: str, kind: str = "hint", facts: dict[str, object] | None = None) -> None:
    """Show a paragraph of the CSS class `kind`; `facts` are the attributes that tests and scripts read."""
    st.html(render("kiosk/lines.html", text=text, kind=kind, facts=facts or {}))


def show_heading(text: str) -> None:
    """Show a heading of a part of the page."""
    st.html(render("kiosk/lines_heading.html", text=text))
