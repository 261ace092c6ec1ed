"""What can be chosen about a training run, as one value that is checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from cnn.optimizers import OPTIMIZERS
from cnn.schedules import SCHEDULES


@dataclass(frozen=True)
class Settings:
    """All choices of a run but the layers. Raises ValueError, in a sentence, for values that make no sense."""

    optimizer: str = "adam"
    """"sgd", "momentum" or "adam"."""
    learning_rate: float = 0.002
    """The highest rate of the schedule."""
    schedule: str = "cosine"
    """"constant", "cosine" or "one-cycle"."""
    momentum: float = 0.9
    """Momentum's gamma, and Adam's beta 1; plain SGD has none."""
    batch_size: int = 128
    epochs: int = 10
    """How often each image is seen, unless `seconds` ends the run."""
    seconds: float | None = None
    """If given, the run lasts as long, however many epochs that makes. Such a run depends on the machine."""
    images: int | None = None
    """Learn from the first so many training images; None: from all."""
    warps: bool = True
    """Show each image turned, stretched and bent a little, anew each time."""
    dropout: float | None = None
    """Replaces the share of every Dropout layer; None: as the architecture says."""
    weight_decay: float = 0.0
    average: float = 0.999
    """Memory of the moving average of the weights that is used in the end; 0: no average."""
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
