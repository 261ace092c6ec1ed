"""Break it: filters off, noise on the weights, another temperature; answer and test accuracy move, a button mends."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnn.explain.ablation import ablated
from cnn.fast.predictor import BatchPredictor
from cnn.layers import Conv3x3, FullyConnected, Softmax
from cnn.network import CNN
from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import MnistError
from digitscope.ui.common.pictures import level_address
from digitscope.ui.explain.overview import sprite
from digitscope.ui.explain.picker import framed, grid, picker
from digitscope.ui.explain.subject import Subject, named

Array = np.ndarray

QUICK = 500
"""Test images that are read at every change: the first so many, few enough to be read at once."""
PART = 500
"""Test images from one step of the progress bar to the next."""
SETTINGS: dict[str, float] = {"break_noise": 0.0, "break_heat": 1.0}


def show_broken(subject: Subject) -> None:
    """The controls, then answer and accuracy of the whole network and of the broken copy."""
    try:
        data = mnist.load()
    except MnistError as error:
        st.warning(str(error))
        return
    network, look = subject.network, subject.look
    names = [name for name, layer in network.layers[:-1] if isinstance(layer, (Conv3x3, FullyConnected))]
    off: dict[str, list[int]] = {
        name: [one for one in filters if one < len(look.values[look.names.index(name)])]
        for name, filters in st.session_state.get("break_off", {}).items()
        if name in names
    }
    for key, value in SETTINGS.items():
        st.session_state.setdefault(key, value)
    ends = isinstance(network.layers[-1][1], Softmax)
    if not ends:
        st.session_state["break_heat"] = 1.0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = str(st.selectbox("Filters of", names, key="break_layer", width=130)) if names else ""
        st.slider("Noise on every weight", 0.0, 2.0, step=0.05, key="break_noise", width=230, help=NOISE)
        st.slider("Temperature", 0.25, 8.0, step=0.25, key="break_heat", width=230, help=HEAT, disabled=not ends)
        count = len(look.values[look.names.index(layer)]) if layer else 0
        st.button("Every second one off", key="break_half", on_click=_half, args=(layer, count), disabled=not layer)
        st.button("Mend everything", key="break_mend", type="primary", on_click=_mend)

    if layer:

        def toggle(value: str) -> None:
            one, now = int(value.split(":")[1]), set(off.get(layer, []))
            st.session_state["break_at"] = one
            st.session_state["break_off"] = {**off, layer: sorted(now ^ {one})}

        values, mine = look.values[look.names.index(layer)], off.get(layer, [])
        at = min(int(st.session_state.get("break_at", 0)), len(values) - 1)
        said = f"{layer}, {at} is {'off' if at in mine else 'on'}; {len(mine)} of {len(values)} are off"
        picker("break_filters", _filters_html(values, mine, layer, at), toggle, said)
    worse = ablated(
        network,
        off,
        float(st.session_state["break_noise"]),
        float(st.session_state["break_heat"]),
        # The same noise for the same amount: what moves is what was changed.
        np.random.default_rng(1),
    )
    pictures, labels = data.test
    left, right = st.columns(2, gap="medium")
    settings = (
        subject.reader.fingerprint,
        tuple((k, *v) for k, v in off.items() if v),
        *(st.session_state[one] for one in SETTINGS),
    )
    whole_key = (subject.reader.fingerprint, "whole")
    if settings[1:] == ((), *SETTINGS.values()):
        settings = whole_key
    with left:
        st.html(_side("Whole", network, subject.picture, _right(whole_key, network, pictures, labels), "whole"))
    with right:
        st.html(_side("Broken", worse, subject.picture, _right(settings, worse, pictures, labels), "broken"))
    if st.button(f"Read all {len(labels):,} test images with both", key="break_all"):
        bar = st.progress(0.0, "Reading …")
        both, readers = [0, 0], (BatchPredictor(network), BatchPredictor(worse))
        for start in range(0, len(labels), PART):
            part = slice(start, start + PART)
            for i, reader in enumerate(readers):
                both[i] += _count(reader, pictures[part], labels[part])
            bar.progress(min(part.stop / len(labels), 1.0), f"{part.stop:,} of {len(labels):,} …")
        bar.empty()
        st.html(
            f"<p>Of all {len(labels):,} test images, one pass each: whole {100 * both[0] / len(labels):.2f} %, broken "
            f"{100 * both[1] / len(labels):.2f} % right.</p>"
        )
    st.html(
        '<p class="hint">You break a copy that is yours alone: the answer above, and everybody else’s, stays with the '
        "whole network.</p>"
    )


NOISE = "Random numbers are added to every weight; at 1 they are as large as the weights of that layer are themselves."
HEAT = "Divides the scores before the softmax: above 1 the answers become less sure, below 1 surer; the order stays."


def _half(layer: str, count: int) -> None:
    st.session_state["break_off"] = {**st.session_state.get("break_off", {}), layer: list(range(0, count, 2))}


def _mend() -> None:
    st.session_state["break_off"] = {}
    for key, value in SETTINGS.items():
        st.session_state[key] = value


def _right(key: tuple, network: CNN, pictures: Array, labels: Array) -> int:
    """How many of the first QUICK test images are read right; the last results are kept for this visitor."""
    kept: dict[tuple, int] = st.session_state.setdefault("break_right", {})
    if key not in kept:
        if len(kept) > 50:
            kept.clear()
        kept[key] = _count(BatchPredictor(network), pictures[:QUICK], labels[:QUICK])
    return kept[key]


def _count(reader: BatchPredictor, pictures: Array, labels: Array) -> int:
    """How many of the pictures are read right, one pass each."""
    return int((reader.predict(pictures).argmax(axis=1) == labels).sum())


ACROSS = {"wide": 24, "narrow": 12}
"""Maps beside each other on a wide screen, and on a phone: as large as a finger."""


def _filters_html(values: Array, off: list[int], layer: str, at: int) -> str:
    """The layer's maps of this drawing; those that are off are crossed out."""
    maps = (values if values.ndim == 3 else values.reshape(-1, 1, 1)).copy()
    maps[off] = 0
    grids = "".join(_grid(maps, off, layer, at, min(across, len(maps)), only) for only, across in ACROSS.items())
    return f'{grids}<p class="hint">Choose a map to switch its filter off or on: {len(off)} of {len(maps)} are off.</p>'


def _grid(maps: Array, off: list[int], layer: str, at: int, along: int, only: str) -> str:
    rows = -(-len(maps) // along)
    places = [divmod(one, along) for one in off]
    crosses = "".join(framed(row, column, row + 1, column + 1, along, "off", rows) for row, column in places)
    return grid(
        "filter",
        level_address(sprite(maps, along)),
        columns=along,
        rows=rows,
        at=at,
        count=len(maps),
        label=f"{layer}: {len(maps)} maps, {len(off)} off; arrow keys move, Enter switches one off or on",
        inner=crosses,
        width=along * 33,
        press="filter",
        only=only,
    )


def _side(title: str, network: CNN, picture: Array, right: int, name: str) -> str:
    answers = network.predict_output(picture[None])[0]
    best = int(answers.argmax())
    bars = "".join(
        f'<div class="bar{" best" if answer == best else ""}"><span class="number">{100 * p:.0f}</span>'
        f'<span class="track"><span class="level" style="height:{100 * p:.1f}%"></span></span>'
        f'<span class="name">{answer if answer < 10 else "none"}</span></div>'
        for answer, p in enumerate(answers)
    )
    spoken = ", ".join(f"{named(answer)} {100 * p:.0f} %" for answer, p in enumerate(answers))
    return (
        f'<div data-side="{name}" data-right="{right}" data-answer="{best}"><p><b>{title}</b>: “{named(best)}”, '
        f"{100 * float(answers[best]):.1f} %; right on {right} of {QUICK} test images, one pass each "
        f"({100 * right / QUICK:.1f} %).</p>"
        f'<div class="bars small eleven" style="--answers:{len(answers)}" role="img" aria-label="{title}: {spoken}">'
        f"{bars}</div></div>"
    )
