"""A run's history: reports in, curves out."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.training import EpochDone, StepDone
from digitscope.jobs.messages import Checked, Ended, Epoch, Paused, Report, Steps
from digitscope.ui.training.history import POINTS, History


def step(number: int, loss: float = 1.0) -> StepDone:
    return StepDone(number, 1, number / 1000, loss, 0.5, 0.001, 4000.0, number * 0.01)


def test_an_empty_history_has_empty_curves():
    history = History("x")
    assert history.curves().empty
    assert history.seconds_left is None


def test_few_steps_are_all_shown():
    history = History("x")
    history.take([Steps((step(1, 3.0), step(2, 1.0)))])
    curve = history.curves()
    curve = curve[curve["kind"] == "training"]
    assert curve["step"].tolist() == [1, 2]
    assert curve["loss"].tolist() == [3.0, 1.0]


def test_many_steps_are_shown_as_means():
    history = History("x")
    history.take([Steps(tuple(step(i + 1, float(i)) for i in range(10 * POINTS)))])
    curve = history.curves()
    curve = curve[curve["kind"] == "training"]
    assert len(curve) == POINTS
    assert curve["loss"].iloc[0] == np.mean(range(10))
    assert curve["loss"].mean() == pytest.approx(np.mean(range(10 * POINTS)))


def test_validation_comes_from_checks_and_epochs():
    history = History("x")
    done = EpochDone(1, 20, 0.4, 0.9, 0.3, 0.91, 2.0)
    history.take([Checked(10, 0.5, 0.85), Epoch(done)])
    curve = history.curves()
    assert curve["kind"].tolist() == ["validation"] * 2
    assert curve["accuracy"].tolist() == [0.85, 0.91]


def test_time_left_pause_and_end():
    history = History("x")
    paused = []
    looks: list[list[Report]] = [[Steps((step(250),)), Paused(250)], [Steps((step(251),)), Ended("stopped")]]
    for reports in looks:
        history.take(reports)
        paused.append(history.paused)
    assert paused == [True, False]
    assert history.seconds_left == pytest.approx(2.51 * 749 / 251)
    assert history.ended == Ended("stopped")


def test_the_smoothed_curve_is_calmer_than_the_raw_one(rng):
    history = History("x")
    history.take([Steps(tuple(step(i + 1, float(loss)) for i, loss in enumerate(rng.uniform(1, 2, POINTS))))])
    curves = history.curves()
    raw, calm = (curves[curves["kind"] == kind]["loss"] for kind in ("training", "smoothed"))
    assert calm.std() < raw.std() / 1.5
    assert calm.mean() == pytest.approx(raw.mean(), abs=0.05)
