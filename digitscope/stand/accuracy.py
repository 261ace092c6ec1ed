"""Accuracy and confusions, counted from pairs of what a visitor meant and what the network read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from digitscope.recognition.measure import Accuracy

Array = np.ndarray
Answer = tuple[int | None, int | None]
"""(meant, said): a digit each, or None for "no digit" and "not read"."""

REFUSED = 10
"""The column of `confusions` that counts drawings which were not read."""


def accuracy(answers: Iterable[Answer]) -> Accuracy:
    """Count how many drawings meant as digits were read as those digits; one that was not read is not right."""
    digits = [(meant, said) for meant, said in answers if meant is not None]
    return Accuracy(sum(meant == said for meant, said in digits), len(digits))


def confusions(answers: Iterable[Answer]) -> Array:
    """Return (10, 11) int: how often digit i (row) was read as j; the last column counts what was not read."""
    table = np.zeros((10, 11), int)
    for meant, said in answers:
        if meant is not None:
            table[meant, REFUSED if said is None else said] += 1
    return table
