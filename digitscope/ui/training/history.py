"""The history of a run, collected from its reports: every step, check and epoch, for the curves."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cnn.training import EpochDone
from digitscope.jobs.messages import Answers, Checked, Ended, Epoch, Filters, OwnAnswers, Paused, Report, Steps

POINTS = 150
"""Points that are drawn of a curve, each the mean of some steps: more could not be told apart."""


@dataclass
class History:
    """What one run has reported."""

    name: str
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    checks: list[tuple[int, float, float]] = field(default_factory=list)
    """(step, loss, accuracy) on validation images."""
    epochs: list[EpochDone] = field(default_factory=list)
    answers: Answers | None = None
    """The latest answers to the validation images."""
    kernels: np.ndarray | None = None
    own_answers: dict[int, np.ndarray] = field(default_factory=dict)
    """Number of steps -> the probabilities (k, 10) for the visitor's own drawings."""
    marks: list[tuple[int, str]] = field(default_factory=list)
    """(step, words) for every setting that was changed during the run."""
    progress: float = 0.0
    seconds: float = 0.0
    images_per_second: float = 0.0
    learning_rate: float = 0.0
    paused: bool = False
    ended: Ended | None = None

    def take(self, reports: list[Report]) -> None:
        """Add new reports."""
        for report in reports:
            match report:
                case Steps(steps):
                    self._forget_from(steps[0].step)
                    self.step += [event.step for event in steps]
                    self.loss += [event.loss for event in steps]
                    self.accuracy += [event.accuracy for event in steps]
                    last = steps[-1]
                    self.progress, self.seconds = last.progress, last.seconds
                    self.images_per_second, self.learning_rate = last.images_per_second, last.learning_rate
                    self.paused = False
                case Checked(step, loss, accuracy):
                    self.checks.append((step, loss, accuracy))
                case Epoch(done):
                    self.epochs.append(done)
                    self.checks.append((done.step, done.validation_loss, done.validation_accuracy))
                case Answers():
                    self.answers = report
                case Filters(_, kernels):
                    self.kernels = kernels
                case OwnAnswers(step, probabilities):
                    self.own_answers[step] = probabilities
                case Paused():
                    self.paused = True
                case Ended():
                    self.ended = report

    @property
    def seconds_left(self) -> float | None:
        """Estimate the remaining seconds; None at the very beginning."""
        return self.seconds * (1 - self.progress) / self.progress if self.progress > 0.01 else None

    def _forget_from(self, step: int) -> None:
        """Drop everything from `step` on: a run that resumes from a checkpoint repeats some steps."""
        if self.step and step <= self.step[-1]:
            kept = bisect_left(self.step, step)
            del self.step[kept:], self.loss[kept:], self.accuracy[kept:]
            self.checks = [check for check in self.checks if check[0] < step]
            self.epochs = [epoch for epoch in self.epochs if epoch.step < step]

    def mark(self, words: str) -> None:
        """Mark the current step as one where a setting was changed."""
        self.marks.append((self.step[-1] if self.step else 0, words))

    @property
    def best(self) -> float | None:
        """The highest validation accuracy so far."""
        return max((accuracy for _, _, accuracy in self.checks), default=None)

    def curves(self) -> pd.DataFrame:
        """Return all points: columns step, kind ("training", "smoothed" or "validation"), loss, accuracy."""
        parts = []
        if self.step:
            bins = np.minimum(np.arange(len(self.step)) * POINTS // max(len(self.step), POINTS), POINTS - 1)
            counts = np.bincount(bins)
            kept = counts > 0

            def means(values: list[float] | list[int]) -> np.ndarray:
                return np.bincount(bins, values)[kept] / counts[kept]

            raw = pd.DataFrame({"step": means(self.step), "loss": means(self.loss), "accuracy": means(self.accuracy)})
            parts.append(raw.assign(kind="training"))
            # Half of the weight lies on the last three points.
            calm = raw.ewm(halflife=3).mean()
            parts.append(calm.assign(step=raw["step"], kind="smoothed"))
        if self.checks:
            step, loss, accuracy = zip(*self.checks, strict=True)
            parts.append(pd.DataFrame({"step": step, "kind": "validation", "loss": loss, "accuracy": accuracy}))
        if not parts:
            return pd.DataFrame({"step": [], "kind": [], "loss": [], "accuracy": []})
        return pd.concat(parts, ignore_index=True)
