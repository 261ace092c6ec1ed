"""Settings of a training run, validated on construction."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from cnn.optimizers import OPTIMIZERS
from cnn.schedules import SCHEDULES


@dataclass(frozen=True)
class Settings:
    """All settings of a training run except the architecture.

    Raises ValueError, with a message of one sentence, for values that are out of range or of the wrong type.
    """

    optimizer: str = "adam"
    """"sgd", "momentum" or "adam"."""
    learning_rate: float = 0.002
    """The highest learning rate of the schedule."""
    schedule: str = "cosine"
    """"constant", "cosine" or "one-cycle"."""
    momentum: float = 0.9
    """Gamma of Momentum, or beta 1 of Adam; SGD ignores it."""
    batch_size: int = 128
    epochs: int = 10
    """Number of passes over the training images, unless `seconds` is set."""
    seconds: float | None = None
    """Duration of the run instead of a number of epochs; its result then depends on the machine's speed."""
    images: int | None = None
    """Number of training images to use, from the first on; None uses all."""
    warps: bool = True
    """Augment: rotate, stretch and bend each image slightly, differently each time."""
    dropout: float | None = None
    """Probability for every Dropout layer, 0 to 1; None keeps those of the architecture."""
    weight_decay: float = 0.0
    average: float = 0.999
    """Decay rate of the moving average of the weights, which is the result of the run; 0 turns it off."""
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("optimiser", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _between("learning rate", self.learning_rate, 1e-8, 1000)
        _between("momentum", self.momentum, 0, 0.9999)
        _whole("batch size", self.batch_size, 1, 4096)
        _whole("number of epochs", self.epochs, 1, 10_000)
        if self.seconds is not None:
            _between("number of seconds", self.seconds, 0.1, 86_400)
        if self.images is not None:
            _whole("number of images", self.images, 1, 10_000_000)
        if self.dropout is not None:
            _between("dropout", self.dropout, 0, 1)
        _between("weight decay", self.weight_decay, 0, 1)
        _between("memory of the average", self.average, 0, 0.999999)
        _whole("seed", self.seed, 0, 2**63 - 1)


def _one_of(what: str, value: str, known: dict) -> None:
    if value not in known:
        raise ValueError(f"The {what} is one of {', '.join(known)}, not {value!r}.")


def _between(what: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (isfinite(value) and low <= value <= high):
        raise ValueError(f"The {what} must be a number from {low:g} to {high:g}, but is {value!r}.")


def _whole(what: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"The {what} must be a whole number from {low:,} to {high:,}, but is {value!r}.")
