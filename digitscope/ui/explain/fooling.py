"""Fool it: the highest confidence for what is no digit at all."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.explain.fooling import ROUNDS, fool, noise
from cnn.explain.smallest_edit import Edit
from cnn.verdict import DIGITS
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.explain.smallest_edit import reading
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

STARTS = ("grey snow", "blank paper", "your drawing")


def show_fool(subject: Subject) -> None:
    """Choose where to begin and what it should be taken for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = str(st.segmented_control("Begin with", STARTS, default=STARTS[0], required=True, key="fool_start"))
        again = st.button("Other snow", key="fool_again", disabled=start != STARTS[0])
    goal = int(st.pills("Take it for", range(DIGITS), default=3, required=True, key="fool_goal") or 0)
    seed = int(st.session_state.get("fool_seed", 1)) + (1 if again else 0)
    st.session_state["fool_seed"] = seed
    first = {
        STARTS[0]: lambda: noise(np.random.default_rng(seed)),
        STARTS[1]: lambda: np.zeros((28, 28), np.uint8),
        STARTS[2]: lambda: subject.picture,
    }[start]()
    found = _search(subject, first, goal)
    chance = float(found.answers[goal])
    st.html(
        f'<p data-confidence="{chance:.6f}">To a person it is '
        f"{'still the drawing' if start == STARTS[2] else 'no digit'}; the pass with the picture as it is holds it "
        f"{100 * chance:.2f} % likely to be {goal}.</p>"
        '<div class="plates">'
        f'<figure><img src="{ink_picture(first)}" alt="The beginning"><figcaption><b>The beginning</b>'
        f"{reading(subject, first)}</figcaption></figure>"
        f'<figure><img src="{ink_picture(found.picture)}" alt="The picture that fools it"><figcaption><b>The end</b>'
        f"{reading(subject, found.picture)}</figcaption></figure></div>"
        '<p class="hint">Each round adds ink where it raises the digit’s score fastest, and takes it away where '
        "it lowers "
        "it. The network knows only pictures like those it learned from: far from them it can be sure and wrong. "
        "How sure "
        "it is says nothing about that.</p>"
    )


def _search(subject: Subject, first: Array, goal: int) -> Edit:
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
