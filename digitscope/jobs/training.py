"""A training job inside its worker: train, send reports, obey commands between two steps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from time import monotonic

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
    Channel,
    Checked,
    Ended,
    Epoch,
    Filters,
    GoOn,
    OneStep,
    OwnAnswers,
    Pause,
    Paused,
    Saved,
    Steps,
    Stop,
    TrainingJob,
)

REPORT_SECONDS = 0.2
"""Seconds between two bundles of steps: the page is drawn a few times a second, steps are taken by the hundred."""
FILTERS_SECONDS = 0.6
CHECK_SECONDS = 2.0
CHECK_IMAGES = 1000
"""Validation images that a check between two epochs uses."""
SAVE_SECONDS = 5.0
"""Seconds between two checkpoints."""
OWN_STEPS = (0, 50, 200, 1000)
"""Steps after which the visitor's own drawings are read."""


def train(job: TrainingJob, channel: Channel) -> None:
    """Train until the end of the run or a Stop; the last report is `Ended`."""
    # A run that diverges overflows a few times before `fit` ends it: no warning belongs into the log.
    # BLAS gets one thread, because the engine splits the work between threads itself.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), threadpool_limits(1, user_api="blas"):
        _Training(job, channel).go()


class _Training:
    def __init__(self, job: TrainingJob, channel: Channel) -> None:
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
        """Whether to pause after the next step."""

    def go(self) -> None:
        """Train from the first step to the last report."""
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
        """Report an event now, or later in a bundle."""
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
        """Call `what` if its last call was `seconds` or more ago."""
        if monotonic() >= self.due.setdefault(what, monotonic() + seconds):
            what()
            self.due[what] = monotonic() + seconds

    def obey(self) -> bool:
        """Carry out the commands that have arrived; while paused, wait for more. Returns True for Stop."""
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
        """Report everything up to this step, and pause."""
        self.paused = True
        self.flush()
        self.filters()
        self.channel.send(Paused(self.run.step))

    def change(self, change: Change) -> None:
        """Use the changed settings from the next step on."""
        # The page has refused values out of range already; here they must not end the run.
        with suppress(ValueError):
            self.run.settings = change.applied_to(self.run.settings)

    def flush(self) -> None:
        """Send the steps since the last bundle."""
        if self.pending:
            self.channel.send(Steps(tuple(self.pending)))
            self.pending.clear()

    def filters(self) -> None:
        """Send the first convolution's kernels."""
        for _, layer in self.run.network.layers:
            if isinstance(layer, Conv3x3):
                self.channel.send(Filters(self.run.step, layer.params["weights"].copy()))
                return

    def check(self) -> None:
        """Measure on some of the validation images; the run itself is not changed."""
        pictures, labels = self.validation
        network = self.run.result()
        answers = self.engine.predict(network, pictures[:CHECK_IMAGES])
        loss, accuracy = network.score(answers, labels[:CHECK_IMAGES])
        self.channel.send(Checked(self.run.step, loss, accuracy))

    def save(self) -> None:
        """Send a checkpoint, in case this process dies."""
        self.channel.send(Saved(self.run.step, checkpoint.to_bytes(self.run)))

    def answers(self, network: CNN) -> np.ndarray:
        """Classify all validation images and send the answers. Returns the probabilities (n, 10)."""
        probabilities = self.engine.predict(network, self.validation[0])
        predicted = probabilities.argmax(axis=1).astype(np.uint8)
        self.channel.send(Answers(self.run.step, predicted, probabilities.max(axis=1)))
        return probabilities

    def own_answers(self) -> None:
        """Classify the visitor's own drawings and send the probabilities."""
        if len(self.job.own_pictures):
            answers = self.run.result().predict_output(self.job.own_pictures)
            self.channel.send(OwnAnswers(self.run.step, answers))

    def end(self, event: Event | None) -> None:
        """Send the trained network, or say why there is none."""
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
