"""From a network's outputs to what is said: a digit and how sure, or that it is no digit.

A network with eleven answers knows "none of these" as its last one; one with ten takes everything for a digit.
Refusing by a threshold on the background class is Chow's rule ("On optimum recognition error and reject tradeoff",
1970) for that class's probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray

DIGITS = 10
USUAL_THRESHOLD = 0.5
"""A network whose file says nothing refuses what is more likely no digit."""


@dataclass(frozen=True)
class Verdict:
    """What is said to n pictures."""

    probabilities: Array
    """(n, 10) float32: of each digit, given that the picture is one."""
    nothing: Array
    """(n,) float32: the probability that it is no digit."""
    refused: Array
    """(n,) bool: whether the page says that it cannot read it."""

    @property
    def predicted(self) -> Array:
        """(n,) int: the digit, -1 where refused."""
        return np.where(self.refused, -1, self.probabilities.argmax(axis=1))

    @property
    def likelihood(self) -> Array:
        """(n,): how likely each picture is the digit that it is called."""
        return self.probabilities.max(axis=1) * (1 - self.nothing)


def refuse_above(header: dict[str, Any]) -> float:
    """The probability of "no digit" above which a network with this header of a weights file refuses to read."""
    bound = header.get("refuse_above", USUAL_THRESHOLD)
    return float(bound) if isinstance(bound, (int, float)) else USUAL_THRESHOLD


def judge(outputs: Array, refuse_above: float = USUAL_THRESHOLD) -> Verdict:
    """What to say to outputs (n, 10) or (n, 11), the probabilities that a network gave."""
    digits = outputs[:, :DIGITS]
    nothing = outputs[:, DIGITS] if outputs.shape[1] > DIGITS else np.zeros(len(outputs), outputs.dtype)
    # Where nothing at all is left for the digits, they are equally unlikely.
    total = digits.sum(axis=1, keepdims=True)
    even = np.full_like(digits, 1 / DIGITS)
    probabilities = np.divide(digits, total, out=even, where=total > 0)
    return Verdict(probabilities, nothing, nothing > refuse_above)
