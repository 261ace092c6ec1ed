"""What a run can be asked for: presets, every setting with a plain sentence, layers put together freely."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cnn.architectures import ARCHITECTURES, build, from_list, stack, to_list
from cnn.layers import BatchNorm, Conv3x3, Dropout, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from cnn.network import CNN
from cnn.optimizers import OPTIMIZERS
from cnn.recipes import RECIPES
from cnn.schedules import SCHEDULES
from cnn.settings import Settings

PRESETS = {"notebook": "notebook", "ten seconds": "ten-seconds", "one minute": "one-minute", "best": "best"}
"""What the buttons say, and the recipe behind it."""

FREE = "your own layers"
IMAGES = [1_000, 2_000, 5_000, 10_000, 20_000, 55_000]

KINDS: dict[str, tuple[type[Layer], str | None]] = {
    "convolution 3×3": (Conv3x3, "num_filters"),
    "pooling 2×2": (MaxPool2x2, None),
    "batch normalisation": (BatchNorm, None),
    "ReLU": (ReLU, None),
    "dense": (FullyConnected, "sizes"),
    "dropout": (Dropout, "p"),
}
"""What the table of layers offers, and what its number means."""

BEGIN = [("convolution 3×3", 16), ("pooling 2×2", None), ("ReLU", None), ("dense", 64), ("ReLU", None)]


def choose_preset() -> str:
    """Four buttons; choosing one fills in all settings. Returns the preset's name."""
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
    """Set every widget of `choose_settings` to what the chosen preset says."""
    recipe = RECIPES[PRESETS[st.session_state["preset"]]]
    settings = recipe.settings
    values = {
        "architecture": recipe.architecture,
        "optimizer": settings.optimizer,
        "learning_rate": settings.learning_rate,
        "schedule": settings.schedule,
        "momentum": settings.momentum,
        "batch_size": settings.batch_size,
        "length": "seconds" if settings.seconds else "epochs",
        "epochs": settings.epochs,
        "seconds": int(settings.seconds or 60),
        "images": settings.images or IMAGES[-1],
        "warps": settings.warps,
        "dropout": settings.dropout if settings.dropout is not None else 0.3,
        "weight_decay": settings.weight_decay,
        "average": settings.average,
        "seed": settings.seed,
    }
    for name, value in values.items():
        st.session_state[f"t_{name}"] = value


def choose_settings() -> tuple[list[dict[str, Any]], Settings]:
    """Every setting. Returns layers and settings; raises ValueError, in a sentence, for what cannot be."""
    architecture = st.selectbox(
        "Network", [*ARCHITECTURES, FREE], key="t_architecture", help="Which layers stand behind each other."
    )
    layers = _free_layers() if architecture == FREE else _described(build(str(architecture)))
    optimizer = st.selectbox(
        "Optimiser",
        list(OPTIMIZERS),
        key="t_optimizer",
        help="How a gradient becomes a step: plain, with a heavy ball's momentum, or scaled for each weight (Adam).",
    )
    rate = st.number_input(
        "Learning rate",
        0.0,
        1000.0,
        step=0.001,
        format="%.4f",
        key="t_learning_rate",
        help="How far each step goes. Too small: slow. Too large: it jumps about and never arrives.",
    )
    schedule = st.selectbox(
        "Its course",
        list(SCHEDULES),
        key="t_schedule",
        help="Constant; or up for a moment and slowly down to nothing (cosine); or up for a third, then down.",
    )
    momentum = st.slider(
        "Momentum", 0.0, 0.99, key="t_momentum", help="How much of the last step goes on into the next one."
    )
    batch = st.number_input(
        "Batch size", 1, 4096, key="t_batch_size", help="So many images are looked at before each step."
    )
    length = st.radio("Train for", ["epochs", "seconds"], horizontal=True, key="t_length")
    epochs = st.number_input(
        "Epochs", 1, 1000, key="t_epochs", disabled=length != "epochs", help="How often it sees every image."
    )
    seconds = st.number_input(
        "Seconds", 1, 1500, key="t_seconds", disabled=length != "seconds", help="It stops by the clock."
    )
    images = st.select_slider(
        "Images", IMAGES, key="t_images", format_func="{:,}".format, help="How many it may learn from."
    )
    warps = st.toggle(
        "Warped images", key="t_warps", help="Every image is turned, stretched and bent a little, anew each time."
    )
    dropout = st.slider(
        "Dropout",
        0.0,
        0.9,
        key="t_dropout",
        help="In networks with a dropout layer: the share of values that is silenced at each step.",
    )
    decay = st.number_input(
        "Weight decay",
        0.0,
        1.0,
        step=0.005,
        format="%.4f",
        key="t_weight_decay",
        help="Weights shrink by this share of the learning rate at each step, so that none grows without need.",
    )
    average = st.number_input(
        "Average of weights",
        0.0,
        0.99999,
        step=0.001,
        format="%.5f",
        key="t_average",
        help="The network that is used is a moving average with this memory; 0: the last weights as they are.",
    )
    seed = st.number_input("Seed", 0, 2**31, key="t_seed", help="All randomness follows from it.")
    settings = Settings(
        optimizer=str(optimizer),
        learning_rate=float(rate),
        schedule=str(schedule),
        momentum=float(momentum),
        batch_size=int(batch),
        epochs=int(epochs),
        seconds=float(seconds) if length == "seconds" else None,
        images=None if images == IMAGES[-1] else int(images),
        warps=bool(warps),
        dropout=float(dropout),
        weight_decay=float(decay),
        average=float(average),
        seed=int(seed),
    )
    return layers, settings


def _free_layers() -> list[dict[str, Any]]:
    """A table in which layers are put together; Softmax(10) comes behind them by itself."""
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
    """A row of the table as a layer; raises ValueError where a number is missing or makes no sense."""
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
    """The network's layers as plain values; says how large it is."""
    st.caption(f"{network.size:,} parameters in {len(network.layers)} layers")
    return to_list(network)


def has_dropout(layers: list[dict[str, Any]]) -> bool:
    """Whether any layer silences values while learning."""
    return any(isinstance(layer, Dropout) and layer.p > 0 for layer in from_list(layers))
