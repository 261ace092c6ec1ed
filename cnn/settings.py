"""The settings of a training run, each described once: forms, command line flags and checks are made from that."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from cnn.optimizers import OPTIMIZERS
from cnn.schedules import SCHEDULES


@dataclass(frozen=True)
class About:
    """What people are told about a setting."""

    label: str
    """Its name in a form."""
    help: str
    """A sentence for whoever has to choose."""

    def check(self, value: Any) -> None:
        """Raise ValueError, in one sentence, for a value that the setting cannot have."""
        raise NotImplementedError


@dataclass(frozen=True)
class Switch(About):
    """A setting that is on or off."""

    def check(self, value: Any) -> None:
        """See `About`."""
        if not isinstance(value, bool):
            raise ValueError(f"The setting {self.label.lower()} is True or False, not {value!r}.")


@dataclass(frozen=True)
class Choice(About):
    """A setting with one of a few named values."""

    values: tuple[str, ...]

    def check(self, value: Any) -> None:
        """See `About`."""
        if value not in self.values:
            raise ValueError(f"The {self.label.lower()} is one of {', '.join(self.values)}, not {value!r}.")


@dataclass(frozen=True)
class Number(About):
    """A setting with a number from `low` to `high`."""

    low: float
    high: float
    whole: bool = False
    noun: str = ""
    """What an error calls it, where that is not the label: "number of epochs"."""
    offered: tuple[float, float] | None = None
    """The range that a form offers, where that is narrower."""
    stops: tuple[int, ...] = ()
    """The only values that a form offers."""
    step: float = 1
    """The smallest change that is worth making."""
    decimals: int = 2
    """Digits behind the point that a form shows."""
    when_none: float | None = None
    """For a setting that may be None: the number that a form shows in its place."""
    instead_of: str = ""
    """The setting that this one replaces when it is given."""

    def check(self, value: Any) -> None:
        """See `About`."""
        if value is None and self.when_none is not None:
            return
        kinds = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not self.low <= value <= self.high:
            kind = "whole number" if self.whole else "number"
            low, high = (f"{bound:,}" if self.whole else f"{bound:g}" for bound in (self.low, self.high))
            noun = self.noun or self.label.lower()
            raise ValueError(f"The {noun} must be a {kind} from {low} to {high}, but is {value!r}.")


def _setting(default: Any, about: About) -> Any:
    """Return a dataclass field with its default and what people are told about it."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Settings:
    """All settings of a run except the layers. Raises ValueError, in one sentence, for values out of range.

    To add a setting, add a field here: the page's form, the flags of `train` and `sweep` and the check follow from it.
    """

    optimizer: str = _setting(
        "adam",
        Choice(
            "Optimiser",
            "How a gradient becomes a step: plain (sgd), with momentum, or scaled for each weight (adam).",
            tuple(OPTIMIZERS),
        ),
    )
    learning_rate: float = _setting(
        0.002,
        Number(
            "Learning rate",
            "How far each step goes, at the schedule's highest point. "
            "Too small: training is slow. Too large: the loss jumps about and never settles.",
            1e-8,
            1000,
            offered=(0, 1000),
            step=0.001,
            decimals=4,
        ),
    )
    schedule: str = _setting(
        "cosine",
        Choice(
            "Learning-rate schedule",
            "How the learning rate changes over the run: constant; a short rise, then slowly down to zero (cosine); "
            "or up for a third of the run, then down (one-cycle).",
            tuple(SCHEDULES),
        ),
    )
    momentum: float = _setting(
        0.9,
        Number(
            "Momentum",
            "How much of the last step is carried into the next one: Momentum's gamma, Adam's beta 1. sgd has none.",
            0,
            0.9999,
            offered=(0, 0.99),
            step=0.01,
        ),
    )
    batch_size: int = _setting(
        128, Number("Batch size", "How many images each step is computed from.", 1, 4096, whole=True)
    )
    epochs: int = _setting(
        10,
        Number(
            "Epochs",
            "How often each image is shown.",
            1,
            10_000,
            whole=True,
            noun="number of epochs",
            offered=(1, 1000),
        ),
    )
    seconds: float | None = _setting(
        None,
        Number(
            "Seconds",
            "Train for this long instead of a number of epochs; the result then depends on the machine.",
            0.1,
            86_400,
            noun="number of seconds",
            offered=(1, 1500),
            when_none=60,
            decimals=0,
            instead_of="epochs",
        ),
    )
    images: int | None = _setting(
        None,
        Number(
            "Images",
            "How many training images to learn from, counted from the first.",
            1,
            10_000_000,
            whole=True,
            noun="number of images",
            stops=(1_000, 2_000, 5_000, 10_000, 20_000, 55_000),
            when_none=55_000,
        ),
    )
    warps: bool = _setting(
        True,
        Switch("Warped images", "Show each image slightly turned, stretched and bent, differently each time."),
    )
    dropout: float | None = _setting(
        None,
        Number(
            "Dropout",
            "In networks with a dropout layer: the share of its values that is set to zero at each step.",
            0,
            1,
            offered=(0, 0.9),
            step=0.01,
            when_none=0.3,
        ),
    )
    weight_decay: float = _setting(
        0.0,
        Number(
            "Weight decay",
            "Weights shrink by this share of the learning rate at each step, so that none grows without need.",
            0,
            1,
            step=0.005,
            decimals=4,
        ),
    )
    average: float = _setting(
        0.999,
        Number(
            "Average of weights",
            "The network that is used is a moving average of the weights with this memory; 0: the last weights.",
            0,
            0.999999,
            noun="memory of the average",
            offered=(0, 0.99999),
            step=0.001,
            decimals=5,
        ),
    )
    seed: int = _setting(
        0,
        Number(
            "Seed",
            "All randomness follows from it.",
            0,
            2**63 - 1,
            whole=True,
            offered=(0, 2**31),
        ),
    )

    def __post_init__(self) -> None:
        for name, about in ABOUT.items():
            about.check(getattr(self, name))

    def changed(self, **given: Any) -> Settings:
        """Return a copy with the `given` values; a given number of epochs also drops the seconds that would replace it.

        Raises ValueError, in one sentence, for values out of range.
        """
        for name, about in ABOUT.items():
            if isinstance(about, Number) and about.instead_of in given and name not in given:
                given[name] = None
        return replace(self, **given)


ABOUT: dict[str, About] = {setting.name: setting.metadata["about"] for setting in fields(Settings)}
"""What people are told about each setting, in the order of a form."""
