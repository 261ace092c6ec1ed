"""The page as a whole: settings and training in the sidebar, then the canvas with its panels."""

from dataclasses import dataclass
from time import perf_counter

import streamlit as st

from digitscope.recognition import Reading
from digitscope.ui.common.frame import begin_page, show_notices
from digitscope.ui.common.networks import in_use
from digitscope.ui.common.session import session
from digitscope.ui.draw.answer import answer_panels, show_answer
from digitscope.ui.draw.answer_cache import AnswerCache
from digitscope.ui.draw.canvas import drawing_board
from digitscope.ui.draw.live import follow_pen
from digitscope.ui.draw.photo import photo_input
from digitscope.ui.draw.preparations import show_preparations
from digitscope.ui.draw.settings import View, settings_tab
from digitscope.ui.draw.timeline import show_timeline
from digitscope.ui.explain import maps_html, show_inside
from digitscope.ui.training.evaluation import training_panel
from digitscope.ui.training.runs import MOST_DRAWINGS
from digitscope.ui.training.tab import training_tab


@dataclass
class CanvasState:
    """The latest answers to what is on this tab's canvas."""

    answers: AnswerCache | None = None


TABS = ["Inside the network", "Timeline", "Compare preparations", "Watch it learn"]


@st.fragment
def canvas_and_panels(view: View) -> None:
    """Show canvas, answer and panels: this part runs again after every stroke, and lets panels follow the pen."""
    begun = perf_counter()
    own, reader = session(), in_use()
    state = own.state(CanvasState)
    if state.answers is None or state.answers.reader is not reader:
        state.answers = AnswerCache(reader)
    answers = state.answers
    with st.container(key="stage"):
        left, right = st.columns([36, 64], gap="medium")
    with left:
        strokes = drawing_board(view.pen)
        photo = photo_input(reader)
    if photo is None:
        reading = answers.reading(strokes)
        panels = answers.panels(strokes, begun)
    else:
        reading = photo
        panels = answer_panels(reading, answers.name, begun)
    own.remember(reading.prepared.picture, MOST_DRAWINGS)
    with right:
        show_answer(panels)
    # Only the open tab is computed: the others would cost every stroke their time.
    inside, timeline, preparations, training = st.tabs(TABS, key="panels", on_change="rerun")

    def maps(reading: Reading) -> str:
        kinds = {} if reader is None else reader.tracer.kinds
        return maps_html(kinds, reading.layers, view.every_layer)

    if inside.open:
        with inside:
            show_inside(reading, reader, lambda: maps(reading))
    follow_pen(
        strokes,
        view.pen,
        answer=None if photo else lambda drawn, down: answers.panels(drawn, perf_counter(), down),
        later=(lambda drawn, down: {"feature_maps": maps(answers.reading(drawn, down))}) if inside.open else None,
    )
    if timeline.open:
        with timeline:
            show_timeline(reading, reader)
    if preparations.open:
        with preparations:
            show_preparations(reading, reader, view.pen)
    if training.open:
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
    canvas_and_panels(view)
