"""The stand's canvas and its one large answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from markupsafe import Markup

from digitscope.digits.strokes import Strokes, StrokesError
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.networks import in_use
from digitscope.ui.common.templates import render
from digitscope.ui.common.words import Words
from digitscope.ui.draw.answer_text import SURE, Said, Share, answer_to
from digitscope.ui.draw.canvas import canvas
from digitscope.ui.draw.live import follow_pen
from digitscope.ui.kiosk.visitor import canvas_state, say, visitor

SIDE = 800
"""The canvas's side in its own pixels; watch.js scales it to the room there is."""
PEN = 34


def show_canvas() -> None:
    """Show the canvas, read what is on it, and note whether a new drawing has begun."""
    own, state = visitor(), canvas_state()
    try:
        with st.container(key="canvas"):
            strokes = canvas(PEN, SIDE, "event_canvas")
    except StrokesError:
        strokes = Strokes((), SIDE)
    if state.receive(strokes):
        own.begin_drawing()
    reader = in_use()
    name = "" if reader is None else reader.name
    if state.reading is None or state.read_by != name or not state.reading.strokes.same(strokes):
        state.reading, state.read_by = _read(strokes, reader), name
    if state.pending and own.watched and not own.inviting:
        own.touched = True


def _read(strokes: Strokes, reader: Reader | None, pen_down: bool = False) -> Reading:
    return Reading.unread(strokes) if reader is None else reader.read(strokes, pen_down)


def pending_reading() -> Reading | None:
    """Return the reading of a visitor's drawing that waits to be dealt with, or None.

    That is one digit, or a drawing that the network refused: nobody is asked about a number of several digits.
    """
    own, state = visitor(), canvas_state()
    reading = state.reading
    if reading is None or reading.verdict is None or own.inviting or not own.watched or not state.pending:
        return None
    return reading if len(reading.pieces) == 1 or reading.refused else None


def shows_number() -> bool:
    """Return whether a visitor has drawn a number of several digits."""
    own, state = visitor(), canvas_state()
    asked = own.watched and not own.inviting and state.pending
    return asked and state.reading is not None and len(state.reading.text) > 1


def said_digit(reading: Reading) -> int | None:
    """Return the digit that the network read, or None for a number or a refusal."""
    return int(reading.text) if len(reading.text) == 1 else None


def probability_of(reading: Reading, digit: int) -> float:
    """Return how likely it is this digit, 0 to 1, the chance that it is none taken into account."""
    assert reading.verdict is not None
    shown = reading.verdict.probabilities[reading.shown][digit] * (1 - reading.verdict.nothing[reading.shown])
    return float(shown)


def show_answer() -> None:
    """Show the answer, which follows the pen, as large as it goes."""
    reading = canvas_state().reading
    assert reading is not None, "show_canvas comes first"
    words, reader = say(), in_use()
    with st.container(key="answer"):
        st.html(answer_html(reading, words))

    def live(drawn: Strokes, down: bool) -> dict[str, str]:
        return {"answer": answer_html(_read(drawn, reader, down), words, down)}

    follow_pen(reading.strokes, PEN, answer=live)


def answer_html(reading: Reading, words: Words, pen_down: bool = False) -> Markup:
    """Return the answer in a language; with `pen_down` the pen is still on the last stroke, which does not count."""
    return render("draw/answer.html", answer=answer_to(reading, EventWords(words), pen_down))


class EventWords:
    """What an answer says on the event page, in one of its languages; see `AnswerWords`."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def no_network(self) -> Said:
        return Said(self.words("no_network"))

    def empty(self) -> Said:
        return Said(self.words("invite"), (self.words("invite_detail"),))

    def unreadable(self, reason: str) -> Said:
        return Said(self.words("speck"), (self.words("speck_detail"),))

    def refused(self, nearest: int, nothing: float, pen_down: bool) -> Said:
        return Said(self.words("refused"), (self.words("refused_detail"),))

    def one_digit(self, best: Share, second: Share) -> Said:
        words = self.words
        if best[1] >= SURE:
            judged = words("sure")
        else:
            judged = words("perhaps", digit=second[0]) if best[1] >= 0.5 else words("unsure", digit=second[0])
        return Said(judged, tuple(self._share(share) for share in (best, second)))

    def either(self, digits: Sequence[int], best: Share, second: Share) -> Said:
        others = ", ".join(map(str, digits[:-1]))
        return replace(self.one_digit(best, second), words=self.words("either", digits=others, last=digits[-1]))

    def number(self, place: int, best: Share, second: Share) -> Said:
        return self.one_digit(best, second)

    def _share(self, share: Share) -> str:
        digit, probability = share
        # Never rounded to a certainty that it is not.
        shown = "> 99.9" if probability > 0.999 else "< 0.1" if probability < 0.001 else f"{100 * probability:.1f}"
        return render("kiosk/canvas_share.html", text=self.words("percent", digit=digit, share=shown))
