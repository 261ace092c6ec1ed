"""What an answer says: which of a page's sentences goes with which reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.ui.draw.answer import PageWords
from digitscope.ui.draw.answer_text import Answer, Said, Share, answer_to

NOTHING = Strokes((), 1.0)
SPECK = Strokes((np.array([[0.5, 0.5], [0.501, 0.5]]),), 1.0)
SEVEN = SAMPLES[7][0]
TWELVE = Strokes(tuple(path * 0.4 + (0.5 * place, 0.3) for place, digit in enumerate((1, 2))
                       for path in SAMPLES[digit][0].paths), 1.0)  # fmt: skip
SCRAWL = Strokes((np.random.default_rng(3).uniform(0, 1, (60, 2)),), 1.0)


class Names:
    """Words that name the method which was called."""

    def no_network(self) -> Said:
        return Said("no network")

    def empty(self) -> Said:
        return Said("empty")

    def unreadable(self, reason: str) -> Said:
        return Said("unreadable", (reason,))

    def refused(self, nearest: int, nothing: float, pen_down: bool) -> Said:
        return Said("refused", (str(nothing > 0.5), str(pen_down)))

    def one_digit(self, best: Share, second: Share) -> Said:
        return Said("one digit", (str(best[0]), str(best[1] > second[1] > 0)))

    def either(self, digits: Sequence[int], best: Share, second: Share) -> Said:
        return Said("either", tuple(map(str, digits)))

    def number(self, place: int, best: Share, second: Share) -> Said:
        return Said("number", (str(place in (0, 1)), str(best[0])))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.shipped()


def answer(reading: Reading, pen_down: bool = False) -> Answer:
    return answer_to(reading, Names(), pen_down)


def test_nothing_is_drawn(reader):
    said = answer(reader.read(NOTHING))
    assert (said.words, said.digit, said.kind) == ("empty", "?", "empty")
    assert said.facts == {"data-digit": "", "data-strokes": 0}
    assert answer(reader.read(SPECK, pen_down=True), pen_down=True).words == "empty", "the first stroke has just begun"


def test_what_is_too_small_gets_the_reason(reader):
    reading = reader.read(SPECK)
    assert (answer(reading).words, answer(reading).lines) == ("unreadable", (reading.prepared.reason,))


def test_there_is_no_network():
    assert answer(Reading.unread(SEVEN)).words == "no network"


def test_a_digit(reader):
    said = answer(reader.read(SEVEN))
    assert (said.words, said.digit, said.kind, said.lines) == ("one digit", "7", "", ("7", "True"))
    assert said.facts == {"data-digit": "7", "data-strokes": 1, "data-set": "7"}
    assert answer(reader.read(SEVEN), pen_down=True).facts["data-strokes"] == 0


def test_a_set_of_two_is_named(reader):
    reading = replace(reader.read(SEVEN), sets=[[7, 1]])
    said = answer(reading)
    assert (said.words, said.digit, said.lines) == ("either", "7", ("7", "1"))
    assert said.facts["data-set"] == "7 1"
    assert PageWords().either([7, 1], (7, 0.6), (1, 0.3)).words == "7 or 1"
    assert PageWords().either([7, 1, 2], (7, 0.5), (1, 0.3)).words == "7, 1 or 2"


def test_a_number(reader):
    said = answer(reader.read(TWELVE))
    assert (said.words, said.digit, said.kind) == ("number", "12", "number")


@pytest.mark.parametrize("pen_down", [False, True])
def test_a_scrawl_is_refused(reader, pen_down):
    reading = reader.read(SCRAWL)
    assert reading.refused
    said = answer(reading, pen_down)
    assert (said.words, said.digit, said.kind, said.lines) == ("refused", "?", "refused", ("True", str(pen_down)))
