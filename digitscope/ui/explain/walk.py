"""Where this visitor stands in the network: a layer and a value in it, and the way from the picture to the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from cnn.explain import Activations, Place, trail
from cnn.layers import Conv3x3
from digitscope.ui.explain.subject import Subject


@dataclass
class Walk:
    """One visitor's place. It stays when the drawing changes, as far as the network has such a place."""

    number: int = -1
    """The values that are looked at: 0 the input, then each layer's; -1 before anything was chosen."""
    way: list[Place | None] = field(default_factory=list)
    """A place for the input and each layer."""
    mark: str = ""
    """The drawing and network that the way was found for."""

    @property
    def place(self) -> Place:
        """The value that is looked at."""
        place = self.way[self.number]
        assert place is not None
        return place

    def go(self, look: Activations, number: int, place: Place) -> None:
        """Choose a value: the way through it is found anew."""
        self.number = min(max(number, 0), len(look) - 1)
        self.way = trail(look, self.number, look.clipped(self.number, place))

    def step(self, number: int) -> None:
        """Go along the way, to the values with this number, if it leads there."""
        if 0 <= number < len(self.way) and self.way[number] is not None:
            self.number = number


def walk(subject: Subject) -> Walk:
    """This visitor's walk, its way found for this drawing and network."""
    own: Walk = st.session_state.setdefault("walk", Walk())
    if own.mark != subject.mark or not own.way:
        number, place = (own.number, own.place) if own.way else _first(subject.look)
        number = min(number, len(subject.look) - 1)
        own.go(subject.look, number, place)
        own.mark = subject.mark
    return own


def _first(look: Activations) -> tuple[int, Place]:
    """Where a walk begins: the brightest value that the first convolution gave."""
    first = next((i for i in range(1, len(look)) if isinstance(look.layer(i), Conv3x3)), 1)
    values = look.values[first]
    if values.ndim == 1:
        return first, (int(values.argmax()),)
    channel = int(values.reshape(len(values), -1).max(axis=1).argmax())
    return first, look.brightest(first, channel, 1)[0]
