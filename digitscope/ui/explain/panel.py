"""The panel as a whole: a row of looks to choose from; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from digitscope.recognition import Reader, Reading
from digitscope.ui.explain.ablation.panel import show_ablation
from digitscope.ui.explain.attribution import show_attribution
from digitscope.ui.explain.embedding.panel import show_embedding
from digitscope.ui.explain.fooling import show_fooling
from digitscope.ui.explain.maps import show_maps
from digitscope.ui.explain.overview.panel import show_overview
from digitscope.ui.explain.pixel.panel import show_pixel
from digitscope.ui.explain.robustness.panel import show_robustness
from digitscope.ui.explain.smallest_edit import show_smallest_edit
from digitscope.ui.explain.subject import Subject, subject_of
from digitscope.ui.explain.worksheet.panel import show_worksheet

MAPS = "Maps"
LOOKS: dict[str, Callable[[Subject], None]] = {
    "Overview": show_overview,
    "One pixel": show_pixel,
    "Why this digit": show_attribution,
    "What would change it": show_robustness,
    "Smallest edit": show_smallest_edit,
    "Fool it": show_fooling,
    "Map of digits": show_embedding,
    "Switch filters off": show_ablation,
    "Worksheet": show_worksheet,
}
"""The looks: each shows one explanation of the drawing's reading."""


@st.fragment
def show_inside(reading: Reading, reader: Reader | None, maps: Callable[[], str]) -> None:
    """Show the row of looks and the chosen one; `maps` gives the HTML of the first, also before there is a drawing.

    A fragment: what is chosen here never runs the rest of the page again.
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
