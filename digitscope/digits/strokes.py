"""Strokes: a drawing as the paths of a pen, whatever it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


class StrokesError(ValueError):
    """A drawing that cannot be read; the message is one sentence."""


@dataclass(frozen=True)
class Strokes:
    """A drawing as the pen's paths, each (k, 2) float64 of x (to the right) and y (down).

    `size` is the side of the drawing area in the same units, None where nobody knows it.
    """

    paths: tuple[Array, ...]
    size: float | None = None

    @property
    def empty(self) -> bool:
        """Whether the pen never touched the paper."""
        return not self.paths

    def same(self, other: Strokes) -> bool:
        """Whether the other is the same drawing, point by point; rounding apart."""
        return (
            self.size == other.size
            and len(self.paths) == len(other.paths)
            and all(
                one.shape == two.shape and np.abs(one - two).max(initial=0) < 1e-6
                for one, two in zip(self.paths, other.paths, strict=True)
            )
        )


@dataclass(frozen=True)
class Drawing:
    """A drawing that somebody labelled: `label` 0 to 9, or None for what is no digit ("?")."""

    strokes: Strokes
    label: int | None
    writer: str
    """The person or laboratory that it came from."""


def is_coordinate(value: float) -> bool:
    """Return whether `value` is a possible coordinate: finite, and below a hundred million units."""
    # Squares of far larger numbers would overflow. Whole numbers of hundreds of digits, which no float can hold, can
    # be compared all the same; NaN is never in between.
    return -1e8 < value < 1e8
