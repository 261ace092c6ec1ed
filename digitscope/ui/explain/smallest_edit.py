"""Smallest edit: how few pixels turn the drawing into a digit of the visitor's choice."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.explain.smallest_edit import MOST, Edit, smallest_edit
from cnn.test_time_augmentation import AUGMENTATIONS
from digitscope.ui.common.pictures import RAMP, ink_picture, png_address
from digitscope.ui.common.templates import hint, render
from digitscope.ui.explain.names import answer_name
from digitscope.ui.explain.plates import Plate, plates_html
from digitscope.ui.explain.readings import both_readings
from digitscope.ui.explain.subject import Subject

Array = np.ndarray


def show_smallest_edit(subject: Subject) -> None:
    """Let the visitor choose a digit; a search changes one pixel after the other until the network reads it."""
    answers = len(subject.activations.answers)
    goal = st.pills("What should it be read as?", range(answers), format_func=answer_name, key="edit_goal")
    if goal is None or goal >= answers:
        st.html(hint("Choose a digit: this searches for the fewest pixels with which your drawing is read as it."))
        return
    found = _search(subject, int(goal))
    changed = found.picture != subject.picture
    st.html(
        render(
            "explain/smallest_edit.html",
            changed=found.changed,
            reached=found.reached,
            sentence=_outcome(found, goal),
        )
    )
    marked = png_address(_marked(found.picture, changed))
    st.html(
        plates_html(
            [
                _plate(ink_picture(subject.picture), "Your drawing", both_readings(subject, subject.picture)),
                Plate(
                    marked,
                    f"What changed: {_listed(found.picture, changed)}",
                    "What changed",
                    "Blue: made ink. Orange: made paper.",
                ),
                _plate(ink_picture(found.picture), "Edited", both_readings(subject, found.picture)),
            ]
        )
    )
    st.html(
        hint(
            "The search goes where the gradient promises most and lets the network check every step: it finds a small "
            "edit, not provably the smallest. It is made against the pass with the picture as it is; where that leaves "
            f"doubt, the answer above the tabs is the mean of {AUGMENTATIONS} passes, which such edits often fool less."
        )
    )


def _outcome(found: Edit, goal: int) -> str:
    chance = f"{100 * float(found.answers[goal]):.1f} %"
    name = answer_name(goal)
    if not found.reached:
        return f"No: {MOST} pixels were not enough. “{name}” has {chance}."
    if not found.changed:
        return f"Nothing has to change: this pass reads “{name}” already."
    pixels = f"{found.changed} pixel{'s' if found.changed > 1 else ''}"
    return (
        f"{pixels} of {found.picture.size}: then “{name}” is the likeliest, with {chance}. Without any one of them it "
        "is not."
    )


def _search(subject: Subject, goal: int) -> Edit:
    """Return this visitor's edit for a drawing and a goal, searched for once."""
    kept = st.session_state.get("edit_found")
    if kept is None or kept[0] != (subject.mark, goal):
        bar = st.progress(0.0, "Trying pixels …")
        for found in smallest_edit(subject.network, subject.picture, goal):
            bar.progress(min(found.changed / MOST, 1.0), f"{found.changed} pixels …")
        bar.empty()
        kept = ((subject.mark, goal), found)
        st.session_state["edit_found"] = kept
    return kept[1]


def _marked(picture: Array, changed: Array) -> Array:
    """Return the picture in pale grey, the changed pixels in the maps' blue and orange: (28, 28, 3) uint8."""
    grey = 255 - picture // 3
    marked = np.dstack([grey] * 3).astype(np.uint8)
    marked[changed & (picture > 0)] = RAMP[-1]
    marked[changed & (picture == 0)] = RAMP[1]
    return marked


def _listed(picture: Array, changed: Array) -> str:
    """List the changed pixels in words, for those who do not see them."""
    places = [f"({row}, {column}) {'ink' if picture[row, column] else 'paper'}" for row, column in np.argwhere(changed)]
    return ", ".join(places) or "nothing"


def _plate(address: str, title: str, words: str) -> Plate:
    return Plate(address, title, title, words)
