"""The page as a whole: settings and training in the sidebar, then the board with its panels."""

from time import perf_counter

import streamlit as st

from ui.answer import Answers, answer_panels, read_picture, show_answer
from ui.canvas import drawing_board
from ui.compare import show_preparations
from ui.evaluation import training_panel
from ui.frame import begin_page, show_notices
from ui.inside import maps_html, show_maps
from ui.live import follow_pen
from ui.networks import in_use
from ui.photo import photo_input
from ui.runs import MOST_DRAWINGS
from ui.session import Reading, session
from ui.settings import View, settings_tab
from ui.training import training_tab


@st.fragment
def board(view: View) -> None:
    """Canvas, answer and maps: the part that runs again after every stroke, and says how panels follow the pen."""
    begun = perf_counter()
    own = session()
    if own.answers is None or own.answers.network != in_use():
        own.answers = Answers(in_use())
    answers, network = own.answers, in_use()
    with st.container(key="stage"):
        left, right = st.columns([36, 64], gap="medium")
    with left:
        strokes = drawing_board(view.pen)
        photo = photo_input()
    if photo is None:
        reading = answers.reading(strokes)
        panels = answers.panels(strokes, begun)
    else:
        reading = read_picture(photo, network)
        panels = answer_panels(reading, network.name, begun)
    own.remember(reading.prepared.picture, MOST_DRAWINGS)
    with right:
        show_answer(panels)
    inside, ways, training = st.tabs(["Inside the network", "Other preparations", "Watch it learn"])

    def maps(reading: Reading) -> str:
        kinds = {} if network.lens is None else network.lens.kinds
        return maps_html(kinds, reading.layers, view.every_layer)

    with inside:
        show_maps(maps(reading))
    follow_pen(
        strokes,
        view.pen,
        answer=None if photo else lambda drawn, down: answers.panels(drawn, perf_counter(), down),
        later=lambda drawn, down: {"feature_maps": maps(answers.reading(drawn))},
    )
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
