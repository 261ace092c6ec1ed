"""Smallest edit: how few pixels turn the drawing into a digit of the visitor's choice."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn import test_time_augmentation
from cnn.explain.smallest_edit import MOST, Edit, smallest_edit
from digitscope.ui.common.pictures import RAMP, ink_picture, png_address
from digitscope.ui.explain.subject import Subject, named

Array = np.ndarray


def show_edit(subject: Subject) -> None:
    """Choose a digit; a search changes one pixel after the other until the network reads it."""
    goal = st.pills(
        "What should it be read as?",
        range(len(subject.look.answers)),
        format_func=named,
        key="edit_goal",
    )
    if goal is None or goal >= len(subject.look.answers):
        st.html(
            '<p class="hint">Choose a digit. The fewest pixels with which your drawing is read as it are searched.</p>'
        )
        return
    found = _search(subject, int(goal))
    changed = found.picture != subject.picture
    if not found.reached:
        words = f"No: {MOST} pixels were not enough. It is held {_chance(found, goal)} likely to be “{named(goal)}”."
    elif not found.changed:
        words = f"Nothing has to change: this pass reads “{named(goal)}” already."
    else:
        words = (
            f"{found.changed} pixel{'s' if found.changed > 1 else ''} of {changed.size}: then “{named(goal)}” is the "
            f"likeliest, with {_chance(found, goal)}. Without any one of them it is not."
        )
    marked = png_address(_marked(found.picture, changed))
    st.html(
        f'<p data-changed="{found.changed}" data-reached="{str(found.reached).lower()}">{words}</p>'
        '<div class="plates">'
        f"{_plate(ink_picture(subject.picture), 'Your drawing', reading(subject, subject.picture))}"
        f"{_plate(marked, 'What changed', COLOURED, _listed(found.picture, changed))}"
        f"{_plate(ink_picture(found.picture), 'Edited', reading(subject, found.picture))}</div>"
        '<p class="hint">The search goes where the gradient promises most and lets the network check every step: '
        "it finds a small edit, not provably the smallest. It is made against the pass with the picture as it is; "
        f"where that leaves doubt, the answer above the tabs is the mean of {test_time_augmentation.AUGMENTATIONS} "
        "views, which such edits often fool less.</p>"
    )


def _search(subject: Subject, goal: int) -> Edit:
    kept = st.session_state.get("edit_found")
    if kept is None or kept[0] != (subject.mark, goal):
        bar = st.progress(0.0, "Trying pixels …")
        for found in smallest_edit(subject.network, subject.picture, goal):
            bar.progress(min(found.changed / MOST, 1.0), f"{found.changed} pixels …")
        bar.empty()
        kept = ((subject.mark, goal), found)
        st.session_state["edit_found"] = kept
    return kept[1]


def reading(subject: Subject, picture: Array) -> str:
    """What the pass with the picture as it is says to it, and what the page would answer, more views where in doubt."""
    alone = subject.network.predict_output(picture[None])[0]
    best = int(alone.argmax())
    verdict = subject.reader.verdict(picture[None])
    said = "no digit" if verdict.refused[0] else str(int(verdict.predicted[0]))
    return f"This pass: “{named(best)}”, {100 * float(alone[best]):.1f} %. The page, after a second look: “{said}”."


def _chance(found: Edit, goal: int) -> str:
    return f"{100 * float(found.answers[goal]):.1f} %"


def _marked(picture: Array, changed: Array) -> Array:
    """The picture in pale grey, what changed in the maps' blue and orange: (28, 28, 3) uint8."""
    grey = 255 - picture // 3
    marked = np.dstack([grey] * 3).astype(np.uint8)
    marked[changed & (picture > 0)] = RAMP[-1]
    marked[changed & (picture == 0)] = RAMP[1]
    return marked


COLOURED = "Blue: made ink. Orange: made paper."


def _listed(picture: Array, changed: Array) -> str:
    """The changed pixels in words, for those who do not see them."""
    places = [f"({row}, {column}) {'ink' if picture[row, column] else 'paper'}" for row, column in np.argwhere(changed)]
    return f": {', '.join(places) or 'nothing'}"


def _plate(address: str, title: str, words: str, more: str = "") -> str:
    return f'<figure><img src="{address}" alt="{title}{more}"><figcaption><b>{title}</b>{words}</figcaption></figure>'
