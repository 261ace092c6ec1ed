"""What the commands share: their errors, their data, the shipped weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from digits import mnist
from digits.mnist import Mnist, MnistError
from digits.preprocess import PREPROCESSING

from cnn import CNN
from cnn.weights import WeightsError, load

SHIPPED = Path(__file__).parents[2] / "pretrained" / "digitscope.npz"


class CommandError(Exception):
    """A command that cannot run; the message is one sentence for the person who typed it."""


def load_mnist() -> Mnist:
    """MNIST, or a CommandError."""
    try:
        return mnist.load()
    except MnistError as error:
        raise CommandError(str(error)) from error


def load_network(path: Path) -> tuple[CNN, dict[str, Any]]:
    """A network that learned with today's preprocessing and its header, or a CommandError."""
    try:
        network, header = load(path)
    except WeightsError as error:
        raise CommandError(str(error)) from error
    if header.get("preprocessing") != PREPROCESSING:
        raise CommandError(
            f"{path} learned with version {header.get('preprocessing')} of the preprocessing, but this is version "
            f"{PREPROCESSING}: train it anew."
        )
    if network.output_shape != (10,):
        raise CommandError(f"{path} gives {network.output_shape}, not ten probabilities.")
    return network, header
