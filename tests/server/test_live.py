"""The live channel by itself: what it builds upon, what it refuses, how it slows down, and that memory stays tidy."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref

import numpy as np
import pytest

from cnn.test_time_augmentation import CONFIDENT
from digitscope.digits.prefixes import moments
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes, StrokesError
from digitscope.server import garbage
from digitscope.server.live import _parsed
from digitscope.server.throttle import LATE, OFTEN, RARE, Throttle
from digitscope.ui.common.networks import in_use
from digitscope.ui.draw.answer_cache import AnswerCache
from digitscope.ui.draw.channel import REMEMBERED, Channel, MessageError, channel_for
from testkit.concurrency import run_in_thread

LINE = {"type": "path", "path": [["M", 10, 10], ["L", 200, 300]]}


def channel() -> Channel:
    made = Channel(answer=lambda strokes, down: {"answer": f"{len(strokes.paths)} {down}"})
    made.settle(Strokes((), 340))
    return made


def message(**parts: object) -> dict:
    return {"version": 1, "objects": [LINE], "down": False} | parts


def test_new_strokes_are_added_to_the_settled_drawing():
    live = channel()
    assert live.respond(message()) == {"answer": "1 False"}
    live.settle(Strokes((np.zeros((2, 2)),), 340))
    assert live.respond(message(version=2, down=True)) == {"answer": "2 True"}
    assert live.respond(message(version=1)) == {"answer": "1 False"}, "the one under way before still counts"


def test_a_drawing_that_was_given_up_is_not_answered():
    live = channel()
    for _ in range(REMEMBERED):
        live.settle(Strokes((), 340))
    with pytest.raises(MessageError):
        live.respond(message(version=1))


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        [],
        {},
        message(objects=None),
        message(objects="x" * 1000),
        message(version="1"),
        message(version=True),
        message(version=10**400),
        message(version=[[]]),
        message(objects=[LINE] * 6000),
        message(later=True),
    ],
)
def test_hostile_messages_are_refused_in_a_sentence(hostile):
    with pytest.raises((MessageError, StrokesError), match=r"\.$"):
        channel().respond(hostile)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300, 10**400, "7", None, True, {}, [[[]]]])
def test_hostile_numbers_are_passed_over(number):
    network = in_use()
    read = AnswerCache(network)
    live = Channel(answer=lambda strokes, down: read.panels(strokes, 0.0, down))
    live.settle(Strokes((), 340))
    bad = {"type": "path", "path": [["M", number, 3], ["L", number, number], ["Q", 1, 2, 3, number], number]}
    assert 'data-strokes="0"' in live.respond(message(objects=[bad, number]))["answer"]


def test_text_that_is_no_message_is_none():
    assert _parsed("[" * 100_000) == {}
    assert _parsed("{") == {}
    assert _parsed("7") == {}
    assert _parsed(json.dumps(message())) == message()


def test_only_who_knows_the_token_is_answered():
    with pytest.raises(MessageError):
        channel_for(Channel().token)
    foreign: object
    for foreign in (None, 7, "", ["a"], {}):
        with pytest.raises(MessageError):
            channel_for(foreign)


def test_a_name_that_is_markup_is_shown_as_text():
    network = in_use()
    assert network is not None
    named = AnswerCache(network.named("<img src=x onerror=alert(1)>"))
    shown = named.panels(Strokes(tuple(340 * path for path in SAMPLES[7][0].paths), 340), 0.0)["answer"]
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_a_drawing_that_was_answered_live_is_not_read_again(monkeypatch):
    answers = AnswerCache(in_use())
    drawing = Strokes(tuple(340 * path for path in SAMPLES[7][0].paths), 340)
    first = answers.panels(drawing, 0.0)
    answers.panels(SAMPLES[3][0], 0.0, pen_down=True)
    again = Strokes(tuple(path.copy() + 1e-9 for path in drawing.paths), 340)
    assert answers.panels(again, 5.0) is first


def test_an_unfinished_drawing_is_looked_at_once_and_a_finished_one_again_when_in_doubt():
    reader = in_use()
    assert reader is not None
    for sample in (two[0] for two in SAMPLES.values()):
        for drawn in moments(Strokes(tuple(340 * path for path in sample.paths), 340), 8):
            glance, look = reader.read(drawn, pen_down=True), reader.read(drawn)
            if len(glance.pieces) != 1 or glance.verdict is None or look.verdict is None:
                continue
            picture = glance.pieces[0].prepared.picture
            assert picture is not None
            once = reader.tracer.predict(picture[None])
            np.testing.assert_allclose(glance.verdict.nothing, once[:, 10], atol=1e-6)
            if once.max() < CONFIDENT:
                assert np.abs(look.verdict.nothing - once[:, 10]).max() > 0
                return
    raise AssertionError("no beginning of a digit left any doubt")


def noted(pace: Throttle, seconds: float) -> tuple[float, bool]:
    """The interval, and whether answers are late, after a hundred that took so long."""
    for _ in range(100):
        pace.note(seconds)
    return pace.interval, pace.late


def test_late_answers_make_visitors_ask_less_often():
    pace = Throttle()
    assert pace.interval == OFTEN
    interval, late = noted(pace, 0.04)
    assert OFTEN < interval < RARE
    assert not late
    assert noted(pace, 2 * LATE) == (RARE, True)
    assert noted(pace, 0.004) == (OFTEN, False)


def test_who_stays_when_a_crowd_has_left_is_soon_answered_often(monkeypatch):
    now = 0.0
    monkeypatch.setattr("digitscope.server.throttle.perf_counter", lambda: now)
    pace = Throttle()
    for _ in range(300):
        now += 0.01
        pace.note(2 * LATE)
    assert pace.interval == RARE
    begun = now
    while pace.interval > OFTEN:
        now += pace.interval
        pace.note(0.005)
    assert now - begun < 8


class Ring:
    """Something that only a collection can free."""

    def __init__(self) -> None:
        self.itself = self


def test_memory_is_collected_in_pauses(monkeypatch):
    monkeypatch.setattr(garbage, "EVERY", 0.01)
    drawing = True

    async def scenario() -> tuple[bool, bool]:
        nonlocal drawing
        tidying = asyncio.create_task(garbage.keep_tidy(lambda: not drawing))
        await asyncio.sleep(0)
        gc.disable()
        try:
            ring = Ring()
            left = weakref.ref(ring)
            del ring
            await asyncio.sleep(0.1)
            while_drawing = left() is not None
            drawing = False
            while left() is not None:
                await asyncio.sleep(0.01)
            return while_drawing, True
        finally:
            gc.enable()
            tidying.cancel()
            gc.unfreeze()

    assert run_in_thread(asyncio.wait_for(scenario(), 30)) == (True, True)
