"""What the training panel makes of answers and runs: the table of confusions, two runs side by side, marks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnn.settings import Settings
from cnn.training import StepDone
from digitscope.jobs.messages import Change, Checked, Steps
from digitscope.ui.training.evaluation import comparison, confusion_table
from digitscope.ui.training.history import History
from digitscope.ui.training.runs import TrainingRun


class Ticket:
    """Stands in for a place in the room: keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, command: Any) -> None:
        self.sent.append(command)


def a_run(name: str, **settings: Any) -> TrainingRun:
    ticket: Any = Ticket()
    return TrainingRun("one minute", [], Settings(**settings), np.zeros((0, 28, 28)), ticket, History(name))


def step(number: int, loss: float) -> StepDone:
    return StepDone(number, 1, number / 1000, loss, 0.5, 0.001, 4000.0, number * 0.01)


def test_confusions_are_counted_in_their_cells():
    table = confusion_table(np.array([7, 7, 7, 1, 4], np.uint8), np.array([7, 2, 2, 7, 4]))
    cells = table.set_index(["digit", "answer"])
    assert cells.loc[(7, 2), "count"] == 2
    assert cells.loc[(7, 2), "heat"] == 1
    assert cells.loc[(1, 7), "heat"] == 0.5
    assert cells.loc[(7, 7), "count"] == 1
    assert cells.loc[(7, 7), "heat"] == 0
    assert table["count"].sum() == 5
    assert len(table) == 100


def test_two_runs_are_compared_by_result_and_differences():
    first, second = a_run("1: slow", learning_rate=0.001), a_run("2: fast", learning_rate=0.01)
    second.history.take([Checked(10, 0.2, 0.9321)])
    table = comparison([first, second])
    assert table.loc["learning rate"].tolist() == ["0.001", "0.01"]
    assert table.loc["validation accuracy"].tolist() == ["", "93.21%"]
    assert "batch size" not in table.index, "what is the same says nothing"


def test_a_change_reaches_the_run_and_the_curve():
    run = a_run("1")
    run.history.take([Steps((step(1, 2.0), step(2, 1.0)))])
    run.change(Change(learning_rate=0.5))
    assert run.ticket.sent == [Change(learning_rate=0.5)]  # type: ignore[attr-defined]
    assert run.history.marks == [(2, "learning rate 0.5")]
    with pytest.raises(ValueError, match="learning rate"):
        run.change(Change(learning_rate=float("nan")))
    assert len(run.history.marks) == 1


def test_a_run_that_goes_on_from_a_checkpoint_forgets_what_it_does_again():
    history = History("1")
    history.take([Steps((step(1, 3.0), step(2, 2.0), step(3, 1.0))), Checked(1, 0.3, 0.8), Checked(3, 0.2, 0.9)])
    history.take([Steps((step(2, 5.0),))])
    assert history.step == [1, 2]
    assert history.loss == [3.0, 5.0]
    assert history.checks == [(1, 0.3, 0.8)]
