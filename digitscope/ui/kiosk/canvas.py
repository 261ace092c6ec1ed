"""The stand's board and its one large answer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from digitscope.digits.preprocess import NOTHING
from digitscope.digits.strokes import Strokes, StrokesError
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.networks import in_use
from digitscope.ui.common.words import Words
from digitscope.ui.draw.answer import SURE
from digitscope.ui.draw.canvas import canvas
from digitscope.ui.draw.live import follow_pen
from digitscope.ui.kiosk.visitor import say, visitor

SIDE = 800
"""The canvas's side in its own pixels; watch.js shows it as large as there is room."""
PEN = 34


def board() -> None:
    """Show the canvas, and read what is on it into the visitor's `reading`."""
    own = visitor()
    try:
        with st.container(key="canvas"):
            strokes = canvas(PEN, SIDE, "event_board")
    except StrokesError:
        strokes = Strokes((), SIDE)
    reader = in_use()
    name = "" if reader is None else reader.name
    if own.reading is None or not same(own.reading.strokes, strokes) or own.read_by != name:
        own.reading, own.read_by = _read(strokes, reader), name
    if strokes.empty:
        own.done = None
    elif own.watched and not own.inviting:
        own.touched = True
    if not strokes.empty and not is_done():
        own.said, own.kept = "", None


def _read(strokes: Strokes, reader: Reader | None, pen_down: bool = False) -> Reading:
    return Reading.unread(strokes) if reader is None else reader.read(strokes, pen_down)


def is_done() -> bool:
    """Whether what the board shows was dealt with already: also with strokes that were on their way meanwhile."""
    own = visitor()
    if own.done is None or own.done.empty or own.reading is None:
        return False
    return same(own.done, Strokes(own.reading.strokes.paths[: len(own.done.paths)], SIDE))


def same(one: Strokes, other: Strokes) -> bool:
    """Whether two drawings are the same, point by point."""
    return len(one.paths) == len(other.paths) and all(map(np.array_equal, one.paths, other.paths))


def fresh() -> Reading | None:
    """The reading of a drawing that waits to be dealt with: one digit, or one that cannot be read."""
    own = visitor()
    reading = own.reading
    if reading is None or reading.verdict is None or own.inviting or not own.watched or is_done():
        return None
    return reading if len(reading.pieces) == 1 or reading.refused else None


def several() -> bool:
    """Whether a number is on the board, of more than one digit: nobody is asked about that."""
    own = visitor()
    asked = own.watched and not own.inviting and not is_done()
    return asked and own.reading is not None and len(own.reading.text) > 1


def said_digit(reading: Reading) -> int | None:
    """What the network said: one digit, or None."""
    return int(reading.text) if len(reading.text) == 1 else None


def probability_of(reading: Reading, digit: int) -> float:
    """How likely it is this digit, 0 to 1, the chance that it is none included."""
    assert reading.verdict is not None
    shown = reading.verdict.probabilities[reading.shown][digit] * (1 - reading.verdict.nothing[reading.shown])
    return float(shown)


def show_answer() -> None:
    """The answer, as large as it goes; it follows the pen."""
    reading = visitor().reading
    assert reading is not None, "the board comes first"
    words, reader = say(), in_use()
    with st.container(key="answer"):
        st.html(answer_html(reading, words))

    def live(drawn: Strokes, down: bool) -> dict[str, str]:
        return {"answer": answer_html(_read(drawn, reader, down), words, down)}

    follow_pen(reading.strokes, PEN, answer=live)


def answer_html(reading: Reading, words: Words, down: bool = False) -> str:
    """The answer in a language; with `down` the pen is still on the last stroke, and that one does not count."""
    strokes = len(reading.strokes.paths) - down
    facts = f'data-digit="{reading.text}" data-strokes="{strokes}"'
    if reading.verdict is None or reading.probabilities is None:
        if not reading.prepared.reason:
            return _answer("?", words("no_network"), "", facts, "empty")
        empty = reading.prepared.reason == NOTHING or (down and strokes == 0)
        kind = ("invite", "invite_detail") if empty else ("speck", "speck_detail")
        return _answer("?", words(kind[0]), words(kind[1]), facts, "empty")
    if reading.refused:
        return _answer("?", words("refused"), words("refused_detail"), facts, "refused")
    order = np.argsort(reading.probabilities)[::-1]
    best, second = int(order[0]), int(order[1])
    sure = float(reading.probabilities[best])
    if sure >= SURE:
        judged = words("sure")
    else:
        judged = words("perhaps", digit=second) if sure >= 0.5 else words("unsure", digit=second)
    shares = [
        words("percent", digit=digit, share=_share(float(reading.probabilities[digit]))) for digit in (best, second)
    ]
    # Digits and signs keep their order in a text from right to left.
    detail = "".join(f'<span><bdi dir="ltr">{share}</bdi></span>' for share in shares)
    return _answer(reading.text, judged, detail, facts, "number" if len(reading.text) > 1 else "")


def _share(probability: float) -> str:
    # Never rounded to a certainty that it is not.
    return "> 99.9" if probability > 0.999 else "< 0.1" if probability < 0.001 else f"{100 * probability:.1f}"


def _answer(digit: str, words: str, detail: str, facts: str, kind: str) -> str:
    size = f' style="--digits:{len(digit)}"' if len(digit) > 1 else ""
    return (
        f'<div class="answer {kind}" role="status" {facts}><div class="digit"{size} dir="ltr">{digit}</div>'
        f'<div class="words">{words}</div><div class="detail">{detail}</div></div>'
    )
