"""Conformal sets: bounds worked by hand, the guarantee on drawn numbers, and what a header may say."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.conformal import ERROR, from_header, least_probabilities, prediction_sets, set_members, set_quality
from cnn.verdict import Verdict


def verdict(own, labels, refused=None):
    """A verdict that gives each label its `own` probability, and what is left to the digit after it."""
    n = len(labels)
    probabilities = np.zeros((n, 10))
    probabilities[np.arange(n), labels] = own
    probabilities[np.arange(n), (labels + 1) % 10] = 1 - np.asarray(own)
    return Verdict(probabilities, np.zeros(n), np.zeros(n, bool) if refused is None else refused)


def test_the_bound_by_hand():
    # Of 9 drawings of a 3, ceil(10 * 0.8) = 8 must reach the bound: the second lowest probability.
    own = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    least = least_probabilities(verdict(own, np.full(9, 3)), np.full(9, 3), error=0.2)
    assert least[3] == pytest.approx(0.2)
    assert not least[[0, 1, 2, 4, 5, 6, 7, 8, 9]].any(), "no drawing at all: no guarantee without the digit itself"


def test_refused_drawings_do_not_count():
    own, labels = np.full(100, 0.9), np.full(100, 3)
    own[:2] = 0.1
    assert least_probabilities(verdict(own, labels), labels, error=0.01)[3] == pytest.approx(0.1)
    assert least_probabilities(verdict(own, labels, np.arange(100) < 2), labels, error=0.02)[3] == pytest.approx(0.9)
    assert least_probabilities(verdict(own, labels, np.arange(100) < 2), labels, error=0.01)[3] == 0, "too few"


def test_sets_keep_the_promise_for_each_digit():
    rng = np.random.default_rng(3)

    def people(n):
        labels = rng.integers(0, 10, n)
        # Digits differ in how hard they are: a bound for all together would fail the hard ones.
        return verdict(rng.beta(8 - 0.6 * labels, 1), labels), labels

    least = least_probabilities(*people(20_000))
    said, labels = people(20_000)
    sets = prediction_sets(said, least)
    for digit in range(10):
        assert set_quality(sets[labels == digit], labels[labels == digit]).coverage >= 1 - ERROR - 0.005
    assert set_quality(sets, labels).coverage == pytest.approx(1 - ERROR, abs=0.003)


def test_what_is_refused_has_the_empty_set_and_nothing_else_has():
    said = verdict(np.array([0.9, 0.9, 0.6]), np.array([1, 1, 1]), np.array([False, True, False]))
    sets = prediction_sets(said, np.full(10, 0.95))
    assert sets.sum(axis=1).tolist() == [1, 0, 1]
    assert sets[0, 1]


def test_a_reading_names_its_digits_the_likeliest_first():
    probabilities = np.array([[0, 0.3, 0, 0, 0, 0, 0, 0.69, 0, 0.01], [0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0]])
    said = Verdict(probabilities, np.zeros(2), np.array([False, True]))
    assert set_members(said, np.full(10, 0.05)) == [[7, 1], []]
    assert set_members(said, np.full(10, 0.5)) == [[7], []]


@pytest.mark.parametrize("least", [None, "0.1", [0.1] * 9, [0.1] * 9 + [2], [0.1] * 9 + ["x"], [0.1] * 9 + [True]])
def test_a_header_that_makes_no_sense_has_no_bounds(least):
    assert from_header({"least_probabilities": least}) is None
    np.testing.assert_array_equal(from_header({"least_probabilities": [0.1] * 10}), np.full(10, 0.1))
