"""A reading: what was drawn, how it was cut and framed, and what the network says to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnn.verdict import Verdict
from digitscope.digits.preprocess import Prepared, prepare
from digitscope.digits.segment import Piece
from digitscope.digits.strokes import Strokes

Array = np.ndarray


@dataclass
class Reading:
    """The result of reading one drawing or picture."""

    strokes: Strokes
    """The drawing; empty for a picture."""
    pieces: list[Piece]
    """The digits from left to right; a single piece where the drawing is one digit or cannot be cut."""
    verdict: Verdict | None = None
    """The verdict on the pieces, in their order; None where nothing could be framed, or no network was there."""
    named: list[list[int]] = field(default_factory=list)
    """For each piece the digits that it may be (its prediction set, see `cnn.conformal`), the likeliest first.

    Empty for a piece that was refused; [7, 1] is "7 or 1".
    """
    shown: int = 0
    """The index of the piece to look into: the least certain one."""
    layers: list[tuple[str, Array]] = field(default_factory=list)
    """Each layer's name and output for that piece, (C, H, W) or (K,) float32."""
    network_ms: float = 0.0
    """Milliseconds spent on cutting, framing and the network."""

    @classmethod
    def unread(cls, strokes: Strokes) -> Reading:
        """Return the reading of a drawing where there is no network to read it."""
        return cls(strokes, [Piece(strokes, prepare(strokes))])

    @property
    def prepared(self) -> Prepared:
        """The framed picture of the piece `shown`."""
        return self.pieces[self.shown].prepared

    @property
    def probabilities(self) -> Array | None:
        """(10,) float32: the probability of each digit for the piece `shown`; None where nothing was read."""
        return None if self.verdict is None else self.verdict.probabilities[self.shown]

    @property
    def refused(self) -> bool:
        """Whether at least one piece is no digit."""
        return self.verdict is not None and bool(self.verdict.refused.any())

    @property
    def text(self) -> str:
        """The digits that were read, such as "7" or "2026"; "" where nothing was read or a piece was refused."""
        if self.verdict is None or self.refused:
            return ""
        return "".join(str(digit) for digit in self.verdict.predicted)
