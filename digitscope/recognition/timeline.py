"""The timeline of a drawing: what the network reads while the drawing grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitscope.digits.prefixes import moments
from digitscope.digits.preprocess import prepare_all
from digitscope.digits.strokes import Strokes
from digitscope.recognition.reader import Reader

Array = np.ndarray

MOMENTS = 50
"""Moments that a timeline has: one for every two percent of the way."""


@dataclass(frozen=True)
class Timeline:
    """What a network reads at n moments of one digit's drawing."""

    strokes: Strokes
    reader: Reader
    grown: list[Strokes]
    """The drawing at each moment."""
    pictures: Array
    """(n, 28, 28) uint8; blank where there was nothing to read yet."""
    probabilities: Array
    """(n, 10) float32, NaN where there was nothing to read yet."""
    nothing: Array
    """(n,) float32: the probability that it was no digit."""
    said: Array
    """(n,) int: the digit, -1 where none was read."""

    @property
    def shares(self) -> Array:
        """(n,) float64: the share of the way that the pen had gone, up to 1."""
        return np.arange(1, len(self.said) + 1) / len(self.said)

    @property
    def leaders(self) -> list[int]:
        """The digits that were read at some moment, the one that was read longest first."""
        counts = np.bincount(self.said[self.said >= 0], minlength=10)
        return [int(digit) for digit in np.argsort(-counts, kind="stable") if counts[digit]]


@dataclass(frozen=True)
class Change:
    """A moment at which another digit was read than before it; `before` is None for the first one."""

    moment: int
    before: int | None
    after: int


def timeline(strokes: Strokes, reader: Reader, n: int = MOMENTS) -> Timeline:
    """Read a drawing at `n` moments, each framed for itself and augmented in case of doubt, as a finished one is."""
    grown = moments(strokes, n)
    pictures, readable = prepare_all(grown)
    probabilities, nothing = np.full((n, 10), np.nan, np.float32), np.ones(n, np.float32)
    said = np.full(n, -1)
    if readable.any():
        verdict = reader.verdict(pictures[readable])
        probabilities[readable], nothing[readable] = verdict.probabilities, verdict.nothing
        said[readable] = verdict.predicted
    return Timeline(strokes, reader, grown, pictures, probabilities, nothing, said)


def changes(said: Array) -> list[Change]:
    """Return the moments at which the digit that is read changed; moments without one (-1) are passed over."""
    found: list[Change] = []
    for moment in np.flatnonzero(said >= 0):
        before = found[-1].after if found else None
        if said[moment] != before:
            found.append(Change(int(moment), before, int(said[moment])))
    return found
