"""What page and worker say to each other: the job, commands on the way down, reports on the way up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cnn.settings import Settings
from cnn.training import EpochDone, StepDone

Array = np.ndarray


@dataclass(frozen=True)
class Job:
    """One training run: what to build, how to train it, what to look at meanwhile."""

    layers: list[dict[str, Any]]
    """As `cnn.architectures.to_list` writes them."""
    settings: Settings
    own_pictures: Array = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    """The visitor's own last drawings (k, 28, 28): what the network says to them is reported now and then."""
    checkpoint: bytes | None = None
    """If given, the run goes on from there, and `layers` and `settings` are not looked at."""


# Commands


@dataclass(frozen=True)
class Pause:
    """Wait after the present step."""


@dataclass(frozen=True)
class GoOn:
    """Train on after a pause."""


@dataclass(frozen=True)
class OneStep:
    """Take a single step, then pause."""


@dataclass(frozen=True)
class Stop:
    """End the run and hand over what was learned."""


@dataclass(frozen=True)
class Change:
    """Go on with other settings; None leaves a setting as it is."""

    learning_rate: float | None = None
    momentum: float | None = None
    dropout: float | None = None

    def applied_to(self, settings: Settings) -> Settings:
        """The settings as changed; raises ValueError, in a sentence, for values that make no sense."""
        return replace(settings, **{name: value for name, value in vars(self).items() if value is not None})


Command = Pause | GoOn | OneStep | Stop | Change


# Reports


@dataclass(frozen=True)
class Steps:
    """What happened since the last report, a StepDone a batch."""

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
    """What the network to use says to every validation image, at the end of an epoch and of the run."""

    step: int
    predicted: Array
    """(n,) uint8."""
    confidence: Array
    """(n,) float32: the probability of that answer."""


@dataclass(frozen=True)
class Filters:
    """The first convolution's kernels as they are now: (F, C, 3, 3) float32."""

    step: int
    kernels: Array


@dataclass(frozen=True)
class OwnAnswers:
    """What the network says to the visitor's drawings after so many steps: (k, 10) float32."""

    step: int
    probabilities: Array


@dataclass(frozen=True)
class Paused:
    """The run waits; `step` steps are done."""

    step: int


@dataclass(frozen=True)
class Saved:
    """A checkpoint from which another worker could go on."""

    step: int
    checkpoint: bytes


@dataclass(frozen=True)
class Ended:
    """The last report of a run, however it ended."""

    how: str
    """"finished", "stopped", "diverged", "abandoned", "time" or "failed"."""
    sentence: str = ""
    """Why, where that is not plain."""
    weights: bytes | None = None
    """A weights file of the network to use, where there is one."""
    accuracy: float | None = None
    """On the validation images."""
    step: int = 0


Report = Steps | Checked | Epoch | Answers | Filters | OwnAnswers | Paused | Saved | Ended
