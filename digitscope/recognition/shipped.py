"""The shipped weights, and the checks that any weights file must pass before it may read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnn import weights
from cnn.network import CNN
from cnn.verdict import DIGITS
from cnn.weights import WeightsError
from digitscope.digits.preprocess import PREPROCESSING, SIDE
from digitscope.resources import PRETRAINED

__all__ = ["SHIPPED", "WeightsError", "load", "unpack"]

SHIPPED = PRETRAINED / "digitscope.npz"


def load(path: Path) -> tuple[CNN, dict[str, Any]]:
    """Return the network in a weights file and the file's header.

    Raises WeightsError, in one sentence, for a file that is missing or damaged, a network that does not turn pictures
    of 28 x 28 into ten or eleven answers, or one that learned with another version of the preprocessing.
    """
    network, header = weights.load(path)
    _check(network, header, str(path))
    return network, header


def unpack(packed: bytes, name: str) -> tuple[CNN, dict[str, Any]]:
    """Like `load`, from bytes such as an upload's; `name` is what the error message calls them."""
    network, header = weights.from_bytes(packed, name)
    _check(network, header, name)
    return network, header


def _check(network: CNN, header: dict[str, Any], name: str) -> None:
    if network.input_shape != (1, SIDE, SIDE) or network.output_shape not in ((DIGITS,), (DIGITS + 1,)):
        raise WeightsError(f"{name} does not turn pictures of 28 x 28 into ten answers, or eleven.")
    if header.get("preprocessing") != PREPROCESSING:
        raise WeightsError(
            f"{name} learned with version {header.get('preprocessing')} of the preprocessing, but this is version "
            f"{PREPROCESSING}: train it anew."
        )
