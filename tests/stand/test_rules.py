"""The rules of the challenges, accuracy and confusions: no clock, no page."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest

from digitscope.stand import challenges
from digitscope.stand.accuracy import accuracy, confusions


def test_ten_digits_against_the_clock(rng):
    game = challenges.begin_ten(rng, now=100.0)
    assert sorted(game.wanted) == list(range(10))
    first = game.wanted[0]
    assert game.read((first + 1) % 10, 101.0) == game
    assert game.read(None, 101.0) == game
    for place, digit in enumerate(game.wanted):
        assert game.next == digit
        game = game.read(digit, 102.0 + place)
    assert game.over
    assert challenges.ten_result(game) == challenges.Result("ten", 10, 11.0)
    assert game.next is None


def test_time_is_up(rng):
    game = challenges.begin_ten(rng, now=100.0).read(None, 101.0)
    game = game.read(game.wanted[0], 110.0)
    assert not game.at(129.9).over
    late = game.read(game.wanted[1], 130.1)
    assert late.over
    assert challenges.ten_result(late) == challenges.Result("ten", 1, 30.0)
    assert late.read(game.wanted[1], 131.0) == late


def test_the_digit_of_the_hour_changes_every_hour():
    day = [challenges.digit_of_the_hour(datetime(2026, 11, 24, hour, 59)) for hour in range(24)]
    assert day == [challenges.digit_of_the_hour(datetime(2026, 11, 24, hour)) for hour in range(24)]
    assert all(one != other for one, other in pairwise(day))
    assert set(day) == set(range(10))


def test_points():
    assert [challenges.clearness(p) for p in (-0.1, 0.0, 0.5, 0.9996, 1.0, 1.1)] == [0, 0, 500, 999, 1000, 1000]
    assert challenges.trick(0.25) == 750


def test_accuracy_on_visitors_drawings():
    # Two right of four digits; what was meant as no digit does not count.
    measured = accuracy([(1, 1), (2, 2), (7, 1), (4, None), (None, None), (None, 3)])
    assert (measured.right, measured.n, measured.share) == (2, 4, 0.5)
    # By hand: z = 1.96, (0.5 + z²/8) / (1 + z²/4) is 0.5, the half width z sqrt(1/16 + z²/64) / (1 + z²/4).
    low, high = measured.interval
    assert (low, high) == pytest.approx((0.15004, 0.84996), abs=1e-4)
    assert accuracy([]).interval == (0.0, 1.0)


def test_confusions():
    table = confusions([(1, 1), (1, 1), (7, 1), (4, None), (None, 3)])
    assert table.shape == (10, 11)
    assert table[1, 1] == 2
    assert table[7, 1] == 1
    assert table[4, 10] == 1
    assert table.sum() == 4
    assert np.issubdtype(table.dtype, np.integer)
