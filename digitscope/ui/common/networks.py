"""The networks that the page can read with: the shipped one, loaded once for all visitors, or a visitor's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from threadpoolctl import threadpool_limits

from digitscope.recognition import Reader, WeightsError
from digitscope.ui.common.session import session


@dataclass(frozen=True)
class Shipped:
    """The reader on the shipped network, or the sentence that says why there is none."""

    reader: Reader | None
    problem: str = ""


@st.cache_resource(show_spinner=False)
def shipped() -> Shipped:
    """Load the shipped weights, once for all visitors, and let them read one empty picture to warm up."""
    # One drawing is too little work to share out: where another program keeps a core busy, a second BLAS thread
    # costs milliseconds of waiting. Training runs in processes of its own.
    threadpool_limits(1, user_api="blas")
    try:
        reader = Reader.shipped()
    except WeightsError as error:
        return Shipped(None, f"{error} Put the file back, or train a network in the sidebar.")
    reader.tracer.trace(np.zeros((28, 28), np.uint8))
    return Shipped(reader)


def in_use() -> Reader | None:
    """Return what reads this visitor's drawings; None where there is no network."""
    return session().own_reader or shipped().reader


def use(packed: bytes, name: str) -> None:
    """Let the whole page read with the network in a weights file. Raises WeightsError, and changes nothing."""
    session().own_reader = Reader.from_bytes(packed, name)


def use_shipped() -> None:
    """Return to the network that everybody begins with."""
    session().own_reader = None
