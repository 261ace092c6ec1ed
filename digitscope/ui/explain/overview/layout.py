"""Where the overview's layers stand: beside each other on a wide screen, below each other on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from cnn.explain import Activations

LARGEST_CELL = 96


@dataclass(frozen=True)
class Block:
    """One layer in the drawing: its maps as square cells, `across` beside each other."""

    left: float
    top: float
    cell: float
    across: int
    count: int

    @property
    def rows(self) -> int:
        return -(-self.count // self.across)

    @property
    def width(self) -> float:
        return self.cell * self.across

    @property
    def height(self) -> float:
        return self.cell * self.rows

    def middle(self, cell: int) -> tuple[float, float]:
        """Return where a cell's middle is."""
        row, column = divmod(cell, self.across)
        return self.left + (column + 0.5) * self.cell, self.top + (row + 0.5) * self.cell


@dataclass(frozen=True)
class Layout:
    """The whole drawing, in units of its own: a block for the input and each layer."""

    name: str
    width: float
    height: float
    upright: bool
    """Whether the layers stand below each other."""
    blocks: tuple[Block, ...]


def _fitting(count: int, width: float, height: float) -> tuple[float, int]:
    """Return the largest cell of which `count` fit into an area, and how many stand beside each other."""
    across = max(range(1, count + 1), key=lambda k: min(width / k, height / -(-count // k)))
    return min(width / across, height / -(-count // across), LARGEST_CELL), across


WIDE, HIGH = 815, 440
TOP, GAP = 36, 7
MARGIN = 30
"""Space on the right for what stands beside the answers."""


def beside(activations: Activations) -> Layout:
    """Lay out as many columns as layers, cells as large as possible; the answers stand below each other."""
    column = WIDE / len(activations)
    blocks = []
    for number, values in enumerate(activations.values):
        count, box = len(values), column - GAP
        cell, across = _fitting(count, box, HIGH)
        if number == len(activations) - 1:
            cell, across = min(HIGH / count, box / 2), 1
        left = number * column + (box - across * cell) / 2 + GAP / 2
        blocks.append(Block(left, TOP + (HIGH - -(-count // across) * cell) / 2, cell, across, count))
    return Layout("wide", WIDE + MARGIN, TOP + HIGH + 6, False, tuple(blocks))


NARROW, TALL = 358, 700
NAMES = 62
"""Space on the left for the layers' names."""
MAPS, VALUES = (40, 110), (24, 40)
"""The lowest and the highest bands of layers with maps, and of those with single values."""
BETWEEN = 8


def below(activations: Activations) -> Layout:
    """Lay out a band for each layer, its name on the left; the answers stand side by side, their numbers below."""
    share, width = TALL / len(activations), NARROW - NAMES
    blocks, top = [], 2.0
    for number, values in enumerate(activations.values):
        count, (least, most) = len(values), MAPS if values.ndim == 3 else VALUES
        cell, across = _fitting(count, width, min(max(share - BETWEEN, least), most))
        if number == len(activations) - 1:
            cell, across = width / count, count
        blocks.append(Block(NAMES + (width - across * cell) / 2, top, cell, across, count))
        # Two lines of letters stand beside the lowest band, and below the answers.
        top += max(blocks[-1].height, VALUES[0]) + BETWEEN
    return Layout("narrow", NARROW, top + VALUES[0], True, tuple(blocks))
