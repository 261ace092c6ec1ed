"""The training tab: choose, start, watch the curves, stop, and read with what was learned."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import streamlit as st
from cnn.architectures import ARCHITECTURES, build, to_list
from cnn.settings import Settings
from cnn.weights import WeightsError, from_bytes
from jobs.messages import Job, Stop
from jobs.room import LineFullError, Room, Ticket

from ui.history import History
from ui.session import session

EVERY = 0.5
"""Seconds between two looks at a run."""


@dataclass
class Training:
    """This visitor's run: its ticket and what it has shown."""

    ticket: Ticket
    history: History


@st.cache_resource(show_spinner=False)
def room() -> Room:
    """The one line for all visitors of this server."""
    return Room()


def training_tab() -> None:
    """The whole tab. While a run is on, its part is drawn anew twice a second and nothing else is."""
    with st.container(key="training"):
        own = session()
        running = own.training is not None and own.training.history.ended is None
        if running:
            st.fragment(_watch, run_every=EVERY)()
        else:
            _choose()
            if own.training is not None:
                _watch()


def _choose() -> None:
    st.write("Start a network from noise and watch it learn. Others go on drawing.")
    with st.form("new_run", border=False):
        architecture = st.selectbox("Network", list(ARCHITECTURES), index=2, key="architecture")
        epochs = st.number_input("Epochs", 1, 200, 2, help="How often it sees every image.", key="epochs")
        images = st.select_slider(
            "Images", [1_000, 5_000, 10_000, 20_000, 55_000], 10_000, key="images", help="How many it learns from."
        )
        rate = st.number_input(
            "Learning rate",
            0.0,
            100.0,
            0.003,
            format="%.4f",
            step=0.001,
            key="learning_rate",
            help="How far each step goes. Too small: slow. Too large: it jumps about and never arrives.",
        )
        if st.form_submit_button("Start", type="primary", width="stretch", key="start"):
            _start(str(architecture), int(epochs), int(images), float(rate))


def _start(architecture: str, epochs: int, images: int, rate: float) -> None:
    try:
        settings = Settings(epochs=epochs, images=images, learning_rate=rate)
        job = Job(to_list(build(architecture)), settings)
        session().training = Training(room().submit(job), History(architecture))
    except (ValueError, LineFullError) as error:
        st.error(str(error))
        return
    st.rerun()


def _watch() -> None:
    """One look at the run: status, curves, buttons."""
    training: Training = session().training
    was_over = training.history.ended is not None
    training.history.take(training.ticket.take())
    history = training.history
    if history.ended is not None and not was_over:
        st.rerun()
    if history.ended is None:
        place = training.ticket.place
        if place:
            st.info(f"Waiting: number {place} in the line.")
        else:
            left = history.seconds_left
            rest = "" if left is None else f", about {left:.0f} s left"
            st.progress(history.progress, f"{history.images_per_second:,.0f} images a second{rest}")
        st.button("Stop", key="stop", width="stretch", on_click=training.ticket.send, args=(Stop(),))
    else:
        _show_end(training)
    with st.container(key="curves"):
        _show_curves(history)


def _show_end(training: Training) -> None:
    ended = training.history.ended
    assert ended is not None
    if ended.sentence:
        (st.info if ended.how == "stopped" else st.warning)(ended.sentence)
    if ended.accuracy is not None:
        st.success(f"{ended.step:,} steps: {ended.accuracy:.2%} of 5,000 validation images read rightly.")
    own = session()
    if ended.weights is not None and own.own_network is None:
        st.button("Use this network", key="use", width="stretch", on_click=_use, args=(ended.weights,))
    if own.own_network is not None:
        st.button("Back to the shipped network", key="use_shipped", width="stretch", on_click=_use_shipped)


def _use(packed: bytes) -> None:
    try:
        session().own_network, _ = from_bytes(packed, "the new network")
        session().own_name = "your own network"
    except WeightsError as error:
        session().notices.append(str(error))


def _use_shipped() -> None:
    session().own_network = None


def _show_curves(history: History) -> None:
    table = history.curves()
    colours = alt.Scale(domain=["training", "validation"], range=["#4c78d0", "#e07b28"])
    for what, domain in (("loss", None), ("accuracy", [0, 1])):
        chart = (
            alt.Chart(table, height=170)
            .mark_line(point=False)
            .encode(
                x=alt.X("step:Q", title=None),
                y=alt.Y(f"{what}:Q", title=what, scale=alt.Scale(domain=domain) if domain else alt.Undefined),
                color=alt.Color("kind:N", scale=colours, legend=alt.Legend(orient="top", title=None)),
            )
        )
        st.altair_chart(chart, key=f"chart_{what}", width="stretch")
