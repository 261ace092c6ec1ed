"""Which drawing is on a tab's canvas: an id for each drawing, and whether the page has dealt with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reading

Array = np.ndarray


@dataclass
class CanvasState:
    """Per-tab state of the canvas. It outlives a visitor: what one has drawn is nothing to ask the next one about.

    A drawing is its first stroke and whatever is added to it. The browser empties the canvas some time after the page
    has asked for that, and meanwhile sends further strokes; those belong to the drawing that was dealt with.
    """

    reading: Reading | None = None
    """The reading of what the canvas shows."""
    read_by: str = ""
    """The name of the network that read it."""
    clears: int = 0
    """How many times the page has asked the browser to empty the canvas."""
    drawing: int = 0
    """The id of the newest drawing, counted from 1."""
    handled: int = 0
    """The id of the last drawing that the page has dealt with."""
    _first_stroke: Array | None = None
    """Of what the canvas shows; None while it is empty."""

    def receive(self, strokes: Strokes) -> bool:
        """Note what the browser sent; return whether a new drawing begins with it.

        The empty canvas between two drawings may go unseen, when both changes come within one run of the script. A
        first stroke that is another one tells the new drawing all the same.
        """
        first = strokes.paths[0] if strokes.paths else None
        begins = first is not None and (self._first_stroke is None or not np.array_equal(first, self._first_stroke))
        self._first_stroke = first
        self.drawing += begins
        return begins

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return self._first_stroke is None

    @property
    def pending(self) -> bool:
        """Whether the canvas shows a drawing that the page has not dealt with yet."""
        return not self.empty and self.drawing > self.handled

    def settle(self) -> None:
        """Note that the page has dealt with the drawing."""
        self.handled = self.drawing

    def clear(self) -> None:
        """Settle the drawing, and have the browser empty the canvas."""
        self.settle()
        self.clears += 1
