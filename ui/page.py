"""The page as a whole: settings and training in the sidebar, then the board with its panels."""

from time import perf_counter

import streamlit as st

from ui.answer import read, read_picture, show_answer
from ui.canvas import drawing_board
from ui.compare import show_preparations
from ui.evaluation import training_panel
from ui.frame import begin_page, show_notices
from ui.inside import show_inside
from ui.networks import in_use
from ui.photo import photo_input
from ui.runs import MOST_DRAWINGS
from ui.session import session
from ui.settings import View, settings_tab
from ui.training import training_tab


@st.fragment
def board(view: View) -> None:
    """Canvas, answer and maps: the part that runs again after every stroke."""
    begun = perf_counter()
    network = in_use()
    with st.container(key="stage"):
        left, right = st.columns([36, 64], gap="medium")
    with left:
        strokes = drawing_board(view.pen)
        photo = photo_input()
    reading = read(strokes, network) if photo is None else read_picture(photo, network)
    session().remember(reading.prepared.picture, MOST_DRAWINGS)
    with right:
        show_answer(reading, network.name, begun)
    inside, ways, training = st.tabs(["Inside the network", "Other preparations", "Watch it learn"])
    with inside:
        show_inside(reading, network, view.every_layer)
    with ways:
        show_preparations(reading, network, view.pen)
    with training:
        training_panel()
    show_notices()


def page() -> None:
    """Draw everything, once a run of the script."""
    begin_page()
    with st.sidebar:
        settings, training = st.tabs(["Settings", "Training"])
        with settings:
            view = settings_tab()
        with training:
            training_tab()
    board(view)
