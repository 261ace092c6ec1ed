"""The answer: the digit, how sure in words and as ten bars, the runner-up, and the 28 x 28 picture behind it."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import streamlit as st
from cnn.fast.lens import Lens
from digits.preprocess import prepare
from digits.strokes import Strokes

from ui.pictures import ink_picture
from ui.session import Reading

BLANK = np.zeros((28, 28), np.uint8)


def read(strokes: Strokes, lens: Lens | None) -> Reading:
    """Frame the drawing and send it through the network, once: the panels show what the answer came from."""
    prepared = prepare(strokes)
    reading = Reading(strokes, prepared)
    if prepared.picture is not None and lens is not None:
        begun = perf_counter()
        reading.layers = lens.trace(prepared.picture)
        reading.network_ms = 1000 * (perf_counter() - begun)
    return reading


def how_sure(probability: float) -> str:
    """One or two words for a probability."""
    for least, words in ((0.97, "sure"), (0.8, "fairly sure"), (0.5, "perhaps")):
        if probability >= least:
            return words
    return "just a guess"


def show_answer(reading: Reading, network_name: str, begun: float) -> None:
    """The three panels: digit and words, ten bars, what the network saw.

    `begun` is when the page began to work on this drawing, by `time.perf_counter`; how long it took, and the
    network's part, stand in the answer's `data-milliseconds` and `data-network-milliseconds`.
    """
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left, st.container(key="answer"):
        st.html(_answer_html(reading, network_name, begun))
    with right, st.container(key="input28"):
        st.html(_input_html(reading))
    with st.container(key="probabilities"):
        st.html(_bars_html(reading.probabilities))


def percent(probability: float) -> str:
    """A probability as people write it; never rounded to a certainty that it is not."""
    if probability > 0.999:
        return "over 99.9 %"
    if probability < 0.001:
        return "under 0.1 %"
    return f"{100 * probability:.1f} %"


def _answer_html(reading: Reading, network_name: str, begun: float) -> str:
    strokes = len(reading.strokes.paths)
    if reading.probabilities is None:
        if not strokes:
            words, detail = "Draw a digit", "One of 0 to 9, anywhere on the board, as large as you like."
        else:
            words, detail = "Nothing to read", reading.prepared.reason
        if not reading.prepared.reason:
            words, detail = "No network", "There is no network to read with."
        return (
            f'<div class="answer empty" role="status" data-digit="" data-strokes="{strokes}">'
            f'<div class="digit" aria-hidden="true">?</div><div class="words">{words}</div>'
            f'<div class="detail">{detail}</div></div>'
        )
    order = np.argsort(reading.probabilities)[::-1]
    best, second = int(order[0]), int(order[1])
    sure, other = reading.probabilities[best], reading.probabilities[second]
    milliseconds = f'data-milliseconds="{1000 * (perf_counter() - begun):.2f}"'
    network_milliseconds = f'data-network-milliseconds="{reading.network_ms:.2f}"'
    return (
        f'<div class="answer" role="status" data-digit="{best}" data-strokes="{strokes}" '
        f"{milliseconds} {network_milliseconds}>"
        f'<div class="digit">{best}</div><div class="words">{how_sure(float(sure)).capitalize()}</div>'
        f'<div class="detail"><span>{best}: {percent(sure)}</span><span>next {second}: {percent(other)}</span>'
        f"by {network_name}</div></div>"
    )


def _input_html(reading: Reading) -> str:
    picture = reading.prepared.picture
    seen = "an empty picture" if picture is None else "the framed drawing"
    return (
        f'<figure class="seen"><img src="{ink_picture(BLANK if picture is None else picture)}" '
        f'alt="What the network sees, 28 by 28 pixels: {seen}">'
        f"<figcaption>What the network sees: <span>28 × 28 pixels</span></figcaption></figure>"
    )


def _bars_html(probabilities: np.ndarray | None) -> str:
    values = np.zeros(10) if probabilities is None else probabilities
    best = -1 if probabilities is None else int(values.argmax())
    bars = []
    for digit, p in enumerate(values):
        number = "" if probabilities is None else f"{100 * p:.0f}"
        bars.append(
            f'<div class="bar{" best" if digit == best else ""}" data-digit="{digit}" data-probability="{p:.4f}">'
            f'<span class="number">{number}</span>'
            f'<span class="track"><span class="level" style="height:{100 * p:.1f}%"></span></span>'
            f'<span class="name">{digit}</span></div>'
        )
    spoken = "No probabilities yet" if best < 0 else ", ".join(f"{d}: {percent(p)}" for d, p in enumerate(values))
    return f'<div class="bars" role="img" aria-label="{spoken}">{"".join(bars)}</div>'
