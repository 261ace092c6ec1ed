"""The panel: the way as a row of steps, the chosen layer's map on the left, the arithmetic on the right."""

from __future__ import annotations

import streamlit as st

from cnn.explain import Activations, Place
from digitscope.ui.explain.names import place_name
from digitscope.ui.explain.numbers import decimals
from digitscope.ui.explain.picker import picker
from digitscope.ui.explain.pixel.all_numbers import numbers_file
from digitscope.ui.explain.pixel.place import place_html
from digitscope.ui.explain.pixel.sum import sum_html
from digitscope.ui.explain.pixel.trail import trail_html
from digitscope.ui.explain.subject import Subject
from digitscope.ui.explain.walk import Walk, walk


def show_pixel(subject: Subject) -> None:
    """Show where the walk stands, and let the visitor go on with it."""
    activations, own = subject.activations, walk(subject)
    picker("pixel_trail", trail_html(activations, own), lambda value: own.step(int(value)))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pixel_steps"):
        st.button("◀ Back", key="pixel_back", on_click=own.step, args=(own.number - 1,), disabled=own.number == 0)
        ahead = own.number + 1
        blocked = ahead >= len(activations) or own.way[ahead] is None
        st.button("Onward ▶", key="pixel_onward", on_click=own.step, args=(ahead,), disabled=blocked)
        _place_inputs(activations, own)
        digits = decimals()
    left, right = st.columns([30, 70], gap="medium")
    with left:

        def choose(value: str) -> None:
            own.go(activations, own.number, _place_of(activations, own, int(value.split(":")[1])))

        at, place = own.number, own.place
        name = f"{activations.names[at]}, {place_name(activations, at, place)}"
        picker("pixel_map", place_html(activations, own), choose, f"{name}: {activations.at(at, place):.{digits}f}")
    with right:

        def show_share(value: str) -> None:
            own.share = int(value.split(":")[1])

        picker("pixel_sum", sum_html(activations, own, digits), show_share)
        st.download_button(
            "All numbers of this pass (.npz)",
            lambda: numbers_file(activations),
            "numbers.npz",
            "application/octet-stream",
            key="pixel_numbers",
            on_click="ignore",
            help="The picture, every layer’s values, and every weight of the network: NumPy opens it.",
        )


def _place_inputs(activations: Activations, own: Walk) -> None:
    """Show the place as numbers that can be typed; they follow what is clicked."""
    shape = activations.values[own.number].shape
    words = ("Map", "Row", "Column") if len(shape) == 3 else ("Value",)

    def typed() -> None:
        own.go(activations, own.number, tuple(int(st.session_state[f"pixel_{word}"]) for word in words))

    for word, side, at in zip(words, shape, own.place, strict=True):
        st.session_state[f"pixel_{word}"] = int(at)
        st.number_input(word, 0, side - 1, step=1, key=f"pixel_{word}", on_change=typed, width=110)


def _place_of(activations: Activations, own: Walk, cell: int) -> Place:
    """Return the place that a click on a cell means: a pixel of the map, or one of the single values."""
    values = activations.values[own.number]
    return (cell,) if values.ndim == 1 else (own.place[0], *divmod(cell, values.shape[2]))
