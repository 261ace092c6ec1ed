"""One typed object of what this visitor has; it lives in Streamlit's session state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from cnn.fast.lens import Lens
from digits.preprocess import Prepared
from digits.strokes import Strokes

if TYPE_CHECKING:
    from ui.runs import TrainingRun

Array = np.ndarray


@dataclass
class Reading:
    """A drawing, what became of it, and what the network says to it."""

    strokes: Strokes
    prepared: Prepared
    layers: list[tuple[str, Array]] = field(default_factory=list)
    """Every layer's name and output, (C, H, W) or (K,) float32; none where there is nothing to read."""
    network_ms: float = 0.0
    """Milliseconds that the network took."""

    @property
    def probabilities(self) -> Array | None:
        """(10,) float32, or None where there is nothing to read."""
        return self.layers[-1][1] if self.layers else None


@dataclass
class Session:
    """Everything of one visitor; two tabs are two visitors."""

    own_lens: Lens | None = None
    """On a network that this visitor trained or uploaded and chose to use; None: the shipped one."""
    own_name: str = ""
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
