"""The variations of a drawing: two things are varied at a time, one along each side of a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitscope.digits.transforms import thickened, transformed

Array = np.ndarray

SIZE = "times as large"


@dataclass(frozen=True)
class Change:
    """Two things that are varied, with their values along each side of the map."""

    across: str
    columns: Array
    down: str
    rows: Array
    make: Callable[[Array, Array, Array], Array]
    """(picture, each version's column value, each version's row value) -> (n, 28, 28)."""

    @property
    def unchanged(self) -> int:
        """The cell nearest to no change at all, in reading order."""
        same = 1.0 if self.down == SIZE else 0.0
        row = int(np.abs(self.rows - same).argmin())
        return row * len(self.columns) + int(np.abs(self.columns).argmin())

    def versions(self, picture: Array) -> Array:
        """Return the picture (28, 28) uint8 in all versions (n, 28, 28), in reading order of the map."""
        columns, rows = (one.ravel() for one in np.meshgrid(self.columns, self.rows))
        return self.make(picture, columns, rows)


def _thick_and_slanted(picture: Array, amounts: Array, slants: Array) -> Array:
    slanted = transformed(picture, slant=slants)
    versions = np.empty_like(slanted)
    for amount in np.unique(amounts):
        versions[amounts == amount] = thickened(slanted[amounts == amount], float(amount))
    return versions


CHANGES = {
    "Shift": Change(
        "pixels to the right",
        np.arange(-10.0, 11),
        "pixels down",
        np.arange(-10.0, 11),
        lambda picture, right, down: transformed(picture, right=right, down=down),
    ),
    "Turn and size": Change(
        "degrees clockwise",
        np.arange(-100.0, 101, 10),
        SIZE,
        np.round(np.arange(0.4, 1.61, 0.1), 1),
        lambda picture, turn, size: transformed(picture, turn=turn, size=size),
    ),
    "Thickness and slant": Change(
        "pixels thicker on each side",
        np.round(np.arange(-1.5, 2.51, 0.25), 2),
        "pixels of slant a pixel",
        np.round(np.arange(-1.0, 1.01, 0.125), 3),
        _thick_and_slanted,
    ),
}
