"""The panel as a whole: which look to take, and only that one is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from digitscope.recognition import Reader, Reading
from digitscope.ui.explain.ablation import show_broken
from digitscope.ui.explain.attribution import show_why
from digitscope.ui.explain.embedding import show_landscape
from digitscope.ui.explain.fooling import show_fool
from digitscope.ui.explain.maps import show_maps
from digitscope.ui.explain.overview import show_overview
from digitscope.ui.explain.pixel import show_pixel
from digitscope.ui.explain.robustness import show_change
from digitscope.ui.explain.smallest_edit import show_edit
from digitscope.ui.explain.subject import Subject, subject_of
from digitscope.ui.explain.worksheet import show_worksheet

MAPS = "Maps"
LOOKS: dict[str, Callable[[Subject], None]] = {
    "Overview": show_overview,
    "One pixel": show_pixel,
    "Why this digit": show_why,
    "Under change": show_change,
    "Smallest edit": show_edit,
    "Fool it": show_fool,
    "Landscape": show_landscape,
    "Break it": show_broken,
    "Worksheet": show_worksheet,
}


@st.fragment
def show_inside(reading: Reading, reader: Reader | None, maps: Callable[[], str]) -> None:
    """A row of looks and the chosen one; `maps` gives the HTML of the first one, also before there is a drawing.

    A fragment: what is chosen here never runs the board again.
    """
    st.html(Path(__file__).with_name("explain.css"))
    chosen = st.pills(
        "Which look?", [MAPS, *LOOKS], key="inside_look", default=MAPS, required=True, label_visibility="collapsed"
    )
    subject = subject_of(reading, reader)
    with st.container(key="inside"):
        if subject is None or chosen == MAPS:
            show_maps(maps())
        else:
            LOOKS[str(chosen)](subject)
