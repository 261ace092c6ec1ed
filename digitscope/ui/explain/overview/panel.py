"""The overview: the whole network, and below it the map that was chosen in it."""

from __future__ import annotations

import streamlit as st

from cnn.explain import Activations
from digitscope.ui.explain.names import map_name
from digitscope.ui.explain.overview.network import network_html
from digitscope.ui.explain.overview.one_map import map_html
from digitscope.ui.explain.picker import picker
from digitscope.ui.explain.subject import Subject
from digitscope.ui.explain.walk import Walk, walk


def show_overview(subject: Subject) -> None:
    """Show the network and the chosen map; a pixel of the map opens in "One pixel"."""
    activations, own = subject.activations, walk(subject)

    def choose(value: str) -> None:
        number, channel = (int(part) for part in value.split(":"))
        _go_to_map(activations, own, number, channel)

    name = map_name(activations, own.number, own.place[0])
    picker("overview_network", network_html(activations, own), choose, name)

    def open_pixel(value: str) -> None:
        kind, cell = value.split(":")
        if kind == "map":
            width = activations.values[own.number].shape[-1]
            own.go(activations, own.number, (own.place[0], *divmod(int(cell), width)))
        elif kind in ("input", "map_number"):
            _go_to_map(activations, own, own.number - (kind == "input"), int(cell))
            return
        st.session_state["inside_look"] = "One pixel"

    picker("overview_map", map_html(activations, own), open_pixel)


def _go_to_map(activations: Activations, own: Walk, number: int, channel: int) -> None:
    maps = activations.values[number].ndim == 3
    own.go(activations, number, activations.brightest(number, channel, 1)[0] if maps else (channel,))
