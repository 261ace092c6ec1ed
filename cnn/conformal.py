"""Conformal prediction: answers as sets of digits, such as "1 or 7", that miss the truth at a rate chosen in advance.

For each digit the calibration finds the smallest probability that drawings of this digit by people the network never
saw still get, but for a share ERROR of them. A digit is in the answer's set if its probability reaches its own bound:
then of each digit's drawings that are read at most a share ERROR misses its truth, as long as new people draw like
those of the calibration (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, sections 2.2 and
4.5: inductive, label-conditional conformal predictors). What is refused gets the empty set: the threshold of refusing
has an error budget of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from cnn.verdict import DIGITS, Verdict

Array = np.ndarray

ERROR = 0.005
"""The share of each digit's drawings whose set may miss their truth, among those that are read.

With at most 0.3 % of all digits refused, at most one digit in a hundred is missed by its set.
"""


def least_probabilities(verdict: Verdict, labels: Array, error: float = ERROR) -> Array:
    """Calibrate: (10,) float64, the probability from which on each digit belongs to a set.

    `verdict` is what the network says to n pictures that it did not learn from, `labels` (n,) are their digits 0 to 9.
    Refused pictures do not count. Where a digit has too few others for the guarantee (fewer than 1 / error - 1), its
    bound is 0: it is in every set.
    """
    own = verdict.probabilities[np.arange(len(labels)), labels]
    least = np.zeros(DIGITS)
    for digit in range(DIGITS):
        ordered = np.sort(own[(labels == digit) & ~verdict.refused])[::-1]
        # The quantile of n + 1 values, one of which is the new drawing's own.
        rank = ceil((len(ordered) + 1) * (1 - error))
        if rank <= len(ordered):
            least[digit] = float(ordered[rank - 1])
    return least


def prediction_sets(verdict: Verdict, least: Array) -> Array:
    """Which digits each answer names: (n, 10) bool, from `least` (10,) as `least_probabilities` gives it.

    The most likely digit always belongs to the set, which only makes it larger; refused pictures have empty sets.
    """
    sets = verdict.probabilities >= least
    sets[np.arange(len(sets)), verdict.probabilities.argmax(axis=1)] = True
    return sets & ~verdict.refused[:, None]


def set_members(verdict: Verdict, least: Array) -> list[list[int]]:
    """The set of each of n answers, the most likely digit first: [1, 7] is "1 or 7", [] is refused.

    `least` (10,) is what `least_probabilities` gives.
    """
    order = np.argsort(-verdict.probabilities, axis=1, kind="stable")
    sets = prediction_sets(verdict, least)
    return [[int(digit) for digit in row if chosen[digit]] for row, chosen in zip(order, sets, strict=True)]


@dataclass(frozen=True)
class SetQuality:
    """How well sets do on labelled pictures."""

    coverage: float
    """The share of pictures whose set holds their digit."""
    size: float
    """The mean number of digits in a set."""


def set_quality(sets: Array, labels: Array) -> SetQuality:
    """Compare sets (n, 10) bool with labels (n,) int; n is at least 1."""
    return SetQuality(float(sets[np.arange(len(labels)), labels].mean()), float(sets.sum(axis=1).mean()))


def from_header(header: dict[str, Any]) -> Array | None:
    """The bounds (10,) that a weights file's header keeps under "least_probabilities"; None where it has none."""
    least = header.get("least_probabilities")
    if (
        isinstance(least, list)
        and len(least) == DIGITS
        and all(type(one) in (int, float) and 0 <= one <= 1 for one in least)
    ):
        return np.array(least, float)
    return None
