"""The worker's side of a training run: train, report, and do what the page asks for in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from time import monotonic
from typing import Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from cnn import checkpoint, weights
from cnn.architectures import from_list, stack
from cnn.fast.engine import FastEngine
from cnn.layers import Conv3x3
from cnn.network import CNN
from cnn.training import Diverged, EpochDone, Event, Finished, Run, StepDone, fit
from digitscope.digits.io import mnist
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.digits.synthesis.warp import warp
from digitscope.jobs.messages import (
    Answers,
    Change,
    Checked,
    Command,
    Ended,
    Epoch,
    Filters,
    GoOn,
    Job,
    OneStep,
    OwnAnswers,
    Pause,
    Paused,
    Report,
    Saved,
    Steps,
    Stop,
)

REPORT_SECONDS = 0.2
"""Steps are reported in bundles this far apart: the page draws a few times a second, not thousands."""
FILTERS_SECONDS = 0.6
CHECK_SECONDS = 2.0
CHECK_IMAGES = 1000
"""Between epochs so many validation images tell how it goes."""
SAVE_SECONDS = 5.0
OWN_STEPS = (0, 50, 200, 1000)
"""Steps after which the visitor's own drawings are read."""


class Channel(Protocol):
    """How a worker talks with the page; each way of running jobs brings its own."""

    def send(self, report: Report) -> None:
        """Hand a report up."""

    def receive(self, timeout: float | None) -> Command | None:
        """The next command, or None if none came within `timeout` seconds (None: wait for one)."""


def work(job: Job, channel: Channel) -> None:
    """Train until the end of the run or a Stop, and report; the last report is always `Ended`."""
    try:
        # A run that diverges overflows a few times before `fit` ends it: that is no news for the log.
        # BLAS has one thread, for the engine shares the work out between threads itself.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"), threadpool_limits(1, user_api="blas"):
            _Work(job, channel).go()
    except (EOFError, BrokenPipeError):
        raise  # there is nobody left to tell
    except Exception as error:  # whatever went wrong has to become a sentence on the page
        sentence = f"The run broke off: {type(error).__name__}: {error}"
        channel.send(Ended("failed", sentence if sentence.endswith(".") else f"{sentence}."))


class _Work:
    def __init__(self, job: Job, channel: Channel) -> None:
        self.job, self.channel = job, channel
        if job.checkpoint is not None:
            self.run = checkpoint.from_bytes(job.checkpoint)
        else:
            self.run = Run(stack(from_list(job.layers), job.settings.seed), job.settings)
        data = mnist.load()
        self.training, self.validation = data.training, data.validation
        self.engine = FastEngine()
        self.pending: list[StepDone] = []
        self.due: dict[Callable[[], None], float] = {}
        self.paused = False
        self.single = False
        """A single step was asked for: pause behind it."""

    def go(self) -> None:
        """The whole run, from the first step to the last report."""
        self.filters()
        if self.run.step == 0:
            self.own_answers()
        event: Event | None = None
        for event in fit(self.run, self.training, self.validation, warp, self.engine):
            self.tell(event)
            if not isinstance(event, (Finished, Diverged)) and self.obey():
                break
        self.flush()
        self.end(event)

    def tell(self, event: Event) -> None:
        """Report an event now, or soon together with others."""
        if isinstance(event, StepDone):
            self.pending.append(event)
            if event.step in OWN_STEPS:
                self.own_answers()
            self.now_and_then(self.flush, REPORT_SECONDS)
            self.now_and_then(self.filters, FILTERS_SECONDS)
            self.now_and_then(self.check, CHECK_SECONDS)
            self.now_and_then(self.save, SAVE_SECONDS)
        elif isinstance(event, EpochDone):
            self.flush()
            self.channel.send(Epoch(event))
            self.answers(self.run.result())

    def now_and_then(self, what: Callable[[], None], seconds: float) -> None:
        """Call `what` if its last call is so many seconds ago."""
        if monotonic() >= self.due.setdefault(what, monotonic() + seconds):
            what()
            self.due[what] = monotonic() + seconds

    def obey(self) -> bool:
        """Carry out the commands that have come; while paused, wait for more. True: stop."""
        if self.single:
            self.single = False
            self.pause()
        while True:
            match self.channel.receive(None if self.paused else 0):
                case None:
                    return False
                case Stop():
                    return True
                case GoOn():
                    self.paused = False
                case Pause():
                    self.pause()
                case OneStep():
                    self.paused, self.single = False, True
                    return False
                case Change() as change:
                    self.change(change)

    def pause(self) -> None:
        """Show all that is known up to here, and wait."""
        self.paused = True
        self.flush()
        self.filters()
        self.channel.send(Paused(self.run.step))

    def change(self, change: Change) -> None:
        """Take over the settings that are given, from the next step on."""
        # What makes no sense was refused on the page already; here it must not end the run.
        with suppress(ValueError):
            self.run.settings = change.applied_to(self.run.settings)

    def flush(self) -> None:
        """Send the steps that have gathered."""
        if self.pending:
            self.channel.send(Steps(tuple(self.pending)))
            self.pending.clear()

    def filters(self) -> None:
        """Show the first convolution's kernels."""
        for _, layer in self.run.network.layers:
            if isinstance(layer, Conv3x3):
                self.channel.send(Filters(self.run.step, layer.params["weights"].copy()))
                return

    def check(self) -> None:
        """Measure on a part of the validation images; this changes nothing about the run."""
        pictures, labels = self.validation
        network = self.run.result()
        answers = self.engine.predict(network, pictures[:CHECK_IMAGES])
        loss, accuracy = network.score(answers, labels[:CHECK_IMAGES])
        self.channel.send(Checked(self.run.step, loss, accuracy))

    def save(self) -> None:
        """Leave a checkpoint for the case that this process dies."""
        self.channel.send(Saved(self.run.step, checkpoint.to_bytes(self.run)))

    def answers(self, network: CNN) -> np.ndarray:
        """Read every validation image, and report what was read in it. Returns the probabilities (n, 10)."""
        probabilities = self.engine.predict(network, self.validation[0])
        predicted = probabilities.argmax(axis=1).astype(np.uint8)
        self.channel.send(Answers(self.run.step, predicted, probabilities.max(axis=1)))
        return probabilities

    def own_answers(self) -> None:
        """Read the visitor's own drawings."""
        if len(self.job.own_pictures):
            answers = self.run.result().predict_output(self.job.own_pictures)
            self.channel.send(OwnAnswers(self.run.step, answers))

    def end(self, event: Event | None) -> None:
        """Hand over what was learned, or say why there is nothing."""
        if isinstance(event, Diverged):
            self.channel.send(Ended("diverged", event.sentence, step=event.step))
            return
        network = self.run.result()
        accuracy: float | None
        if isinstance(event, Finished):
            how, accuracy = "finished", event.validation_accuracy
        else:
            how, accuracy = "stopped", None
            self.save()
        answers = self.answers(network)
        if accuracy is None:
            accuracy = network.score(answers, self.validation[1])[1]
        self.own_answers()
        self.filters()
        packed = weights.to_bytes(
            network,
            preprocessing=PREPROCESSING,
            data=f"MNIST, the first {len(self.training[0][: self.run.settings.images]):,} training images",
            settings=asdict(self.run.settings),
            seed=self.run.settings.seed,
            steps=self.run.step,
            validation_accuracy=accuracy,
            validation_images=len(self.validation[0]),
        )
        self.channel.send(Ended(how, weights=packed, accuracy=accuracy, step=self.run.step))
