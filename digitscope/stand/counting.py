"""The room's accuracy: what visitors said was right, counted with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digitscope.recognition.measure import wilson

Array = np.ndarray
Answer = tuple[int | None, int | None]
"""(meant, said): a digit, or None for "no digit" and "not read"."""

REFUSED = 10
"""The column of what was not read."""


@dataclass(frozen=True)
class Accuracy:
    """A share with its 95 % interval (Wilson)."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """From 0 to 1; of nothing it is 0."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 %; of nothing everything is possible."""
        return wilson(self.share, self.n) if self.n else (0.0, 1.0)


def accuracy(answers: Iterable[Answer]) -> Accuracy:
    """How many drawings that were meant as digits were read as those; one that was not read is not right."""
    digits = [(meant, said) for meant, said in answers if meant is not None]
    return Accuracy(sum(meant == said for meant, said in digits), len(digits))


def confusions(answers: Iterable[Answer]) -> Array:
    """(10, 11) int: how often digit i (row) was read as j; the last column counts what was not read."""
    table = np.zeros((10, 11), int)
    for meant, said in answers:
        if meant is not None:
            table[meant, REFUSED if said is None else said] += 1
    return table
