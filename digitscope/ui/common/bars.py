"""The probabilities of all answers, as a row of bars: `common/bars.html` places them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.verdict import DIGITS

Array = np.ndarray


@dataclass(frozen=True)
class Bar:
    """One answer: a digit, or `DIGITS` for "no digit"."""

    answer: int
    probability: float
    number: str
    """What is written above the bar: the percentage, or nothing before there is one."""
    best: bool = False

    @property
    def name(self) -> str:
        """What is written below the bar."""
        return str(self.answer) if self.answer < DIGITS else "none"


def bars_of(probabilities: Array) -> list[Bar]:
    """Return a bar for each of the probabilities (K,), the largest one marked."""
    best = int(probabilities.argmax())
    return [Bar(answer, float(p), f"{100 * p:.0f}", answer == best) for answer, p in enumerate(probabilities)]


def empty_bars() -> list[Bar]:
    """Return the bars that stand there before anything was read."""
    return [Bar(digit, 0.0, "") for digit in range(DIGITS)]
