"""The networks that the page can read with: the shipped one, loaded once for all visitors, or a visitor's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from threadpoolctl import threadpool_limits

from cnn.fast.tracer import Lens
from cnn.verdict import refuse_above
from cnn.weights import WeightsError, from_bytes, load
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.ui.common.session import session

SHIPPED = Path(__file__).parents[1] / "pretrained" / "digitscope.npz"


@dataclass(frozen=True)
class Shipped:
    """The shipped network, or the sentence that says why there is none."""

    lens: Lens | None
    header: dict[str, Any]
    problem: str = ""


@st.cache_resource(show_spinner=False)
def shipped() -> Shipped:
    """Load the shipped weights, once for all visitors, and let them read one empty picture to warm up."""
    # One drawing is too little work to share out: where another program keeps a core busy, a second BLAS thread
    # costs milliseconds of waiting. Training runs in processes of its own.
    threadpool_limits(1, user_api="blas")
    try:
        network, header = load(SHIPPED)
    except WeightsError as error:
        return Shipped(None, {}, f"{error} Put the file back, or train a network in the sidebar.")
    if header.get("preprocessing") != PREPROCESSING:
        return Shipped(
            None,
            {},
            f"{SHIPPED.name} learned with version {header.get('preprocessing')} of the preprocessing, this is "
            f"version {PREPROCESSING}: train it anew with python -m cnn train.",
        )
    lens = Lens(network)
    lens.trace(np.zeros((28, 28), np.uint8))
    return Shipped(lens, header)


@dataclass(frozen=True)
class InUse:
    """What reads a visitor's drawings."""

    lens: Lens | None
    name: str
    refuse_above: float
    """The probability of "no digit" above which it does not read."""


def in_use() -> InUse:
    """What reads this visitor's drawings, and what to call it."""
    own = session()
    if own.own_lens is not None:
        return InUse(own.own_lens, own.own_name, own.own_refuse_above)
    return InUse(shipped().lens, "the shipped network", refuse_above(shipped().header))


def use(packed: bytes, name: str) -> None:
    """Let the whole page read with the network in a weights file. Raises WeightsError, and changes nothing."""
    network, header = from_bytes(packed, name)
    if network.input_shape != (1, 28, 28) or network.output_shape not in ((10,), (11,)):
        raise WeightsError(f"{name} does not turn pictures of 28 x 28 into ten answers, or eleven.")
    if header.get("preprocessing") != PREPROCESSING:
        raise WeightsError(
            f"{name} learned from pictures that were prepared another way (version {header.get('preprocessing')}, "
            f"here it is {PREPROCESSING}): train it anew."
        )
    own = session()
    own.own_lens, own.own_name, own.own_refuse_above = Lens(network), name, refuse_above(header)


def use_shipped() -> None:
    """Back to the network that everybody begins with."""
    session().own_lens = None
