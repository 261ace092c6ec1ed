"""What would change it: the map of answers, and the version of the drawing that is chosen in it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.fast.predictor import BatchPredictor
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import hint
from digitscope.ui.explain.names import answer_name
from digitscope.ui.explain.picker import picker
from digitscope.ui.explain.plates import Plate, plates_html
from digitscope.ui.explain.robustness.answer_map import answer_map_html
from digitscope.ui.explain.robustness.changes import CHANGES
from digitscope.ui.explain.subject import Subject

Array = np.ndarray


def show_robustness(subject: Subject) -> None:
    """Let the visitor choose a change and one of its versions."""
    name = str(st.segmented_control("Change", list(CHANGES), default="Shift", required=True, key="change_kind"))
    change = CHANGES[name]
    versions, outputs = _read(subject, name)
    at = st.session_state.get("change_at", {}).get(name, change.unchanged)

    def choose(value: str) -> None:
        chosen = dict(st.session_state.get("change_at", {}))
        chosen[name] = int(value.split(":")[1])
        st.session_state["change_at"] = chosen

    same = int((outputs.argmax(axis=1) == subject.answer).sum())
    st.html(
        hint(
            f"{same} of {len(outputs)} versions are read as “{answer_name(subject.answer)}” like the drawing itself "
            "(one pass each, without the further passes that the answer above gets when in doubt). Paler: less sure. "
            "Choose a cell to see its version."
        )
    )
    answer = int(outputs[at].argmax())
    row, column = divmod(at, len(change.columns))
    title = f"“{answer_name(answer)}”, {100 * float(outputs[at][answer]):.1f} %"
    place = f"{change.columns[column]:g} {change.across}, {change.rows[row]:g} {change.down}"
    left, right = st.columns([65, 35], gap="medium")
    with left:
        picker("change_map", answer_map_html(change, outputs, at), choose, f"{title}; {place}")
    with right:
        st.html(plates_html([Plate(ink_picture(versions[at]), f"The chosen version: {place}", title, place)]))


def _read(subject: Subject, name: str) -> tuple[Array, Array]:
    """Return this visitor's versions (n, 28, 28) of a change and the outputs (n, K) for them, read once."""
    kept = st.session_state.get("change_read")
    if kept is None or kept[0] != (subject.mark, name):
        versions = CHANGES[name].versions(subject.picture)
        kept = ((subject.mark, name), versions, BatchPredictor(subject.network).predict(versions))
        st.session_state["change_read"] = kept
    return kept[1], kept[2]
