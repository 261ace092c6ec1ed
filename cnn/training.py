"""Training: `fit` teaches a network, a batch at a time, and tells what happens as a stream of events.

Stopping means not to ask for the next event. Everything that a run needs to go on stands in its `Run`; all
its randomness is derived from the seed and the number of the step, so that a run that was stopped and taken
up again, in this process or another, ends with the same weights as one that was not.
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
"""Pictures (n, 28, 28) -> as many others of the same digits."""

RECENT = 50
"""Steps over which the loss is averaged before a run is called diverged."""

USUAL_RATES = {"sgd": 0.05, "momentum": 0.02, "adam": 0.002}
"""What works for most small networks: advice after a run that diverged."""


@dataclass(frozen=True)
class StepDone:
    """One batch was learned from. Loss and accuracy (0 to 1) were measured on it just before."""

    step: int
    epoch: int
    progress: float
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float


@dataclass(frozen=True)
class EpochDone:
    """Every image was seen once more. Training figures are means over the epoch's batches."""

    epoch: int
    step: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Finished:
    """The run came to its end; the figures are those of the network that is to be used."""

    steps: int
    epochs: int
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Diverged:
    """The loss ran away; `sentence` says why and what to try."""

    step: int
    loss: float
    sentence: str
    seconds: float


Event = StepDone | EpochDone | Finished | Diverged


class Run:
    """A training run between two steps: network, optimiser, averaged weights and how far it has come.

    `settings` may be replaced while the run goes on; learning rate, momentum, dropout and weight decay count
    from the next step.
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
        """A copy of the network with the averaged weights, where there are any: the one to use."""
        copy = deepcopy(self.network)
        if self.averages:
            copy.set_arrays(self.averages)
        return copy

    def average(self) -> None:
        """Take the present weights and statistics into the moving average (Polyak and Juditsky 1992).

        The memory grows with the run, so that the random first weights are soon forgotten.
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
    """An `Augment` of any strength."""

    def __call__(self, pictures: Array, rng: np.random.Generator, strength: float) -> Array:
        """As many other pictures of the same digits, changed with a strength from 0 (not at all) to 1."""


class Engine(Protocol):
    """What computes: one batch's gradients, and answers for many pictures."""

    def gradients(
        self, network: CNN, pictures: Array, labels: Array, seeds: list[int], augment: Augment | None
    ) -> Step:
        """Loss, accuracy and gradients on pictures (n, 28, 28) uint8; random generators are made from `seeds`."""

    def predict(self, network: CNN, pictures: Array) -> Array:
        """Probabilities (n, 10) float32 for pictures (n, 28, 28)."""


class PlainEngine:
    """The layers as they are, one after the other: the engine that a student reads."""

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
) -> Iterator[Event]:
    """Train `run.network`, from wherever the run stands, and yield what happens.

    `training` and `validation` are (pictures (n, 28, 28) uint8, labels (n,)); `augment` is used if the
    settings say so; without an `engine` the plain one computes. Yields StepDone after each batch, EpochDone after
    each epoch, at last Finished or Diverged. The last batch of an epoch is smaller where the numbers do not divide.
    Raises ShapeError or ValueError at once when the data do not fit the network.
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
        begun = perf_counter()
        settings = run.settings
        progress = run.step / last_step if last_step else run.seconds / (settings.seconds or 1)
        if progress >= 1:
            yield _finished(run, validation, steps_an_epoch, engine)
            return
        _apply(settings, run, SCHEDULES[settings.schedule](progress))
        shown = partial(warp, strength=warp_strength(progress)) if warp is not None else None

        place = run.step % steps_an_epoch * batch_size
        chosen = order[place : place + batch_size]
        # A run that diverges overflows first: the check below ends it, a warning would only scare.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            step = engine.gradients(network, pictures[chosen], labels[chosen], [settings.seed, run.step], shown)
            run.optimizer.step(network.params, step.gradients)
            network.observe(step.statistics)
            run.step += 1
            run.average()

        run.epoch_loss += step.loss * len(chosen)
        run.epoch_right += step.accuracy * len(chosen)
        run.recent.append(step.loss)
        took = perf_counter() - begun
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
            begun = perf_counter()
            seen, loss, right = len(pictures), run.epoch_loss, run.epoch_right
            validation_loss, validation_accuracy = _measure(run, validation, engine)
            run.epoch_loss = run.epoch_right = 0.0
            order = _order(run, len(pictures), steps_an_epoch)
            run.seconds += perf_counter() - begun
            yield EpochDone(
                epoch, run.step, loss / seen, right / seen, validation_loss, validation_accuracy, run.seconds
            )


def _order(run: Run, n: int, steps_an_epoch: int) -> Array:
    """The order in which this epoch shows the images: a permutation that seed and epoch alone decide."""
    return np.random.default_rng([run.settings.seed, run.step // steps_an_epoch, n]).permutation(n)


def _optimizer(settings: Settings) -> Optimizer:
    return OPTIMIZERS[settings.optimizer](settings.learning_rate)


def _apply(settings: Settings, run: Run, factor: float) -> None:
    """Hand the present settings, which may have just been changed, to optimiser and layers."""
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
    """Loss and accuracy of the network that would be used if the run ended now."""
    network = run.result()
    return network.score(engine.predict(network, examples[0]), examples[1])


def _finished(run: Run, validation: Examples, steps_an_epoch: int, engine: Engine) -> Finished:
    begun = perf_counter()
    loss, accuracy = _measure(run, validation, engine)
    run.seconds += perf_counter() - begun
    return Finished(run.step, run.step // steps_an_epoch, loss, accuracy, run.seconds)


def _has_diverged(run: Run) -> bool:
    """Whether the loss is no number, or was worse on average than twice that of guessing, for a while."""
    if not isfinite(run.recent[-1]):
        return True
    guessing = log(run.network.output_shape[0])
    return len(run.recent) == RECENT and sum(run.recent) / RECENT > 2 * guessing


def _advice(run: Run) -> str:
    rate = run.settings.learning_rate
    better = min(rate / 10, USUAL_RATES[run.settings.optimizer])
    return (
        f"The loss ran away after {run.step:,} steps: with a learning rate of {rate:g} each step jumps over the "
        f"valley that it should walk down. Try {better:g}."
    )
