"""Per-tab state: one typed object in Streamlit's session state, and a place in it for each part of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from digitscope.recognition import Reader

Array = np.ndarray
State = TypeVar("State")


@dataclass
class Session:
    """The state of one browser tab that several parts of the page share.

    A part that keeps more than this defines a class of its own, and finds its one object of that class by `state`: so
    this file knows no part of the page.
    """

    own_reader: Reader | None = None
    """The reader on a network that this visitor trained or uploaded and chose to use; None: the shipped one reads."""
    present: Array | None = None
    """The picture (28, 28) uint8 of what is on the canvas now."""
    drawings: list[Array] = field(default_factory=list)
    """Pictures of what was on the canvas before it was cleared, the newest last."""
    notices: list[str] = field(default_factory=list)
    """Sentences about what went wrong, to be shown once."""
    parts: dict[type, Any] = field(default_factory=dict)
    """The state of each part of the page, by its class."""

    def state(self, kind: Callable[[], State]) -> State:
        """Return this tab's object of the class `kind`, made without arguments at the first call."""
        assert isinstance(kind, type)
        if kind not in self.parts:
            self.parts[kind] = kind()
        return self.parts[kind]

    def remember(self, picture: Array | None, most: int) -> None:
        """Note what is on the canvas; keep what was there before it became empty, up to `most` pictures."""
        if picture is None and self.present is not None:
            self.drawings = [*self.drawings, self.present][-most:]
        self.present = picture


def session() -> Session:
    """Return this tab's session, made at the first call."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    return st.session_state["session"]
