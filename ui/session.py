"""What this visitor has: the drawing, the chosen network, the settings. One typed object in Streamlit's session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from cnn import CNN
from digits.preprocess import Prepared
from digits.strokes import Strokes


@dataclass
class Reading:
    """A drawing, what became of it, and what the network says to it."""

    strokes: Strokes
    prepared: Prepared
    probabilities: Any = None
    """(10,) float32, or None where there is nothing to read."""
    network_ms: float = 0.0
    """Milliseconds that the network took."""

    @property
    def digit(self) -> int | None:
        """The most probable digit, or None where there is nothing to read."""
        return None if self.probabilities is None else int(self.probabilities.argmax())


@dataclass
class Session:
    """Everything of one visitor; two tabs are two visitors."""

    own_network: CNN | None = None
    """A network that this visitor trained or uploaded and chose to use; None: the shipped one."""
    own_name: str = ""
    training: Any = None
    """The page's side of a training run (`ui.training`)."""
    notices: list[str] = field(default_factory=list)
    """Sentences about what went wrong, to be shown once."""


def session() -> Session:
    """This visitor's session, made at the first call."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    return st.session_state["session"]
