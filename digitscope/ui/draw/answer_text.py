"""What an answer says: one rule for which sentences a reading gets; the words are those of the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from digitscope.digits.preprocess import NOTHING
from digitscope.recognition import Reading

SURE = 0.9
"""From this probability on an answer is called sure. The probabilities are calibrated: at the bound one in ten errs."""

Share = tuple[int, float]
"""A digit and its probability, 0 to 1."""


@dataclass(frozen=True)
class Said:
    """The words of an answer, and its details, one a line."""

    words: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """An answer as "draw/answer.html" shows it."""

    digit: str
    words: str
    lines: tuple[str, ...]
    """Details, one a line."""
    facts: dict[str, object] = field(default_factory=dict)
    """The element's `data-*` attributes."""
    reader: str = ""
    """Which network read the drawing."""
    kind: str = ""
    """The element's second class: "", "empty", "refused" or "number"."""


class AnswerWords(Protocol):
    """A page's words for each kind of reading."""

    def no_network(self) -> Said:
        """Say that there is nothing to read with."""

    def empty(self) -> Said:
        """Invite to draw: nothing is drawn yet."""

    def unreadable(self, reason: str) -> Said:
        """Say that a drawing could not be framed; `reason` is a sentence in English."""

    def refused(self, nearest: int, nothing: float, pen_down: bool) -> Said:
        """Say that it is no digit, which has the probability `nothing`; `nearest` is the digit that comes closest."""

    def one_digit(self, best: Share, second: Share) -> Said:
        """Say how sure a digit is."""

    def either(self, digits: Sequence[int], best: Share, second: Share) -> Said:
        """Name the digits of a prediction set that holds two or more, the likeliest first."""

    def number(self, place: int, best: Share, second: Share) -> Said:
        """Say how sure the least certain digit of a number is, which stands at `place`, from 0."""


def answer_to(reading: Reading, words: AnswerWords, pen_down: bool = False) -> Answer:
    """Return what an answer says to a reading.

    Its facts are `data-digit`, what was read or "", and `data-strokes`, the number of finished strokes: with
    `pen_down` the pen is still on the last one; for a single digit also `data-set`, its prediction set.
    """
    strokes = len(reading.strokes.paths) - pen_down
    facts: dict[str, object] = {"data-digit": reading.text, "data-strokes": strokes}
    if reading.verdict is None or reading.probabilities is None:
        said = _unread(reading.prepared.reason, words, nothing_yet=pen_down and strokes == 0)
        return Answer("?", said.words, said.lines, facts, kind="empty")
    digits = [int(digit) for digit in np.argsort(reading.probabilities)[::-1][:2]]
    best, second = ((digit, float(reading.probabilities[digit])) for digit in digits)
    if reading.refused:
        said = words.refused(best[0], float(reading.verdict.nothing[reading.shown]), pen_down)
        return Answer("?", said.words, said.lines, facts, kind="refused")
    if len(reading.pieces) > 1:
        said = words.number(reading.shown, best, second)
        return Answer(reading.text, said.words, said.lines, facts, kind="number")
    own_set = reading.sets[0] if len(reading.sets) == 1 else []
    said = words.either(own_set, best, second) if len(own_set) > 1 else words.one_digit(best, second)
    return Answer(reading.text, said.words, said.lines, facts | {"data-set": " ".join(map(str, own_set))})


def _unread(reason: str, words: AnswerWords, nothing_yet: bool) -> Said:
    if not reason:
        return words.no_network()
    return words.empty() if reason == NOTHING or nothing_yet else words.unreadable(reason)
