"""The sidebar's settings: how the pen looks, and how much of the network is shown."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class View:
    """What this visitor chose to see."""

    pen: int
    every_layer: bool


def settings_tab() -> View:
    """Show the settings and return them."""
    pen = st.slider(
        "Pen width",
        4,
        40,
        18,
        key="pen_width",
        help="Appearance only: every drawing is inked again with a line as wide as those the network learned from.",
    )
    every_layer = st.toggle(
        "Show every layer",
        key="every_layer",
        help="Convolution and pooling only, or also normalisation, ReLU, the dense layers and the ten answers.",
    )
    return View(pen, every_layer)
