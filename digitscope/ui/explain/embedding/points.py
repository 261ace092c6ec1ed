"""The points of the map: the last features of many test images, by principal components and, if stored, by t-SNE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.container import FileError, read, unpack
from cnn.explain.embedding import Projection, fingerprint, last_features, principal_components
from cnn.network import CNN
from digitscope.digits.io import mnist
from digitscope.resources import DATA

Array = np.ndarray

MANY = 2_000
"""How many of MNIST's test images are on the map: the first ones."""
STORED = DATA / "embedding.npz"
"""Places by t-SNE for one network, written by `python -m cnn embed`."""
FORMAT = "digitscope embedding 1"


@dataclass(frozen=True)
class Embedding:
    """A network's points; nothing in it is written to, visitors share it."""

    features: Array
    """(MANY, K) float32."""
    projection: Projection
    components: Array
    """(MANY, 2): places on the plane of the two principal components."""
    tsne: Array | None
    """(MANY, 2): places by t-SNE, where they are stored for this network."""


def embedding(network: CNN) -> Embedding:
    """Return the network's points, computed once for all visitors. Raises MnistError without the test images."""
    return _embedding(network, fingerprint(network))


@st.cache_resource(max_entries=8, show_spinner=False)
def _embedding(_network: CNN, mark: str) -> Embedding:
    features = last_features(_network, mnist.load().test_images[:MANY])
    projection = principal_components(features)
    return Embedding(features, projection, projection.project(features), stored_tsne(mark))


def stored_tsne(mark: str) -> Array | None:
    """Return the stored places (MANY, 2) if they were computed for the network with this fingerprint, else None."""
    try:
        header, arrays = unpack(read(STORED), STORED.name, FORMAT)
    except FileError:
        return None
    places = arrays.get("places")
    if header.get("network") != mark or places is None or places.shape != (MANY, 2):
        return None
    return places
