"""Fool it: the highest confidence for what is no digit at all."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.explain.fooling import ROUNDS, fool, noise
from cnn.explain.smallest_edit import Edit
from cnn.verdict import DIGITS
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import hint, render
from digitscope.ui.explain.plates import Plate, plates_html
from digitscope.ui.explain.readings import both_readings
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

SNOW, BLANK, DRAWING = STARTS = ("grey snow", "blank paper", "your drawing")


def show_fooling(subject: Subject) -> None:
    """Let the visitor choose where to begin and what it should be taken for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = str(st.segmented_control("Begin with", STARTS, default=SNOW, required=True, key="fool_start"))
        again = st.button("Other snow", key="fool_again", disabled=start != SNOW)
    goal = int(st.pills("Take it for", range(DIGITS), default=3, required=True, key="fool_goal") or 0)
    seed = int(st.session_state.get("fool_seed", 1)) + (1 if again else 0)
    st.session_state["fool_seed"] = seed
    first = _first(subject, start, seed)
    found = _search(subject, first, goal)
    st.html(
        render(
            "explain/fooling.html",
            probability=float(found.answers[goal]),
            goal=goal,
            seen_as="still the drawing" if start == DRAWING else "no digit",
        )
    )
    st.html(
        plates_html(
            [
                Plate(ink_picture(first), "The beginning", "The beginning", both_readings(subject, first)),
                Plate(
                    ink_picture(found.picture),
                    "The picture that fools it",
                    "The end",
                    both_readings(subject, found.picture),
                ),
            ]
        )
    )
    st.html(
        hint(
            "Each round adds ink where it raises the digit’s score fastest, and takes it away where it lowers it. The "
            "network knows only pictures like those it learned from: far from them it can be sure and wrong. How sure "
            "it is says nothing about that."
        )
    )


def _first(subject: Subject, start: str, seed: int) -> Array:
    """Return the picture (28, 28) uint8 to begin with."""
    if start == SNOW:
        return noise(np.random.default_rng(seed))
    return np.zeros((28, 28), np.uint8) if start == BLANK else subject.picture


def _search(subject: Subject, first: Array, goal: int) -> Edit:
    """Return this visitor's result for a first picture and a goal, searched for once."""
    mark = (subject.reader.fingerprint, first.tobytes(), goal)
    kept = st.session_state.get("fool_found")
    if kept is None or kept[0] != mark:
        bar = st.progress(0.0, "Going uphill …")
        for turn, found in enumerate(fool(subject.network, first, goal)):
            bar.progress(min(turn / ROUNDS, 1.0), f"{100 * float(found.answers[goal]):.1f} % …")
        bar.empty()
        kept = (mark, found)
        st.session_state["fool_found"] = kept
    return kept[1]
