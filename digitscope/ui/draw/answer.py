"""The answer's three panels: the digit and how sure in words, the 28 x 28 picture that was read, ten bars."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import streamlit as st

from digitscope.digits.preprocess import NOTHING
from digitscope.recognition import Reading
from digitscope.ui.common.bars import bars_of, empty_bars
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import render, svg_address
from digitscope.ui.draw.sketch import boxes_svg

Array = np.ndarray

BLANK = np.zeros((28, 28), np.uint8)
SURE = 0.9
"""From this probability on an answer is called sure. The probabilities are calibrated: at the bound one in ten errs."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True)
class Answer:
    """What the first panel says."""

    digit: str
    words: str
    lines: list[str]
    """Details, one a line."""
    facts: dict[str, object] = field(default_factory=dict)
    """The element's `data-*` attributes."""
    reader: str = ""
    """Which network read the drawing."""
    kind: str = ""
    """The element's second class: "", "empty", "refused" or "number"."""


def in_words(probability: float, second: int) -> str:
    """Say how sure an answer is; `second` is the digit that comes next."""
    if probability >= SURE:
        return "sure"
    return f"perhaps {second}" if probability >= 0.5 else f"or {second}, or something else"


def percent(probability: float) -> str:
    """Write a probability as people do; never rounded to a certainty that it is not."""
    if probability > 0.999:
        return "over 99.9 %"
    if probability < 0.001:
        return "under 0.1 %"
    return f"{100 * probability:.1f} %"


def answer_panels(reading: Reading, network_name: str, begun: float, pen_down: bool = False) -> dict[str, str]:
    """Return the HTML of the three panels, by their keys: digit and words, what the network saw, ten bars.

    `begun` is when the page began to work on this drawing, by `time.perf_counter`; how long it took, and the
    network's part, stand in the answer's `data-milliseconds` and `data-network-milliseconds`. `data-strokes` counts
    finished strokes: with `pen_down` the pen is still on the last one.
    """
    return {
        "answer": render("draw/answer.html", answer=_answer(reading, network_name, begun, pen_down)),
        "input28": _picture_html(reading),
        "probabilities": _bars_html(reading.probabilities),
    }


def show_answer(panels: dict[str, str]) -> None:
    """Show the three panels."""
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left, st.container(key="answer"):
        st.html(panels["answer"])
    with right, st.container(key="input28"):
        st.html(panels["input28"])
    with st.container(key="probabilities"):
        st.html(panels["probabilities"])


def _answer(reading: Reading, network_name: str, begun: float, pen_down: bool) -> Answer:
    strokes = len(reading.strokes.paths) - pen_down
    if reading.verdict is None or reading.probabilities is None:
        words, detail = _why_unread(reading, pen_down and strokes == 0)
        return Answer("?", words, [detail], {"data-digit": "", "data-strokes": strokes}, kind="empty")
    best, second = (int(digit) for digit in np.argsort(reading.probabilities)[::-1][:2])
    sure, other = float(reading.probabilities[best]), float(reading.probabilities[second])
    facts = {
        "data-digit": reading.text,
        "data-strokes": strokes,
        "data-milliseconds": f"{1000 * (perf_counter() - begun):.2f}",
        "data-network-milliseconds": f"{reading.network_ms:.2f}",
    }
    reader = f"by {network_name}"
    if reading.refused:
        nothing = float(reading.verdict.nothing[reading.shown])
        words = "Not a digit yet" if pen_down else "I can’t read this"
        return Answer("?", words, [f"no digit: {percent(nothing)}", f"nearest: {best}"], facts, reader, "refused")
    if len(reading.pieces) > 1:
        place = _ordinal(reading.shown)
        words = "Sure" if sure >= SURE else f"Perhaps {second} for the {place}"
        lines = [f"least sure: the {place}", f"{best}: {percent(sure)}, next {second}: {percent(other)}"]
        return Answer(reading.text, words, lines, facts, reader, "number")
    lines = [f"{best}: {percent(sure)}", f"next {second}: {percent(other)}"]
    return Answer(str(best), in_words(sure, second).capitalize(), lines, facts, reader)


def _why_unread(reading: Reading, nothing_yet: bool) -> tuple[str, str]:
    """Return the words and the detail for a drawing that was not read."""
    reason = reading.prepared.reason
    if not reason:
        return "No network", "There is no network to read with."
    if reason == NOTHING or nothing_yet:
        return "Draw a digit", "One of 0 to 9, or several in a row, as large as you like."
    return "Nothing to read", reason


def _ordinal(place: int) -> str:
    return ORDINALS[place] if place < len(ORDINALS) else "last"


def _picture_html(reading: Reading) -> str:
    picture = reading.prepared.picture
    several = len(reading.pieces) > 1
    return render(
        "draw/answer_picture.html",
        picture=ink_picture(BLANK if picture is None else picture),
        seen="an empty picture" if picture is None else "the framed drawing",
        boxes=svg_address(boxes_svg(reading.strokes, reading.pieces, reading.shown)) if several else "",
        pieces=len(reading.pieces),
    )


def _bars_html(probabilities: Array | None) -> str:
    if probabilities is None:
        return render("draw/answer_bars.html", all=empty_bars(), spoken="No probabilities yet")
    spoken = ", ".join(f"{digit}: {percent(p)}" for digit, p in enumerate(probabilities))
    return render("draw/answer_bars.html", all=bars_of(probabilities), spoken=spoken)
