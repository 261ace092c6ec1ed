"""The controls, then answer and accuracy of the whole network and of the changed copy."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.fast.predictor import BatchPredictor
from cnn.network import CNN
from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import MnistError
from digitscope.ui.common.templates import hint, render
from digitscope.ui.explain.ablation.filters import filters_html
from digitscope.ui.explain.ablation.result import QUICK, count_right, result_html
from digitscope.ui.explain.ablation.settings import Ablation, existing, has_temperature, layers_with_filters
from digitscope.ui.explain.picker import picker
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

PART = 500
"""Test images from one step of the progress bar to the next."""
MOST_KEPT = 50
"""Counts that are kept for a visitor."""
OFF, NOISE, TEMPERATURE = "ablation_off", "ablation_noise", "ablation_temperature"
"""Where this visitor's changes are kept."""
UNCHANGED = Ablation({})

NOISE_HELP = (
    "Random numbers are added to every weight; at 1 they are as large as the weights of that layer are themselves."
)
TEMPERATURE_HELP = (
    "Divides the scores before the softmax: above 1 the answers become less sure, below 1 surer; the order stays."
)


def show_ablation(subject: Subject) -> None:
    """Let the visitor change a copy of the network, and show both networks' results."""
    try:
        data = mnist.load()
    except MnistError as error:
        st.warning(str(error))
        return
    ablation = _controls(subject)
    whole, copy = subject.network, ablation.applied(subject.network)
    pictures, labels = data.test
    for column, title, side, network, key in zip(
        st.columns(2, gap="medium"),
        ("Whole network", "Changed copy"),
        ("whole", "broken"),
        (whole, copy),
        (UNCHANGED.key, ablation.key),
        strict=True,
    ):
        right = _right((subject.reader.fingerprint, *key), network, pictures, labels)
        with column:
            st.html(result_html(title, side, network, subject.picture, right))
    if st.button(f"Read all {len(labels):,} test images with both", key="ablation_all"):
        _read_all(whole, copy, pictures, labels)
    st.html(
        hint(
            "You change a copy that is yours alone: the answer above, and everybody else’s, stays with the whole "
            "network."
        )
    )


def _controls(subject: Subject) -> Ablation:
    """Show the controls and return what is changed."""
    network, activations = subject.network, subject.activations
    names = layers_with_filters(network)
    off = existing(st.session_state.get(OFF, {}), activations)
    st.session_state.setdefault(NOISE, UNCHANGED.noise)
    st.session_state.setdefault(TEMPERATURE, UNCHANGED.temperature)
    softmax = has_temperature(network)
    if not softmax:
        st.session_state[TEMPERATURE] = UNCHANGED.temperature
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = str(st.selectbox("Filters of", names, key="ablation_layer", width=130)) if names else ""
        st.slider("Noise on every weight", 0.0, 2.0, step=0.05, key=NOISE, width=230, help=NOISE_HELP)
        st.slider(
            "Temperature", 0.25, 8.0, step=0.25, key=TEMPERATURE, width=230, help=TEMPERATURE_HELP, disabled=not softmax
        )
        values = activations.values[activations.names.index(layer)] if layer else np.empty(0)
        args = (layer, len(values))
        st.button("Every second one off", key="ablation_half", on_click=_half, args=args, disabled=not layer)
        st.button("Reset everything", key="ablation_reset", type="primary", on_click=_reset)
    if layer:
        _filters(layer, values, off)
    return Ablation(off, float(st.session_state[NOISE]), float(st.session_state[TEMPERATURE]))


def _filters(layer: str, values: Array, off: dict[str, list[int]]) -> None:
    """Show the layer's maps, to switch their filters off and on."""
    mine = off.get(layer, [])

    def toggle(value: str) -> None:
        number = int(value.split(":")[1])
        st.session_state["ablation_at"] = number
        st.session_state[OFF] = {**off, layer: sorted({*mine} ^ {number})}

    at = min(int(st.session_state.get("ablation_at", 0)), len(values) - 1)
    state = f"{layer}, {at} is {'off' if at in mine else 'on'}; {len(mine)} of {len(values)} are off"
    picker("ablation_filters", filters_html(values, mine, layer, at), toggle, state)


def _half(layer: str, count: int) -> None:
    st.session_state[OFF] = {**st.session_state.get(OFF, {}), layer: list(range(0, count, 2))}


def _reset() -> None:
    st.session_state[OFF] = {}
    st.session_state[NOISE], st.session_state[TEMPERATURE] = UNCHANGED.noise, UNCHANGED.temperature


def _right(key: tuple[object, ...], network: CNN, pictures: Array, labels: Array) -> int:
    """Count the first QUICK test images that are read right; the last results are kept for this visitor."""
    kept: dict[tuple[object, ...], int] = st.session_state.setdefault("ablation_right", {})
    if key not in kept:
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept[key] = count_right(BatchPredictor(network), pictures[:QUICK], labels[:QUICK])
    return kept[key]


def _read_all(whole: CNN, copy: CNN, pictures: Array, labels: Array) -> None:
    """Read all test images with both networks, a part at a time, and show both accuracies."""
    bar = st.progress(0.0, "Reading …")
    right, predictors = [0, 0], (BatchPredictor(whole), BatchPredictor(copy))
    for start in range(0, len(labels), PART):
        part = slice(start, start + PART)
        for i, predictor in enumerate(predictors):
            right[i] += count_right(predictor, pictures[part], labels[part])
        bar.progress(min(part.stop / len(labels), 1.0), f"{part.stop:,} of {len(labels):,} …")
    bar.empty()
    accuracies = [100 * count / len(labels) for count in right]
    st.html(
        render(
            "explain/ablation/accuracies.html",
            count=f"{len(labels):,}",
            whole=accuracies[0],
            changed=accuracies[1],
        )
    )
