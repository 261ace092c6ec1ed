"""The timeline: what is said about changes, by hand-made cases, and what the shipped network thinks of a growing 2."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.architectures import build
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader
from digitscope.recognition.timeline import Change, Timeline, changes, timeline
from digitscope.ui.draw.sketch import grown_svg
from digitscope.ui.draw.timeline import changes_in_words
from digitscope.ui.draw.timeline_chart import chart_data
from tests.ui.test_page import draw, fresh_caches, html, opened  # noqa: F401, fixtures

NOBODY = Reader(build("notebook"), {}, "made up")


def made_up(said: list[int]) -> Timeline:
    """A timeline that only says what it is told to: the digit with 0.91, all others with 0.01."""
    n, answers = len(said), np.array(said)
    probabilities = np.full((n, 10), 0.01, np.float32)
    probabilities[np.arange(n), answers] = 0.91
    path = np.array([[0.0, 0], [n, 0]])
    grown = [Strokes((path * (k / n),)) for k in range(1, n + 1)]
    pictures = np.zeros((n, 28, 28), np.uint8)
    return Timeline(grown[-1], NOBODY, grown, pictures, probabilities, np.zeros(n, np.float32), answers)


def test_changes_pass_over_what_is_not_read():
    said = np.array([-1, 7, 7, -1, 2, 2, -1, 2, 7])
    assert changes(said) == [Change(1, None, 7), Change(4, 7, 2), Change(8, 2, 7)]
    assert changes(np.array([-1, -1])) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            [-1, 7, 7, 2],
            ["After 50 % of the strokes it was first read as 7.", "After 100 % of the strokes 7 became 2."],
        ),
        ([-1, 1], ["After 100 % of the strokes it was first read as 1.", "It stayed that to the end."]),
        ([1, -1, 1, 1], ["After 25 % of the strokes it was first read as 1."]),
        ([3, -1], ["After 50 % of the strokes it was first read as 3.", "In the end it is not read as a digit."]),
        ([-1, -1], ["At no moment was it read as a digit."]),
    ],
)
def test_changes_in_words(said: list[int], words: list[str]):
    assert changes_in_words(made_up(said)) == words


def test_many_changes_are_told_in_short():
    words = changes_in_words(made_up([1, 7] * 5))
    assert words[0] == "The answer changed 9 times. The last 6 changes:"
    assert len(words) == 7


def test_the_chart_names_those_that_led_and_leaves_the_others_faint():
    table = chart_data(made_up([-1, 7, 7, 2, 2, 2, 1, 0]), 3)
    assert set(table[table["kind"] == "leading"]["digit"]) == {"2", "7", "0"}
    assert len(table[table["kind"] == "other"]) == 7 * 8
    assert table[table["kind"] == "name"][["digit", "rank"]].to_numpy().tolist() == [["0", "2"], ["2", "0"], ["7", "1"]]
    assert table[table["kind"] == "unread"][["share", "end"]].to_numpy().tolist() == [[0.0, 0.125]]
    assert table[table["kind"] == "now"]["share"].tolist() == [0.5]


def test_a_two_was_a_seven():
    reader = Reader.shipped()
    line = timeline(SAMPLES[2][0], reader)
    assert line.leaders[:2] == [7, 2]
    found = changes(line.said)[-1]
    assert (found.before, found.after) == (7, 2)
    assert 0.5 < line.shares[found.moment] < 0.95
    # Whatever is said in the end is what is said to that picture alone.
    np.testing.assert_allclose(line.probabilities[-1].sum(), 1, rtol=1e-5)
    again = timeline(SAMPLES[2][0], reader, 1)
    np.testing.assert_allclose(again.probabilities[-1], line.probabilities[-1], atol=1e-6)


def test_dots_have_no_probabilities():
    line = timeline(Strokes((np.array([[5.0, 5], [6, 6]]),), 340.0), Reader.shipped())
    assert np.isnan(line.probabilities).all()
    assert changes_in_words(line) == ["At no moment was it read as a digit."]
    assert set(chart_data(line, 0)["kind"]) == {"unread", "now"}


def test_the_drawing_is_inked_up_to_the_pen():
    whole = Strokes((np.array([[0.0, 0], [10, 0], [10, 10]]),))
    picture = grown_svg(whole, Strokes((np.array([[0.0, 0], [10, 0]]),)))
    assert '<polyline points="8.0,8.0 92.0,8.0 92.0,92.0"/>' in picture
    assert '<polyline points="8.0,8.0 92.0,8.0"/>' in picture
    assert '<circle cx="92.0" cy="8.0"' in picture


def test_it_is_computed_only_where_it_is_looked_at(draw, monkeypatch):  # noqa: F811
    draw(SAMPLES[2][0])
    computed: list[Strokes] = []

    def noted(strokes: Strokes, reader: Reader) -> Timeline:
        computed.append(strokes)
        return timeline(strokes, reader)

    monkeypatch.setattr("digitscope.ui.draw.timeline.timeline", noted)
    app = opened()
    assert not computed
    app.session_state["panels"] = "Timeline"
    app.run()
    assert not app.exception
    assert len(computed) == 1
    assert "7 became 2" in html(app)
    assert 'data-digit="2" data-share="100"' in html(app)
    app.slider(key="timeline_share").set_value(60).run()
    assert not app.exception
    assert 'data-digit="7" data-share="60"' in html(app)
    assert len(computed) == 1, "scrubbing computes nothing"


@pytest.mark.parametrize("strokes", [Strokes(()), Strokes(tuple(np.array([[0.0, k], [300, k]]) for k in range(201)))])
def test_nothing_and_too_much_get_a_sentence(draw, strokes: Strokes):  # noqa: F811
    draw(strokes)
    app = opened()
    app.session_state["panels"] = "Timeline"
    app.run()
    assert not app.exception
    assert ("too large for a timeline" if strokes.paths else "go back through its strokes") in html(app)


def test_a_number_offers_its_digits(draw):  # noqa: F811
    two = SAMPLES[2][0].paths[0]
    one = SAMPLES[1][0].paths[0]
    draw(Strokes((two, one + np.array([1.6, 0])), 3.0))
    app = opened()
    app.session_state["panels"] = "Timeline"
    app.run()
    assert not app.exception
    app.session_state["timeline_piece"] = 0
    app.run()
    assert "7 became 2" in html(app)
    app.session_state["timeline_piece"] = 1
    app.run()
    assert not app.exception
    assert "7 became 2" not in html(app)
