"""The map of digits on the page: the chart, the chosen test image, and the drawing's nearest neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import streamlit as st

from cnn.explain.embedding import interpolated_position, last_features, nearest_neighbours
from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import MnistError
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import hint, render
from digitscope.ui.explain.embedding.chart import chart, table
from digitscope.ui.explain.embedding.points import MANY, Embedding, embedding
from digitscope.ui.explain.plates import Plate, plates_html
from digitscope.ui.explain.subject import Subject

Array = np.ndarray

NEAREST = 8
PLANE, TSNE = "Principal components", "t-SNE"
CHOSEN = "embedding_number"
"""Where the number of the chosen test image is kept: chosen on the map, or typed by those who use keys."""


def show_embedding(subject: Subject) -> None:
    """Show the map, and the drawing's nearest neighbours."""
    try:
        data = mnist.load()
    except MnistError as error:
        st.warning(str(error))
        return
    with st.spinner(f"Reading {MANY:,} digits …"):
        points = embedding(subject.network)
    own = last_features(subject.network, subject.picture[None])[0]
    nearest, distances = nearest_neighbours(points.features, own, NEAREST)
    method = _chosen_method(points)
    if method == TSNE and points.tsne is not None:
        places, mine = points.tsne, interpolated_position(points.tsne, nearest, distances)
    else:
        places, mine = points.components, points.projection.project(own[None])[0]
    labels = data.test_labels[:MANY]
    left, right = st.columns([62, 38], gap="medium")
    key = f"embedding_{method}"
    with left:
        st.vega_lite_chart(
            table(places, labels, mine),
            chart(f"{MANY:,} test images as dots; your drawing lies nearest to a {labels[nearest[0]]}"),
            key=key,
            width="stretch",
            on_select=lambda: _take(st.session_state[key]),
        )
    with right:
        number = st.number_input("Test image", 0, MANY - 1, None, 1, key=CHOSEN, width=150, placeholder="none")
        if number is not None:
            chosen = _plate(data, number, f"test image {number}", "data-chosen")
            st.html(plates_html([chosen], small=True))
        plates = plates_html(_neighbours(data, zip(nearest, distances, strict=True)), small=True)
        st.html(render("explain/embedding/neighbours.html", plates=plates))
    st.html(
        hint(
            f"The first {MANY:,} of MNIST’s test images by the {points.features.shape[1]} values that the last layer "
            f"weighs, each as its digit; the diamond is your drawing. {_meaning(points, method)} Choose a dot, or "
            "type a number, to see its image."
        )
    )


def _chosen_method(points: Embedding) -> str:
    """Let the visitor choose how the points are laid out, where there is a choice."""
    if points.tsne is None:
        return PLANE
    methods = [PLANE, TSNE]
    return str(st.segmented_control("Laid out by", methods, default=TSNE, required=True, key="embedding_method"))


def _meaning(points: Embedding, method: str) -> str:
    """Say what distances on the map mean, and what they do not."""
    if method == TSNE:
        return (
            "t-SNE keeps neighbours together; distances between far groups mean nothing. Your drawing stands at the "
            "mean of its nearest neighbours, the nearer the heavier."
        )
    share = points.projection.explained_variance_ratio
    words = (
        f"The plane on which the features lie furthest apart; it holds {100 * share:.0f} % of their variance, so "
        "digits that lie over each other here may be far apart."
    )
    if points.tsne is None:
        words += " There is no t-SNE for this network: it takes a minute and is computed for the shipped one."
    return words


def _neighbours(data: mnist.Mnist, found: Iterable[tuple[int, float]]) -> list[Plate]:
    return [_plate(data, number, f"{distance:.2f}", "data-neighbour") for number, distance in found]


def _plate(data: mnist.Mnist, number: int, words: str, attribute: str) -> Plate:
    """Return a test image; `attribute` says with its number what it is there for."""
    label = data.test_labels[number]
    return Plate(ink_picture(data.test_images[number]), f"A {label}", str(label), words, {attribute: number})


def _take(event: Any) -> None:
    """Make what is chosen on the map the number's value."""
    chosen = event["selection"].get("digit") or []
    if chosen and int(chosen[0]["number"]) >= 0:
        st.session_state[CHOSEN] = int(chosen[0]["number"])
