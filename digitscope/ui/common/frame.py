"""The page's frame: title, style sheet, and a place for sentences about what went wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from digitscope.ui.common.networks import shipped
from digitscope.ui.common.session import session


def begin_page() -> None:
    """Set the page up. Comes first in the script."""
    st.set_page_config(page_title="DigitScope", page_icon="✏️", layout="wide", initial_sidebar_state="auto")
    st.html(Path(__file__).parent / "style.css")
    st.html('<h1 class="title"><b>DigitScope</b><span>Draw a digit, and watch a neural network read it.</span></h1>')
    if problem := shipped().problem:
        st.error(problem)


def show_notices() -> None:
    """Show, once, what went wrong since the last run of the script."""
    notices = session().notices
    while notices:
        st.warning(notices.pop(0))
