"""Pictures of cells to choose one from, and frames over pictures: `explain/grid.html` places them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """A rectangle over a picture, in percent of its sides."""

    left: float
    top: float
    width: float
    height: float
    kind: str
    """Its CSS class: "field" (what a value can see), "spot", "off" or "mark" (what is chosen)."""


def frame(
    top: float, left: float, bottom: float, right: float, columns: int, kind: str = "field", rows: int | None = None
) -> Frame:
    """Return the frame around some cells of a picture of `columns` x `rows` cells (square unless told otherwise).

    `bottom` and `right` are exclusive.
    """
    down = rows or columns
    return Frame(
        100 * left / columns, 100 * top / down, 100 * (right - left) / columns, 100 * (bottom - top) / down, kind
    )


@dataclass(frozen=True)
class Grid:
    """A picture of `columns` x `rows` cells to choose one from; the chosen one is marked."""

    name: str
    """What the picker reports: "name:17" for the cell with number 17, in reading order."""
    address: str
    """The picture's."""
    columns: int
    rows: int
    at: int
    """The chosen cell."""
    count: int
    """How many cells there are: the last row may not be full."""
    label: str
    """For screen readers."""
    width: int
    """Pixels."""
    frames: Sequence[Frame] = ()
    press: str | None = None
    """With a word, or "", keys choose in two steps, see `picker`."""
    only: str = ""
    """The screens that the picture is for: "wide", "narrow" or all."""

    @property
    def mark(self) -> Frame:
        """The frame around the chosen cell."""
        row, column = divmod(self.at, self.columns)
        return frame(row, column, row + 1, column + 1, self.columns, "mark", self.rows)
