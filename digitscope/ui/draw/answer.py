"""The answer: the digit, how sure in words and as ten bars, the runner-up, and the 28 x 28 picture behind it."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from threading import RLock
from time import perf_counter

import numpy as np
import streamlit as st

from digitscope.digits.preprocess import NOTHING
from digitscope.digits.segment import Piece
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.pictures import INK, ink_picture

Array = np.ndarray

BLANK = np.zeros((28, 28), np.uint8)
SURE = 0.9
"""From this probability on an answer is called sure. The probabilities are calibrated: at the bound one in ten errs."""


def in_words(probability: float, second: int) -> str:
    """How sure an answer is; `second` is the digit that comes next."""
    if probability >= SURE:
        return "sure"
    return f"perhaps {second}" if probability >= 0.5 else f"or {second}, or something else"


def answer_panels(reading: Reading, network_name: str, begun: float, pen_down: bool = False) -> dict[str, str]:
    """The HTML of the three panels, by their keys: digit and words, what the network saw, ten bars.

    `begun` is when the page began to work on this drawing, by `time.perf_counter`; how long it took, and the
    network's part, stand in the answer's `data-milliseconds` and `data-network-milliseconds`. `data-strokes` counts
    finished strokes: with `pen_down` the pen is still on the last one.
    """
    return {
        "answer": _answer_html(reading, network_name, begun, pen_down),
        "input28": _input_html(reading),
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


class Answers:
    """One reader's answers to one visitor's drawings; a drawing that was answered just now is not read again.

    The script's thread and those of the live channel may ask at the same time: a lock makes them take turns, so that
    a finished drawing always has the very same reading and panels.
    """

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        # Of the last finished drawing (False), and of the last one with the pen still down (True).
        self._read: dict[bool, Reading] = {}
        self._shown: tuple[Reading, dict[str, str]] | None = None
        self._lock = RLock()

    @property
    def name(self) -> str:
        """What the network is called."""
        return "" if self.reader is None else self.reader.name

    def reading(self, strokes: Strokes, pen_down: bool = False) -> Reading:
        """Return what the network reads in a drawing."""
        with self._lock:
            last = self._read.get(pen_down)
            if last is None or not last.strokes.same(strokes):
                last = Reading.unread(strokes) if self.reader is None else self.reader.read(strokes, pen_down)
                self._read[pen_down] = last
            return last

    def panels(self, strokes: Strokes, begun: float, pen_down: bool = False) -> dict[str, str]:
        """Return the same as HTML by panel, see `answer_panels`; for a finished drawing always the very same."""
        with self._lock:
            reading = self.reading(strokes, pen_down)
            if pen_down:
                return answer_panels(reading, self.name, begun, pen_down)
            last = self._shown
            if last is None or last[0] is not reading:
                self._shown = last = (reading, answer_panels(reading, self.name, begun))
            return last[1]


def percent(probability: float) -> str:
    """A probability as people write it; never rounded to a certainty that it is not."""
    if probability > 0.999:
        return "over 99.9 %"
    if probability < 0.001:
        return "under 0.1 %"
    return f"{100 * probability:.1f} %"


def _answer_html(reading: Reading, network_name: str, begun: float, pen_down: bool) -> str:
    strokes = len(reading.strokes.paths) - pen_down
    if reading.verdict is None or reading.probabilities is None:
        if reading.prepared.reason == NOTHING or (pen_down and strokes == 0):
            words, detail = "Draw a digit", "One of 0 to 9, or several in a row, as large as you like."
        else:
            words, detail = "Nothing to read", reading.prepared.reason
        if not reading.prepared.reason:
            words, detail = "No network", "There is no network to read with."
        return _said("?", words, f"<span>{detail}</span>", f'data-digit="" data-strokes="{strokes}"', "empty")
    order = np.argsort(reading.probabilities)[::-1]
    best, second = int(order[0]), int(order[1])
    sure, other = float(reading.probabilities[best]), float(reading.probabilities[second])
    own = 1000 * (perf_counter() - begun)
    facts = (
        f'data-digit="{reading.text}" data-strokes="{strokes}" '
        f'data-milliseconds="{own:.2f}" data-network-milliseconds="{reading.network_ms:.2f}"'
    )
    by = f"by {escape(network_name)}"
    if reading.refused:
        nothing = float(reading.verdict.nothing[reading.shown])
        detail = f"<span>no digit: {percent(nothing)}</span><span>nearest: {best}</span>{by}"
        return _said("?", "Not a digit yet" if pen_down else "I can’t read this", detail, facts, "refused")
    if len(reading.pieces) > 1:
        which = f"least sure: the {_ordinal(reading.shown)}"
        detail = f"<span>{which}</span><span>{best}: {percent(sure)}, next {second}: {percent(other)}</span>{by}"
        words = "Sure" if sure >= SURE else f"Perhaps {second} for the {_ordinal(reading.shown)}"
        return _said(reading.text, words, detail, facts, "number")
    detail = f"<span>{best}: {percent(sure)}</span><span>next {second}: {percent(other)}</span>{by}"
    return _said(str(best), in_words(sure, second).capitalize(), detail, facts, "")


def _said(digit: str, words: str, detail: str, facts: str, kind: str) -> str:
    # Numbers of many digits have to fit where one digit stands large.
    size = f' style="--digits:{len(digit)}"' if len(digit) > 1 else ""
    return (
        f'<div class="{f"answer {kind}".strip()}" role="status" {facts}><div class="digit"{size}>{digit}</div>'
        f'<div class="words">{words}</div><div class="detail">{detail}</div></div>'
    )


def _ordinal(place: int) -> str:
    return ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")[place] if place < 8 else "last"


def _input_html(reading: Reading) -> str:
    picture = reading.prepared.picture
    seen = "an empty picture" if picture is None else "the framed drawing"
    boxes = _boxes_html(reading) if len(reading.pieces) > 1 else ""
    kind = "seen cut" if boxes else "seen"
    return (
        f'<figure class="{kind}">{boxes}<img src="{ink_picture(BLANK if picture is None else picture)}" '
        f'alt="What the network sees, 28 by 28 pixels: {seen}" decoding="sync">'
        f"<figcaption>What the network sees: <span>28 × 28 pixels</span></figcaption></figure>"
    )


def _boxes_html(reading: Reading) -> str:
    """The whole drawing, small, with a box around each digit; the one that is looked into stands out."""
    # As a picture of its own: Streamlit takes bare SVG out of a page's HTML.
    address = b64encode(boxes_svg(reading.strokes, reading.pieces, reading.shown).encode()).decode()
    return (
        f'<img class="boxes" src="data:image/svg+xml;base64,{address}" '
        f'alt="The drawing, cut into {len(reading.pieces)} digits" data-boxes="{len(reading.pieces)}">'
    )


def boxes_svg(strokes: Strokes, pieces: list[Piece], shown: int) -> str:
    """The drawing, 100 units on its longer side, with a box around each piece; `shown` is the one looked into."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max()) or 1.0
    width, height = 100 * (high - low) / extent + 8
    lines, boxes = [], []
    for place, piece in enumerate(pieces):
        for path in piece.strokes.paths:
            at = 100 * (path - low) / extent + 4
            lines.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>')
        own = 100 * (np.concatenate(piece.strokes.paths) - low) / extent + 4
        (left, top), (right, bottom) = own.min(axis=0) - 2.5, own.max(axis=0) + 2.5
        looks = 'stroke="#2452e6" stroke-width="2"' if place == shown else 'stroke="#8899b5" stroke-width="1.2"'
        size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
        boxes.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} rx="2" {looks}/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" fill="none">'
        f'<g stroke="{INK}" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">{"".join(lines)}</g>'
        f"{''.join(boxes)}</svg>"
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
            f'<span class="track"><span class="level" style="transform:translateY({100 - 100 * p:.1f}%)"></span></span>'
            f'<span class="name">{digit}</span></div>'
        )
    spoken = "No probabilities yet" if best < 0 else ", ".join(f"{d}: {percent(p)}" for d, p in enumerate(values))
    return f'<div class="bars" role="img" aria-label="{spoken}">{"".join(bars)}</div>'
