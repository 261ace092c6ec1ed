"""The answer's three panels: the digit and how sure in words, the 28 x 28 picture that was read, ten bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
import streamlit as st

from digitscope.recognition import Reading
from digitscope.ui.common.bars import bars_of, empty_bars
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import render, svg_address
from digitscope.ui.draw.answer_text import SURE, Answer, Said, Share, answer_to
from digitscope.ui.draw.sketch import boxes_svg

Array = np.ndarray

BLANK = np.zeros((28, 28), np.uint8)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def answer_panels(reading: Reading, network_name: str, begun: float, pen_down: bool = False) -> dict[str, str]:
    """Return the HTML of the three panels, by their keys: digit and words, what the network saw, ten bars.

    `begun` is when the page began to work on this drawing, by `time.perf_counter`; how long it took, and the
    network's part, stand in the answer's `data-milliseconds` and `data-network-milliseconds`. `data-strokes` counts
    finished strokes: with `pen_down` the pen is still on the last one.
    """
    panels = {
        "answer": render("draw/answer.html", answer=_answer(reading, network_name, begun, pen_down)),
        "input28": _picture_html(reading),
        "probabilities": _bars_html(reading.probabilities),
    }
    # Plain strings: Markup would escape whatever it is put together with.
    return {key: str(html) for key, html in panels.items()}


def show_answer(panels: dict[str, str]) -> None:
    """Show the three panels."""
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left, st.container(key="answer"):
        st.html(panels["answer"])
    with right, st.container(key="input28"):
        st.html(panels["input28"])
    with st.container(key="probabilities"):
        st.html(panels["probabilities"])


def percent(probability: float) -> str:
    """Write a probability as people do; never rounded to a certainty that it is not."""
    if probability > 0.999:
        return "over 99.9 %"
    if probability < 0.001:
        return "under 0.1 %"
    return f"{100 * probability:.1f} %"


def in_words(probability: float, second: int) -> str:
    """Say how sure an answer is; `second` is the digit that comes next."""
    if probability >= SURE:
        return "sure"
    return f"perhaps {second}" if probability >= 0.5 else f"or {second}, or something else"


class PageWords:
    """What an answer says on the usual page; see `AnswerWords`."""

    def no_network(self) -> Said:
        return Said("No network", ("There is no network to read with.",))

    def empty(self) -> Said:
        return Said("Draw a digit", ("One of 0 to 9, or several in a row, as large as you like.",))

    def unreadable(self, reason: str) -> Said:
        return Said("Nothing to read", (reason,))

    def refused(self, nearest: int, nothing: float, pen_down: bool) -> Said:
        words = "Not a digit yet" if pen_down else "I can’t read this"
        return Said(words, (f"no digit: {percent(nothing)}", f"nearest: {nearest}"))

    def one_digit(self, best: Share, second: Share) -> Said:
        lines = f"{best[0]}: {percent(best[1])}", f"next {second[0]}: {percent(second[1])}"
        return Said(in_words(best[1], second[0]).capitalize(), lines)

    def either(self, digits: Sequence[int], best: Share, second: Share) -> Said:
        words = f"{', '.join(map(str, digits[:-1]))} or {digits[-1]}"
        return replace(self.one_digit(best, second), words=words)

    def number(self, place: int, best: Share, second: Share) -> Said:
        which = ORDINALS[place] if place < len(ORDINALS) else "last"
        words = "Sure" if best[1] >= SURE else f"Perhaps {second[0]} for the {which}"
        detail = f"{best[0]}: {percent(best[1])}, next {second[0]}: {percent(second[1])}"
        return Said(words, (f"least sure: the {which}", detail))


WORDS = PageWords()


def _answer(reading: Reading, network_name: str, begun: float, pen_down: bool) -> Answer:
    answer = answer_to(reading, WORDS, pen_down)
    if reading.verdict is None:
        return answer
    times = {
        "data-milliseconds": f"{1000 * (perf_counter() - begun):.2f}",
        "data-network-milliseconds": f"{reading.network_ms:.2f}",
    }
    facts = answer.facts | times
    if "data-set" in facts:
        # Comes last: the live channel appends the attributes that the answer before did not have.
        facts["data-set"] = facts.pop("data-set")
    return replace(answer, facts=facts, reader=f"by {network_name}")


def _picture_html(reading: Reading) -> str:
    picture = reading.prepared.picture
    several = len(reading.pieces) > 1 and reading.picture is None
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
