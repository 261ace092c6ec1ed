"""A reading: what was drawn, how it was cut and framed, and what the network says to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnn.verdict import Verdict
from digitscope.digits.preprocess import Prepared, prepare
from digitscope.digits.segment import Piece
from digitscope.digits.strokes import Strokes
from digitscope.recognition.picture_reading import PictureReading

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
    sets: list[list[int]] = field(default_factory=list)
    """The prediction set of each piece (see `cnn.conformal`): the digits that it may be, the likeliest first.

    Empty for a piece that was refused; [7, 1] is "7 or 1".
    """
    shown: int = 0
    """The index of the piece to look into: the least certain one."""
    layers: list[tuple[str, Array]] = field(default_factory=list)
    """Each layer's name and output for that piece, (C, H, W) or (K,) float32."""
    network_ms: float = 0.0
    """Milliseconds spent on cutting, framing and the network."""
    picture: PictureReading | None = None
    """Where the pieces stand in a picture, and in which lines; None for a drawing."""

    @classmethod
    def unread(cls, strokes: Strokes) -> Reading:
        """Return the reading of a drawing where there is no network to read it."""
        return cls(strokes, [Piece(strokes, prepare(strokes))])

    @classmethod
    def of_picture(cls, found: PictureReading) -> Reading:
        """Return the reading of a picture, a piece for each digit in reading order; the least certain one is shown."""
        nothing_drawn = Strokes(())
        if not found.digits:
            return cls(nothing_drawn, [Piece(nothing_drawn, Prepared(None, found.reason))], picture=found)
        pieces = [Piece(nothing_drawn, Prepared(digit.picture, "", digit.box)) for digit in found.digits]
        verdict = Verdict(
            np.array([digit.probabilities for digit in found.digits]),
            np.array([digit.nothing for digit in found.digits]),
            np.array([digit.refused for digit in found.digits]),
        )
        return cls(nothing_drawn, pieces, verdict, shown=int(verdict.likelihood.argmin()), picture=found)

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
        """Whether at least one piece of a drawing is no digit, or nothing in a picture is one."""
        if self.verdict is None:
            return False
        return bool(self.verdict.refused.any() if self.picture is None else self.verdict.refused.all())

    @property
    def text(self) -> str:
        """The digits that were read, such as "7" or "2026"; "" where nothing was read, or a drawing's piece refused.

        A picture's lines are divided by " / ", their groups by a space, and "?" stands for what was refused.
        """
        if self.verdict is None or self.refused:
            return ""
        if self.picture is not None:
            return " / ".join(map(str, self.picture.lines))
        return "".join(str(digit) for digit in self.verdict.predicted)
