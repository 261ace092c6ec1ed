"""Why this digit: four ways to ask it, each with what it shows and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.explain import gradcam
from cnn.explain.integrated import integrated_gradients, score_difference
from cnn.explain.occlusion import SIDE, occlusion
from cnn.explain.saliency import saliency
from digitscope.ui.common.pictures import coloured, png_address
from digitscope.ui.explain.subject import Subject, named

Array = np.ndarray


@dataclass(frozen=True)
class Found:
    """What the four ways found for one drawing, network and answer."""

    mark: tuple[str, int]
    saliency: Array
    integrated: Array
    risen: float
    occlusion: Array


def show_why(subject: Subject) -> None:
    """Choose an answer; see four pictures of what speaks for and against it."""
    answers = list(range(len(subject.look.answers)))
    asked = st.pills(
        "Why (or why not) this answer?",
        ["likeliest", *answers],
        format_func=lambda one: one if isinstance(one, str) else named(one),
        default="likeliest",
        required=True,
        key="why_answer",
    )
    answer = subject.answer if asked == "likeliest" or asked not in answers else int(asked)
    blocks = gradcam.layers(subject.look)
    names = [subject.look.names[number] for number in blocks]
    block = None
    if blocks:
        block = st.selectbox("Grad-CAM looks at", names, index=len(names) - 1, key="why_layer", width=150)
    found = _found(subject, answer)
    chance = float(subject.look.answers[answer])
    st.html(
        f'<p class="hint">For “{named(answer)}”, which this pass holds {100 * chance:.1f} % likely. Blue speaks '
        f"for it, "
        "orange against it; the darkest colour is each picture’s largest value. The grey line is the edge of your "
        "ink.</p>"
    )
    plates = [
        _plate(
            subject,
            found.saliency,
            "Gradient",
            "saliency",
            "How the score would begin to move if a pixel had a little more ink. It shows where the network is "
            "sensitive, not what it used: ink that already counts in full can be pale here.",
        ),
        _plate(
            subject,
            found.integrated,
            "Integrated gradients",
            "integrated",
            f"The score’s rise from blank paper to your drawing, shared out among the pixels: it rose by "
            f"{found.risen:.2f}, "
            f"the shares sum to {float(found.integrated.sum()):.2f}. Paper gets no share, so what is missing from the "
            "drawing cannot show; another start than blank paper would share it otherwise.",
        ),
        _plate(
            subject,
            found.occlusion,
            "Covered by paper",
            "occlusion",
            f"How far the score falls when {SIDE} × {SIDE} pixels of paper cover a place. It really tries it; but a "
            "drawing with a hole is one that the network never learned from, and two places that stand in for "
            "each other "
            "both look unimportant.",
        ),
    ]
    if block is not None:
        number = blocks[names.index(block)]
        cam = gradcam.grad_cam(subject.look, answer, number)
        height, width = cam.shape
        plates.append(
            _plate(
                subject,
                gradcam.spread(subject.look, number, cam),
                "Grad-CAM",
                "gradcam",
                f"Where the {len(subject.look.values[number])} maps of {block} found what speaks for it. Only "
                f"{height} × "
                f"{width} values, smoothed: a rough place, never an outline; and it never shows what speaks against.",
            )
        )
    st.html(f'<div class="plates">{"".join(plates)}</div>')


def _found(subject: Subject, answer: int) -> Found:
    """Computed once for a drawing and an answer, then kept for this visitor."""
    kept: Found | None = st.session_state.get("why_found")
    if kept is None or kept.mark != (subject.mark, answer):
        network, picture = subject.network, subject.picture
        kept = Found(
            (subject.mark, answer),
            saliency(network, picture, answer),
            integrated_gradients(network, picture, answer),
            score_difference(network, picture, answer),
            occlusion(network, picture, answer),
        )
        st.session_state["why_found"] = kept
    return kept


def overlaid(values: Array, picture: Array) -> Array:
    """A map (28, 28) in colours with the ink's edge over it, twelve pixels for each: (336, 336, 3) uint8."""
    zoom = 12
    large = coloured(values, float(np.abs(values).max(initial=0))).repeat(zoom, 0).repeat(zoom, 1)
    ink = (picture > 100).repeat(zoom, 0).repeat(zoom, 1)
    edge = np.zeros_like(ink)
    edge[1:] |= ink[1:] != ink[:-1]
    edge[:, 1:] |= ink[:, 1:] != ink[:, :-1]
    edge |= np.roll(edge, 1, 0) | np.roll(edge, 1, 1)
    large[edge] = (90, 90, 90)
    return large


def _plate(subject: Subject, values: Array, title: str, name: str, words: str) -> str:
    row, column = divmod(int(values.argmax()), values.shape[1])
    return (
        f'<figure data-way="{name}"><img src="{png_address(overlaid(values, subject.picture))}" '
        f'alt="{title}, over the drawing: most for the answer at row {row}, column {column}">'
        f"<figcaption><b>{title}</b>{words}</figcaption></figure>"
    )
