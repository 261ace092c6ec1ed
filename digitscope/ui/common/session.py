"""One typed object of what this visitor has; it lives in Streamlit's session state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnn.fast.tracer import Lens
from cnn.verdict import USUAL_THRESHOLD, Verdict
from digitscope.digits.preprocess import Prepared
from digitscope.digits.segment import Piece
from digitscope.digits.strokes import Strokes

if TYPE_CHECKING:
    from digitscope.ui.draw.answer import Answers
    from digitscope.ui.draw.live import Channel
    from digitscope.ui.draw.timeline import Timeline
    from digitscope.ui.training.runs import TrainingRun

Array = np.ndarray


@dataclass
class Reading:
    """A drawing, what became of it, and what the network says to it."""

    strokes: Strokes
    pieces: list[Piece]
    """The digits of the drawing from left to right; one where it is one digit."""
    verdict: Verdict | None = None
    """What is said to each piece; None where there is nothing to read, or no network."""
    shown: int = 0
    """The piece that the panels look into: the least sure one."""
    layers: list[tuple[str, Array]] = field(default_factory=list)
    """Every layer's name and output for that piece, (C, H, W) or (K,) float32."""
    network_ms: float = 0.0
    """Milliseconds that the network took."""

    @property
    def prepared(self) -> Prepared:
        """How the piece that the panels look into was framed."""
        return self.pieces[self.shown].prepared

    @property
    def probabilities(self) -> Array | None:
        """(10,) float32 of that piece, or None where there is nothing to read."""
        return None if self.verdict is None else self.verdict.probabilities[self.shown]

    @property
    def refused(self) -> bool:
        """Whether there is a piece that is no digit."""
        return self.verdict is not None and bool(self.verdict.refused.any())

    @property
    def digits(self) -> str:
        """The answer: one digit or several, "" where nothing is read."""
        if self.verdict is None or self.refused:
            return ""
        return "".join(str(digit) for digit in self.verdict.predicted)


@dataclass
class Session:
    """Everything of one visitor; two tabs are two visitors."""

    own_lens: Lens | None = None
    """On a network that this visitor trained or uploaded and chose to use; None: the shipped one."""
    own_name: str = ""
    own_refuse_above: float = USUAL_THRESHOLD
    runs: list[TrainingRun] = field(default_factory=list)
    """Training runs, the newest last."""
    started: int = 0
    """How many runs there were, deleted ones too: their numbers are not used again."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Weights files by the names that the visitor gave them."""
    present: Array | None = None
    """The picture (28, 28) of what is on the board now."""
    drawings: list[Array] = field(default_factory=list)
    """Pictures of what was on the board before it was cleared, the newest last."""
    answers: Answers | None = None
    """Of the network in use to the drawing on the board."""
    channel: Channel | None = None
    """By which panels follow the pen."""
    timeline: Timeline | None = None
    """Of the drawing on the board, once it was looked at."""
    notices: list[str] = field(default_factory=list)
    """Sentences about what went wrong, to be shown once."""

    def remember(self, picture: Array | None, most: int) -> None:
        """Note what is on the board; what was there before it became empty is kept."""
        if picture is None and self.present is not None:
            self.drawings = [*self.drawings, self.present][-most:]
        self.present = picture


def session() -> Session:
    """This visitor's session, made at the first call."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    return st.session_state["session"]
