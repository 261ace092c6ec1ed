"""The panel as a whole: which look to take, and only that one is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ui.inside.broken import show_broken
from ui.inside.change import show_change
from ui.inside.edit import show_edit
from ui.inside.fool import show_fool
from ui.inside.landscape import show_landscape
from ui.inside.maps import show_maps
from ui.inside.overview import show_overview
from ui.inside.pixel import show_pixel
from ui.inside.subject import Subject, subject_of
from ui.inside.why import show_why
from ui.inside.worksheet import show_worksheet
from ui.networks import InUse
from ui.session import Reading

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
def show_inside(reading: Reading, in_use: InUse, maps: Callable[[], str]) -> None:
    """A row of looks and the chosen one; `maps` gives the HTML of the first one, also before there is a drawing.

    A fragment: what is chosen here never runs the board again.
    """
    st.html(Path(__file__).with_name("inside.css"))
    chosen = st.pills(
        "Which look?", [MAPS, *LOOKS], key="inside_look", default=MAPS, required=True, label_visibility="collapsed"
    )
    subject = subject_of(reading, in_use)
    with st.container(key="inside"):
        if subject is None or chosen == MAPS:
            show_maps(maps())
        else:
            LOOKS[str(chosen)](subject)
