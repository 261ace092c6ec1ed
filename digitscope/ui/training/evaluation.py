"""The training panel: large curves, the filters, answers to the visitor's drawings, confusions and mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup

from digitscope.digits.io import mnist
from digitscope.jobs.messages import Answers
from digitscope.ui.common.pictures import ink_picture, map_strip
from digitscope.ui.common.templates import render
from digitscope.ui.training import runs
from digitscope.ui.training.comparison import compare_runs
from digitscope.ui.training.confusion import (
    CONFUSION_CHART,
    Selection,
    accuracy_by_digit,
    confusion_table,
    images_of_cell,
    worst_mistakes,
)
from digitscope.ui.training.curves import show_curves
from digitscope.ui.training.runs import TrainingRun
from digitscope.ui.training.tab import EVERY

Array = np.ndarray

NO_RUN = (
    "Start a run in the sidebar, under “Training”. Then this panel shows its curves in large, its filters as they "
    "form, its answers to your own drawings, and which digits it confuses."
)
NO_DRAWINGS = "Draw a few digits before you start a run: then this panel shows what the network reads in them."
NO_ANSWERS = "After each epoch, and at the end, this shows which digits are confused, and the worst mistakes."


def training_panel() -> None:
    """Show the whole panel; during a run it is redrawn several times a second."""
    run = runs.current()
    with st.container(key="training_panel"):
        if run is None:
            st.html(_hint(NO_RUN))
        elif run.over:
            _panel(run)
        else:
            st.fragment(_panel, run_every=EVERY)(run)
    if len(runs.state().runs) > 1:
        compare_runs()


def _panel(run: TrainingRun) -> None:
    if run.update():
        st.rerun()
    history = run.history
    st.markdown(f"**Run {history.name}**")
    earlier = [other.history for other in runs.state().runs if other is not run]
    left, right = st.columns(2)
    with left:
        show_curves(history, earlier, "loss", "large_loss")
    with right:
        show_curves(history, earlier, "accuracy", "large_accuracy")
    if history.kernels is not None:
        st.html(filters_html(history.kernels))
    st.html(own_answers_html(run.drawings, history.own_answers) if len(run.drawings) else _hint(NO_DRAWINGS))
    if history.answers is not None:
        _show_answers(history.answers)
    else:
        st.html(_hint(NO_ANSWERS))


def _show_answers(answers: Answers) -> None:
    """Show confusion matrix, images of the chosen cell or the worst mistakes, and accuracy by digit."""
    pictures, labels = mnist.load().validation
    predicted, confidence = answers.predicted.astype(int), answers.confidence
    st.markdown(
        f"**After {answers.step:,} steps**: {(predicted == labels).mean():.2%} of {len(labels):,} images that it was "
        "not trained on"
    )
    left, right = st.columns(2, gap="medium")
    with left:
        event: Any = st.vega_lite_chart(
            confusion_table(labels, predicted), CONFUSION_CHART, key="confusion", width="stretch", on_select="rerun"
        )
        st.caption("Rows: the digit; columns: what it was read as. Choose a cell to see its images.")
    cell = event.selection.get("cell")
    if cell:
        digit, answer = int(cell[0]["digit"]), int(cell[0]["answer"])
        selection = images_of_cell(labels, predicted, confidence, digit, answer)
    else:
        selection = worst_mistakes(labels, predicted, confidence)
    with right:
        st.html(gallery_html(selection, pictures, labels, predicted, confidence))
    st.html(accuracy_by_digit_html(accuracy_by_digit(labels, predicted)))


def _hint(text: str) -> Markup:
    return render("training/hint.html", text=text)


def filters_html(kernels: Array) -> Markup:
    """Draw the first convolution's kernels (F, 1, 3, 3) side by side, in strips of equal length."""
    maps = kernels[:, 0]
    largest = float(np.abs(maps).max(initial=0))
    along = 8 if len(maps) % 8 == 0 else min(len(maps), 10)
    strips = [map_strip(maps[start : start + along], largest) for start in range(0, len(maps), along)]
    # Each kernel is 3 wide, with a gap of 1 between two of them.
    return render("training/filters.html", count=len(maps), strips=strips, ratio=f"{along * 4 - 1}/3")


def own_answers_html(drawings: Array, own_answers: dict[int, Array]) -> Markup:
    """Tabulate the answers to the drawings (k, 28, 28); `own_answers` maps steps to probabilities (k, 10)."""
    steps = sorted(own_answers)
    rows = [
        {
            "picture": ink_picture(picture),
            "answers": [
                {"digit": int(own_answers[step][i].argmax()), "confidence": float(own_answers[step][i].max())}
                for step in steps
            ],
        }
        for i, picture in enumerate(drawings)
    ]
    return render("training/own_answers.html", steps=steps, drawings=rows)


def gallery_html(selection: Selection, pictures: Array, labels: Array, predicted: Array, confidence: Array) -> Markup:
    """Draw the selected ones of the pictures (n, 28, 28), each with its label, the answer and the confidence (n,)."""
    images = [
        {
            "picture": ink_picture(pictures[place]),
            "label": int(labels[place]),
            "answer": int(predicted[place]),
            "confidence": float(confidence[place]),
        }
        for place in selection.places
    ]
    return render("training/gallery.html", title=selection.title, images=images)


def accuracy_by_digit_html(shares: list[float]) -> Markup:
    """Draw ten bars; they begin at 90 %, or lower where a digit is read worse."""
    lowest = min(0.9, float(np.floor(min(shares) * 10) / 10))
    return render("training/accuracy_by_digit.html", shares=shares, lowest=lowest)
