"""The form for a new run: presets, every setting, and a table to put layers together."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cnn.architectures import ARCHITECTURES, build, from_list, stack, to_list
from cnn.layers import BatchNorm, Conv3x3, Dropout, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from cnn.network import CNN
from cnn.recipes import RECIPES
from cnn.settings import ABOUT, Number, Settings
from digitscope.ui.training.setting_widgets import setting_widget, shown

PRESETS = {"notebook": "notebook", "ten seconds": "ten-seconds", "one minute": "one-minute", "best": "best"}
"""The buttons' labels, and the recipe of each."""

ALTERNATIVES = {
    about.instead_of: name for name, about in ABOUT.items() if isinstance(about, Number) and about.instead_of
}
"""Settings of which only one counts, as epochs or seconds: the first, and the one that replaces it when given."""

FREE = "your own layers"

KINDS: dict[str, tuple[type[Layer], str | None]] = {
    "convolution 3×3": (Conv3x3, "num_filters"),
    "pooling 2×2": (MaxPool2x2, None),
    "batch normalisation": (BatchNorm, None),
    "ReLU": (ReLU, None),
    "dense": (FullyConnected, "sizes"),
    "dropout": (Dropout, "p"),
}
"""The kinds of layers in the table, each with the argument that its number sets."""

BEGIN = [("convolution 3×3", 16), ("pooling 2×2", None), ("ReLU", None), ("dense", 64), ("ReLU", None)]


def choose_preset() -> str:
    """Show the presets; choosing one fills in all settings. Returns the preset's name."""
    if "preset" not in st.session_state:
        st.session_state["preset"] = "one minute"
        _fill_in()
    with st.container(key="presets"):
        chosen = st.pills("How long?", list(PRESETS), key="preset", on_change=_fill_in, required=True)
    name = str(chosen)
    about = RECIPES[PRESETS[name]].about
    st.caption(f"{about[0].upper()}{about[1:]}.")
    return name


def _fill_in() -> None:
    """Set every widget of `choose_settings` to the chosen preset's value."""
    recipe = RECIPES[PRESETS[st.session_state["preset"]]]
    st.session_state["t_architecture"] = recipe.architecture
    for name in ABOUT:
        st.session_state[f"t_{name}"] = shown(name, recipe.settings)
    for setting, other in ALTERNATIVES.items():
        st.session_state["t_length"] = setting if getattr(recipe.settings, other) is None else other


def choose_settings() -> tuple[list[dict[str, Any]], Settings]:
    """Show every setting. Returns layers and settings; raises ValueError, in one sentence, for values out of range."""
    architecture = st.selectbox(
        "Network", [*ARCHITECTURES, FREE], key="t_architecture", help="Which layers the network consists of."
    )
    layers = _free_layers() if architecture == FREE else _described(build(str(architecture)))
    chosen: dict[str, Any] = {}
    unused = ""
    for name in ABOUT:
        if name in ALTERNATIVES:
            pair = [name, ALTERNATIVES[name]]
            length = st.radio("Train for", pair, horizontal=True, key="t_length")
            unused = next(other for other in pair if other != length)
        value = setting_widget(name, f"t_{name}", disabled=name == unused)
        chosen[name] = None if name == unused and name in ALTERNATIVES.values() else value
    return layers, Settings(**chosen)


def _free_layers() -> list[dict[str, Any]]:
    """Show a table in which layers are put together; Softmax(10) is appended to them."""
    table = st.data_editor(
        pd.DataFrame(BEGIN, columns=["layer", "number"]),
        key="t_layers",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "layer": st.column_config.SelectboxColumn("Layer", options=list(KINDS), required=True),
            "number": st.column_config.NumberColumn(
                "Number", min_value=0, help="Filters of a convolution, values of a dense layer, share of a dropout."
            ),
        },
    )
    st.caption("At the end, ten answers are added.")
    rows = table.itertuples(index=False)
    return _described(stack([*(as_layer(row[0], row[1]) for row in rows if isinstance(row[0], str)), Softmax(10)]))


def as_layer(kind: str, number: Any) -> Layer:
    """Turn a row of the table into a layer. Raises ValueError where a number is missing or out of range."""
    made, argument = KINDS[kind]
    if argument is None:
        return made()
    if number is None or pd.isna(number):
        raise ValueError(f"The layer “{kind}” needs a number.")
    if argument == "p":
        return made(float(number))  # type: ignore[call-arg]
    if float(number) != int(number) or not 1 <= number <= 1024:
        raise ValueError(f"The layer “{kind}” needs a whole number from 1 to 1024.")
    return made(int(number))  # type: ignore[call-arg]


def _described(network: CNN) -> list[dict[str, Any]]:
    """Show how large the network is, and return its layers as plain values."""
    st.caption(f"{network.size:,} parameters in {len(network.layers)} layers")
    return to_list(network)


def has_dropout(layers: list[dict[str, Any]]) -> bool:
    """Return whether any layer drops values in training."""
    return any(isinstance(layer, Dropout) and layer.p > 0 for layer in from_list(layers))
