"""What passes between a page and a worker: the job, commands to the worker, reports from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from cnn.settings import Settings
from cnn.training import EpochDone, StepDone
from digitscope.digits.strokes import Strokes

Array = np.ndarray


class JobError(Exception):
    """A job that cannot be started; the message is one sentence for whoever asked for it."""


# Jobs


@dataclass(frozen=True)
class TrainingJob:
    """Train a network: its layers, the settings, and the drawings to read meanwhile."""

    layers: list[dict[str, Any]]
    """As `cnn.architectures.to_list` writes them."""
    settings: Settings
    own_pictures: Array = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    """The visitor's own last drawings (k, 28, 28), read after some of the steps."""
    checkpoint: bytes | None = None
    """If given, the run goes on from there, and `layers` and `settings` are ignored."""


@dataclass(frozen=True)
class PersonaliseJob:
    """Fine-tune a copy of a network on one visitor's drawings."""

    weights: bytes
    """A weights file of the network to begin with."""
    drawings: tuple[tuple[Strokes, int], ...]
    """Drawings, each with the digit that was meant."""


Job = TrainingJob | PersonaliseJob


# Commands


@dataclass(frozen=True)
class Pause:
    """Wait after the current step."""


@dataclass(frozen=True)
class GoOn:
    """Train on after a pause."""


@dataclass(frozen=True)
class OneStep:
    """Take a single step, then pause."""


@dataclass(frozen=True)
class Stop:
    """End the job; a training run hands over what it has learned."""


@dataclass(frozen=True)
class Change:
    """Go on with other settings; None keeps a setting."""

    learning_rate: float | None = None
    momentum: float | None = None
    dropout: float | None = None

    def applied_to(self, settings: Settings) -> Settings:
        """Return the changed settings. Raises ValueError, in one sentence, for values out of range."""
        return replace(settings, **{name: value for name, value in vars(self).items() if value is not None})


Command = Pause | GoOn | OneStep | Stop | Change


# Reports


@dataclass(frozen=True)
class Steps:
    """The steps since the last report, one StepDone for each batch."""

    steps: tuple[StepDone, ...]


@dataclass(frozen=True)
class Checked:
    """Loss and accuracy on a part of the validation images, between the ends of epochs."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Epoch:
    """An epoch's end."""

    done: EpochDone


@dataclass(frozen=True)
class Answers:
    """The averaged network's answers to all validation images, after each epoch and at the end."""

    step: int
    predicted: Array
    """(n,) uint8."""
    confidence: Array
    """(n,) float32: the probability of `predicted`."""


@dataclass(frozen=True)
class Filters:
    """The first convolution's current kernels: (F, C, 3, 3) float32."""

    step: int
    kernels: Array


@dataclass(frozen=True)
class OwnAnswers:
    """The probabilities (k, 10) float32 for the visitor's drawings after `step` steps."""

    step: int
    probabilities: Array


@dataclass(frozen=True)
class Paused:
    """The run is paused after `step` steps."""

    step: int


@dataclass(frozen=True)
class Saved:
    """A checkpoint from which another worker can go on."""

    step: int
    checkpoint: bytes


@dataclass(frozen=True)
class Progress:
    """How far a personalising job has come, 0 to 1."""

    share: float


@dataclass(frozen=True)
class Meter:
    """Shares read correctly, 0 to 1, on pictures that were not learned from."""

    own: float
    """On variations of the visitor's drawings."""
    drawings: int
    """How many of the drawings themselves are read correctly."""
    mnist: float
    """On validation images of MNIST."""


@dataclass(frozen=True)
class Learned:
    """The result of a personalising job: a weights file, and the meters before and after."""

    packed: bytes
    before: Meter
    after: Meter


@dataclass(frozen=True)
class Ended:
    """The last report of every job."""

    how: str
    """"finished", "stopped", "diverged", "abandoned", "time" or "failed"."""
    sentence: str = ""
    """The reason, unless `how` says it all."""
    weights: bytes | None = None
    """A weights file of the trained network, if there is one."""
    accuracy: float | None = None
    """On the validation images."""
    step: int = 0


Report = Steps | Checked | Epoch | Answers | Filters | OwnAnswers | Paused | Saved | Progress | Learned | Ended


class Channel(Protocol):
    """The worker's end of a connection; each way of running jobs brings its own."""

    def send(self, report: Report) -> None:
        """Send a report to the page."""

    def receive(self, timeout: float | None) -> Command | None:
        """Return the next command, or None if none comes within `timeout` seconds (None: wait for one)."""


class WorkerLostError(Exception):
    """The worker process is gone without a last report: killed, or out of memory."""


class Link(Protocol):
    """The page's end of a connection."""

    def receive(self, timeout: float) -> Report | None:
        """Return the next report, or None if none comes within `timeout` seconds. Raises WorkerLostError."""

    def send(self, command: Command) -> None:
        """Send a command to the worker."""

    def close(self) -> None:
        """Give up the connection and with it the job, whether it is done or not."""
