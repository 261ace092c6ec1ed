"""Training: `fit` is a generator that trains a network batch by batch and yields events.

To stop, do not ask for the next event. A `Run` holds everything needed to continue, and all randomness is derived from
the seed and the number of the step: a run that is interrupted and resumed, in this process or another, ends with the
same weights as one that is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from math import ceil, isfinite, log
from time import perf_counter
from typing import Protocol

import numpy as np

from cnn.layers import Dropout
from cnn.network import CNN, Step
from cnn.optimizers import OPTIMIZERS, Adam, Momentum, Optimizer
from cnn.schedules import SCHEDULES, warp_strength
from cnn.settings import Settings

Array = np.ndarray
Examples = tuple[Array, Array]
"""Pictures (n, 28, 28) and labels (n,)."""
Augment = Callable[[Array, np.random.Generator], Array]
"""Maps pictures (n, 28, 28) to augmented ones of the same shape and classes."""

RECENT = 50
"""Number of steps over which the loss is averaged to detect divergence."""

USUAL_RATES = {"sgd": 0.05, "momentum": 0.02, "adam": 0.002}
"""Learning rates that work for most small networks, suggested after a run diverged."""


@dataclass(frozen=True)
class StepDone:
    """One step of the optimiser was taken."""

    step: int
    """Number of steps so far."""
    epoch: int
    """Number of the epoch, from 1."""
    progress: float
    """Share of the run that is done, 0 to 1."""
    loss: float
    """Mean over the batch, before the step."""
    accuracy: float
    """On the batch, before the step; 0 to 1."""
    learning_rate: float
    images_per_second: float
    """Moving average."""
    seconds: float
    """Time spent on training and validation so far."""


@dataclass(frozen=True)
class EpochDone:
    """One epoch is over: every training image was used once. Accuracies are from 0 to 1."""

    epoch: int
    step: int
    training_loss: float
    """Mean over the epoch's images, each measured before the step that used it."""
    training_accuracy: float
    """As `training_loss`."""
    validation_loss: float
    """Of the averaged weights, see `Run.result`."""
    validation_accuracy: float
    """As `validation_loss`."""
    seconds: float


@dataclass(frozen=True)
class Finished:
    """The run is complete; loss and accuracy (0 to 1) are those of `Run.result`."""

    steps: int
    epochs: int
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Diverged:
    """The run was ended because its loss diverged; `sentence` explains it and suggests a learning rate."""

    step: int
    loss: float
    sentence: str
    seconds: float


Event = StepDone | EpochDone | Finished | Diverged


class Run:
    """State of a training run between two steps: network, optimiser, averaged weights and progress.

    `settings` may be replaced during the run; learning rate, momentum, dropout and weight decay take effect at the
    next step.
    """

    def __init__(self, network: CNN, settings: Settings) -> None:
        self.network = network
        self.settings = settings
        self.optimizer = _optimizer(settings)
        self.averages: dict[str, Array] = {}
        self.step = 0
        self.seconds = 0.0
        self.epoch_loss = 0.0
        self.epoch_right = 0.0
        self.recent: deque[float] = deque(maxlen=RECENT)

    def result(self) -> CNN:
        """Return a copy of the network, with the averaged weights if there are any: the network to use."""
        copy = deepcopy(self.network)
        if self.averages:
            copy.set_arrays(self.averages)
        return copy

    def average(self) -> None:
        """Update the moving average of weights and running statistics (Polyak and Juditsky 1992).

        The decay rate is min(settings.average, (1 + step) / (10 + step)): it grows with the run, so that the random
        initial weights soon lose their influence.
        """
        if not self.settings.average:
            return
        now = self.network.params | self.network.state
        memory = min(self.settings.average, (1 + self.step) / (10 + self.step))
        if not self.averages:
            self.averages = {name: array.copy() for name, array in now.items()}
        for name, array in now.items():
            mean = self.averages[name]
            mean *= memory
            mean += (1 - memory) * array


class Warp(Protocol):
    """An `Augment` with a strength."""

    def __call__(self, pictures: Array, rng: np.random.Generator, strength: float) -> Array:
        """Return augmented pictures (n, 28, 28); a strength of 0 changes nothing, 1 is the full strength."""


class Engine(Protocol):
    """Computes gradients and predictions: the plain engine, or the fast one in `cnn.fast.engine`."""

    def gradients(
        self, network: CNN, pictures: Array, labels: Array, seeds: list[int], augment: Augment | None
    ) -> Step:
        """Compute loss, accuracy and gradients on pictures (n, 28, 28) uint8 and labels (n,).

        The pictures are first passed through `augment`, if given. All random numbers come from generators seeded with
        `seeds`.
        """

    def predict(self, network: CNN, pictures: Array) -> Array:
        """Return probabilities (n, K) float32 for pictures (n, 28, 28)."""


class PlainEngine:
    """The readable engine: the layers of `cnn.layers`, one after the other."""

    def gradients(
        self, network: CNN, pictures: Array, labels: Array, seeds: list[int], augment: Augment | None
    ) -> Step:
        """See `Engine`."""
        rng = np.random.default_rng(seeds)
        return network.gradients(augment(pictures, rng) if augment else pictures, labels, rng)

    def predict(self, network: CNN, pictures: Array) -> Array:
        """See `Engine`."""
        return network.predict_output(pictures)


def fit(
    run: Run,
    training: Examples,
    validation: Examples,
    augment: Warp | None = None,
    engine: Engine | None = None,
    *,
    clock: Callable[[], float] = perf_counter,
) -> Iterator[Event]:
    """Train `run.network` from the state in `run`, and yield events.

    `training` and `validation` are (pictures (n, 28, 28) uint8, labels (n,)). `augment` is applied if
    `settings.warps` is set. Without an `engine` the plain one is used. `clock` returns the time in seconds, from any
    origin. Yields StepDone after each batch, EpochDone after each epoch, and finally Finished or Diverged. The last
    batch of an epoch is smaller if the batch size does not divide the number of images. Raises ShapeError or
    ValueError at the first event if the data do not fit the network.
    """
    pictures, labels = training[0][: run.settings.images], training[1][: run.settings.images]
    network = run.network
    network.check(pictures, labels)
    network.check(*validation)
    engine = engine or PlainEngine()
    warp = augment if run.settings.warps else None
    batch_size = run.settings.batch_size
    steps_an_epoch = ceil(len(pictures) / batch_size)
    last_step = None if run.settings.seconds else run.settings.epochs * steps_an_epoch
    order = _order(run, len(pictures), steps_an_epoch)
    speed = 0.0

    while True:
        begun = clock()
        settings = run.settings
        progress = run.step / last_step if last_step else run.seconds / (settings.seconds or 1)
        if progress >= 1:
            yield _finished(run, validation, steps_an_epoch, engine, clock)
            return
        _apply(settings, run, SCHEDULES[settings.schedule](progress))
        shown = partial(warp, strength=warp_strength(progress)) if warp is not None else None

        place = run.step % steps_an_epoch * batch_size
        chosen = order[place : place + batch_size]
        # A run that diverges overflows first; the check below detects and ends it, so no warning is needed.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            step = engine.gradients(network, pictures[chosen], labels[chosen], [settings.seed, run.step], shown)
            run.optimizer.step(network.params, step.gradients)
            network.observe(step.statistics)
            run.step += 1
            run.average()

        run.epoch_loss += step.loss * len(chosen)
        run.epoch_right += step.accuracy * len(chosen)
        run.recent.append(step.loss)
        took = clock() - begun
        run.seconds += took
        speed = len(chosen) / took if not speed else 0.95 * speed + 0.05 * len(chosen) / took
        epoch = (run.step - 1) // steps_an_epoch + 1
        yield StepDone(
            step=run.step,
            epoch=epoch,
            progress=min(1.0, run.step / last_step if last_step else run.seconds / (settings.seconds or 1)),
            loss=step.loss,
            accuracy=step.accuracy,
            learning_rate=run.optimizer.lr,
            images_per_second=speed,
            seconds=run.seconds,
        )
        if _has_diverged(run):
            yield Diverged(run.step, step.loss, _advice(run), run.seconds)
            return
        if run.step % steps_an_epoch == 0:
            begun = clock()
            seen, loss, right = len(pictures), run.epoch_loss, run.epoch_right
            validation_loss, validation_accuracy = _measure(run, validation, engine)
            run.epoch_loss = run.epoch_right = 0.0
            order = _order(run, len(pictures), steps_an_epoch)
            run.seconds += clock() - begun
            yield EpochDone(
                epoch, run.step, loss / seen, right / seen, validation_loss, validation_accuracy, run.seconds
            )


def _order(run: Run, n: int, steps_an_epoch: int) -> Array:
    """Return the order of the images in this epoch: a permutation (n,) determined by seed and epoch."""
    return np.random.default_rng([run.settings.seed, run.step // steps_an_epoch, n]).permutation(n)


def _optimizer(settings: Settings) -> Optimizer:
    return OPTIMIZERS[settings.optimizer](settings.learning_rate)


def _apply(settings: Settings, run: Run, factor: float) -> None:
    """Copy the current settings to the optimiser and the Dropout layers; `factor` scales the learning rate."""
    optimizer = run.optimizer
    optimizer.lr = settings.learning_rate * factor
    optimizer.weight_decay = settings.weight_decay
    if isinstance(optimizer, Momentum):
        optimizer.gamma = settings.momentum
    elif isinstance(optimizer, Adam):
        optimizer.beta1 = settings.momentum
    if settings.dropout is not None:
        for _, layer in run.network.layers:
            if isinstance(layer, Dropout):
                layer.p = settings.dropout


def _measure(run: Run, examples: Examples, engine: Engine) -> tuple[float, float]:
    """Return loss and accuracy (0 to 1) of `run.result()` on `examples`."""
    network = run.result()
    return network.score(engine.predict(network, examples[0]), examples[1])


def _finished(
    run: Run, validation: Examples, steps_an_epoch: int, engine: Engine, clock: Callable[[], float]
) -> Finished:
    begun = clock()
    loss, accuracy = _measure(run, validation, engine)
    run.seconds += clock() - begun
    return Finished(run.step, run.step // steps_an_epoch, loss, accuracy, run.seconds)


def _has_diverged(run: Run) -> bool:
    """Whether the loss is not finite, or its mean over RECENT steps exceeds twice that of uniform guessing."""
    if not isfinite(run.recent[-1]):
        return True
    guessing = log(run.network.output_shape[0])
    return len(run.recent) == RECENT and sum(run.recent) / RECENT > 2 * guessing


def _advice(run: Run) -> str:
    rate = run.settings.learning_rate
    better = min(rate / 10, USUAL_RATES[run.settings.optimizer])
    return (
        f"The loss ran away after {run.step:,} steps: with a learning rate of {rate:g} each step overshoots the "
        f"minimum. Try {better:g}."
    )
