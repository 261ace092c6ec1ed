"""Why this digit: four methods of attribution, each with what its picture shows and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.explain import gradcam
from cnn.explain.integrated import integrated_gradients, score_difference
from cnn.explain.occlusion import SIDE, occlusion
from cnn.explain.saliency import saliency
from digitscope.ui.common.pictures import coloured, png_address
from digitscope.ui.common.templates import hint
from digitscope.ui.explain.names import answer_name
from digitscope.ui.explain.plates import Plate, plates_html
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

ZOOM = 12
"""Pixels of the shown picture for each of the drawing's."""


@dataclass(frozen=True)
class Computed:
    """The results of three methods for one drawing, network and answer: kept, as they take some time."""

    mark: tuple[str, int]
    saliency: Array
    integrated: Array
    risen: float
    occlusion: Array


def show_attribution(subject: Subject) -> None:
    """Let the visitor choose an answer; show four pictures of what speaks for and against it."""
    activations = subject.activations
    answers = list(range(len(activations.answers)))
    asked = st.pills(
        "Why (or why not) this answer?",
        ["likeliest", *answers],
        format_func=lambda one: one if isinstance(one, str) else answer_name(one),
        default="likeliest",
        required=True,
        key="why_answer",
    )
    answer = subject.answer if asked == "likeliest" or asked not in answers else int(asked)
    blocks = gradcam.layers(activations)
    names = [activations.names[number] for number in blocks]
    block = None
    if blocks:
        block = st.selectbox("Grad-CAM looks at", names, index=len(names) - 1, key="why_layer", width=150)
    computed = _computed(subject, answer)
    st.html(
        hint(
            f"For “{answer_name(answer)}”, to which this pass gives {100 * float(activations.answers[answer]):.1f} %. "
            "Blue speaks for it, orange against it; the darkest colour is each picture’s largest value. The grey line "
            "is the edge of your ink."
        )
    )
    shown = _over_pixels(subject, computed)
    if block is not None:
        shown.append(_over_maps(subject, answer, blocks[names.index(block)]))
    st.html(plates_html(shown))


def _over_pixels(subject: Subject, computed: Computed) -> list[Plate]:
    return [
        _plate(
            subject,
            computed.saliency,
            "Gradient",
            "saliency",
            "How the score would begin to move if a pixel had a little more ink. It shows where the network is "
            "sensitive, not what it used: ink that already counts in full can be pale here.",
        ),
        _plate(
            subject,
            computed.integrated,
            "Integrated gradients",
            "integrated",
            f"The score’s rise from blank paper to your drawing, shared out among the pixels: it rose by "
            f"{computed.risen:.2f}, the shares sum to {float(computed.integrated.sum()):.2f}. Paper gets no share, so "
            "what is missing from the drawing cannot show; another start than blank paper would share it otherwise.",
        ),
        _plate(
            subject,
            computed.occlusion,
            "Covered by paper",
            "occlusion",
            f"How far the score falls when {SIDE} × {SIDE} pixels of paper cover a place. It really tries it; but a "
            "drawing with a hole is one that the network never learned from, and two places that stand in for each "
            "other both look unimportant.",
        ),
    ]


def _over_maps(subject: Subject, answer: int, number: int) -> Plate:
    """Return Grad-CAM's picture for the layer with this number."""
    activations = subject.activations
    cam = gradcam.grad_cam(activations, answer, number)
    height, width = cam.shape
    return _plate(
        subject,
        gradcam.spread(activations, number, cam),
        "Grad-CAM",
        "gradcam",
        f"Where the {len(activations.values[number])} maps of {activations.names[number]} found what speaks for it. "
        f"Only {height} × {width} values, smoothed: a rough place, never an outline; and it never shows what speaks "
        "against.",
    )


def _computed(subject: Subject, answer: int) -> Computed:
    """Return this visitor's results for a drawing and an answer, computed once."""
    kept: Computed | None = st.session_state.get("why_computed")
    if kept is None or kept.mark != (subject.mark, answer):
        network, picture = subject.network, subject.picture
        kept = Computed(
            (subject.mark, answer),
            saliency(network, picture, answer),
            integrated_gradients(network, picture, answer),
            score_difference(network, picture, answer),
            occlusion(network, picture, answer),
        )
        st.session_state["why_computed"] = kept
    return kept


def overlaid(values: Array, picture: Array) -> Array:
    """Colour a map (28, 28) and draw the ink's edge over it: (28 x ZOOM, 28 x ZOOM, 3) uint8."""
    large = coloured(values, float(np.abs(values).max(initial=0))).repeat(ZOOM, 0).repeat(ZOOM, 1)
    ink = (picture > 100).repeat(ZOOM, 0).repeat(ZOOM, 1)
    edge = np.zeros_like(ink)
    edge[1:] |= ink[1:] != ink[:-1]
    edge[:, 1:] |= ink[:, 1:] != ink[:, :-1]
    edge |= np.roll(edge, 1, 0) | np.roll(edge, 1, 1)
    large[edge] = (90, 90, 90)
    return large


def _plate(subject: Subject, values: Array, title: str, name: str, words: str) -> Plate:
    row, column = divmod(int(values.argmax()), values.shape[1])
    alt = f"{title}, over the drawing: most for the answer at row {row}, column {column}"
    return Plate(png_address(overlaid(values, subject.picture)), alt, title, words, {"data-way": name})
