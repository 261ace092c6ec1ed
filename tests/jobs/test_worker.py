"""The worker: what it reports, how it obeys, and that every run ends with one last report."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from cnn import checkpoint, weights
from cnn.architectures import build, to_list
from cnn.settings import Settings
from digitscope.jobs import training, worker
from digitscope.jobs.messages import (
    Answers,
    Change,
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

LAYERS = to_list(build("notebook"))
SHORT = Settings(images=1000, epochs=2, batch_size=50, warps=False)


class Script:
    """A channel without a process: hands out commands at certain steps, keeps all reports."""

    def __init__(self, *commands) -> None:
        self.commands = deque(commands)
        """Pairs (after this many looks, command); a command for a paused worker comes at once."""
        self.reports: list = []
        self.looks = 0

    def send(self, report) -> None:
        self.reports.append(report)

    def receive(self, timeout):
        if timeout == 0:
            self.looks += 1
        if self.commands and (timeout is None or self.looks >= self.commands[0][0]):
            return self.commands.popleft()[1]
        assert timeout == 0, "the worker waits for a command that nobody sends"
        return None

    def all(self, kind) -> list:
        return [report for report in self.reports if isinstance(report, kind)]

    @property
    def steps(self) -> list:
        return [step for bundle in self.all(Steps) for step in bundle.steps]


def run(*commands, settings=SHORT, **more) -> Script:
    channel = Script(*commands)
    worker.work(TrainingJob(LAYERS, settings, **more), channel)
    assert len(channel.all(Ended)) == 1
    assert isinstance(channel.reports[-1], Ended)
    return channel


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """Report at every step: the tests are shorter than the usual pauses between two reports."""
    for name in ("REPORT_SECONDS", "FILTERS_SECONDS", "CHECK_SECONDS", "SAVE_SECONDS"):
        monkeypatch.setattr(training, name, 0.0)


def test_a_whole_run_is_reported(digits):
    own = digits.test_images[:3]
    told = run(own_pictures=own)
    assert [step.step for step in told.steps] == list(range(1, 41))
    assert [epoch.done.epoch for epoch in told.all(Epoch)] == [1, 2]
    last = told.all(Answers)[-1]
    assert last.predicted.shape == last.confidence.shape == (5000,)
    assert (last.predicted == digits.validation[1]).mean() == told.all(Epoch)[-1].done.validation_accuracy
    assert [answers.step for answers in told.all(Answers)] == [20, 40, 40]
    assert told.all(Filters)[0].kernels.shape == (8, 1, 3, 3)
    assert (told.all(Filters)[0].kernels != told.all(Filters)[-1].kernels).any()
    assert [answers.step for answers in told.all(OwnAnswers)] == [0, 40]
    np.testing.assert_allclose(told.all(OwnAnswers)[-1].probabilities.sum(axis=1), 1, atol=1e-5)
    assert told.all(Checked)
    ended = told.reports[-1]
    assert (ended.how, ended.step) == ("finished", 40)
    network, header = weights.from_bytes(ended.weights, "result")
    assert ended.accuracy == header["validation_accuracy"]
    assert network.forward(*digits.validation)[2] == pytest.approx(ended.accuracy, abs=4e-4)
    assert "first 1,000" in header["data"]


def test_looking_at_a_run_does_not_change_it():
    def result(told: Script) -> dict:
        return weights.from_bytes(told.reports[-1].weights, "result")[0].params

    watched, own = run(), np.zeros((1, 28, 28), np.uint8)
    paused = run((3, Pause()), (0, OneStep()), (0, GoOn()), own_pictures=own)
    for name, array in result(watched).items():
        np.testing.assert_array_equal(result(paused)[name], array)


def test_pause_one_step_go_on_and_stop():
    told = run((5, Pause()), (0, OneStep()), (0, OneStep()), (0, GoOn()), (20, Stop()))
    assert [paused.step for paused in told.all(Paused)] == [5, 6, 7]
    assert told.reports[-1].how == "stopped"
    assert told.reports[-1].step == told.steps[-1].step < 40
    assert told.reports[-1].weights


def test_a_paused_run_can_be_stopped():
    told = run((5, Pause()), (0, Stop()))
    assert (told.reports[-1].how, told.reports[-1].step) == ("stopped", 5)


def test_settings_change_from_the_next_step_on():
    settings = Settings(images=1000, epochs=1, batch_size=50, schedule="constant", learning_rate=0.001, warps=False)
    told = run((10, Change(learning_rate=0.01, momentum=0.8)), settings=settings)
    rates = [step.learning_rate for step in told.steps]
    assert rates == [0.001] * 10 + [0.01] * 10


def test_a_change_that_makes_no_sense_is_refused_and_the_run_goes_on():
    told = run((10, Change(learning_rate=float("nan"))))
    assert told.reports[-1].how == "finished"


def test_divergence_is_said_in_a_sentence():
    settings = Settings(optimizer="sgd", learning_rate=10, images=20_000, batch_size=50, schedule="constant")
    ended = run(settings=settings).reports[-1]
    assert ended.how == "diverged"
    assert "learning rate of 10 " in ended.sentence
    assert ended.weights is None


def test_what_goes_wrong_becomes_a_sentence():
    channel = Script()
    worker.work(TrainingJob([{"layer": "Softmax", "sizes": [3, 10], "init": "he"}], SHORT), channel)
    assert [type(report) for report in channel.reports] == [Ended]
    assert channel.reports[0].how == "failed"
    assert "784" in channel.reports[0].sentence


def test_a_run_goes_on_from_its_checkpoint_to_the_same_end():
    whole = run()
    saved = next(saved for saved in whole.all(Saved) if saved.step >= 15)
    assert checkpoint.from_bytes(saved.checkpoint).step == saved.step
    rest = Script()
    worker.work(TrainingJob([], SHORT, checkpoint=saved.checkpoint), rest)
    assert rest.steps[0].step == saved.step + 1
    one, other = (weights.from_bytes(told.reports[-1].weights, "w")[0].params for told in (whole, rest))
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array)
