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
    """The layer: 0 the input, then each layer's number; -1 before anything was chosen."""
    way: list[Place | None] = field(default_factory=list)
    """A place for the input and each layer."""
    mark: str = ""
    """The drawing and network that the way was found for."""
    share: int = -1
    """Which input map's products are shown of a convolution's sum; -1: those of the strongest map."""

    @property
    def place(self) -> Place:
        """The place of the chosen value in its layer."""
        place = self.way[self.number]
        assert place is not None
        return place

    def go(self, activations: Activations, number: int, place: Place) -> None:
        """Choose a value: the way through it is found anew."""
        self.number = min(max(number, 0), len(activations) - 1)
        self.way = trail(activations, self.number, activations.clipped(self.number, place))
        self.share = -1

    def step(self, number: int) -> None:
        """Go along the way to the layer with this number, if it leads there."""
        if 0 <= number < len(self.way) and self.way[number] is not None:
            self.number = number
            self.share = -1


def walk(subject: Subject) -> Walk:
    """Return this visitor's walk, its way found for this drawing and network."""
    own: Walk = st.session_state.setdefault("walk", Walk())
    if own.mark != subject.mark or not own.way:
        number, place = (own.number, own.place) if own.way else _first(subject.activations)
        number = min(number, len(subject.activations) - 1)
        own.go(subject.activations, number, place)
        own.mark = subject.mark
    return own


def _first(activations: Activations) -> tuple[int, Place]:
    """Return where a walk begins: the brightest value that the first convolution gave."""
    convolutions = (i for i in range(1, len(activations)) if isinstance(activations.layer(i), Conv3x3))
    first = next(convolutions, 1)
    values = activations.values[first]
    if values.ndim == 1:
        return first, (int(values.argmax()),)
    channel = int(values.reshape(len(values), -1).max(axis=1).argmax())
    return first, activations.brightest(first, channel, 1)[0]
