"""The training panel: confusions, galleries, bars, runs compared, and changed settings."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from cnn.settings import Settings
from cnn.training import StepDone
from digitscope.jobs.messages import Change, Checked, Steps
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.training.comparison import comparison
from digitscope.ui.training.confusion import (
    FROM_CELL,
    Selection,
    accuracy_by_digit,
    confusion_table,
    images_of_cell,
    worst_mistakes,
)
from digitscope.ui.training.evaluation import accuracy_by_digit_html, filters_html, gallery_html, own_answers_html
from digitscope.ui.training.history import History
from digitscope.ui.training.runs import TrainingRun


class Ticket:
    """Stands in for a place in the queue: keeps what is sent."""

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


LABELS = np.array([7, 7, 7, 1, 4], np.uint8)
PREDICTED = np.array([7, 2, 2, 7, 4])
CONFIDENCE = np.array([0.9, 0.5, 0.7, 0.6, 0.99], np.float32)


def test_the_worst_mistakes_are_the_most_confident_ones():
    worst = worst_mistakes(LABELS, PREDICTED, CONFIDENCE)
    assert worst.places.tolist() == [2, 3, 1]
    assert "mistakes of 3" in worst.title


def test_a_cell_shows_its_images_and_says_if_there_are_more():
    cell = images_of_cell(LABELS, PREDICTED, CONFIDENCE, 7, 2)
    assert cell.places.tolist() == [2, 1]
    assert cell.title == "2 images of 7 read as 2"
    many = np.full(FROM_CELL + 1, 3)
    cell = images_of_cell(many, many, np.linspace(0, 1, len(many)), 3, 3)
    assert len(cell.places) == FROM_CELL
    assert cell.title == "25 images of 3 read as 3, some of them"
    assert images_of_cell(LABELS, PREDICTED, CONFIDENCE, 5, 6).places.tolist() == []


def test_a_gallery_names_label_answer_and_confidence(digits):
    pictures = digits.validation[0][:5]
    markup = gallery_html(Selection("a <b> title", np.array([1, 3])), pictures, LABELS, PREDICTED, CONFIDENCE)
    assert re.findall(r"<figcaption>(.*?)</figcaption>", markup) == ["7 as <b>2</b>, 50 %", "1 as <b>7</b>, 60 %"]
    assert re.findall(r'src="(.*?)"', markup) == [ink_picture(pictures[1]), ink_picture(pictures[3])]
    assert "a &lt;b&gt; title" in markup
    nothing = gallery_html(Selection("0 images", np.array([], int)), pictures, LABELS, PREDICTED, CONFIDENCE)
    assert nothing == '<p class="hint">0 images.</p>'


def test_bars_by_digit_begin_at_ninety_percent_or_lower():
    shares = accuracy_by_digit(np.repeat(np.arange(10), 4), np.repeat(np.arange(10), 4))
    assert shares == [1.0] * 10
    markup = accuracy_by_digit_html([1.0, *[0.95] * 9])
    assert "begin at 90 %" in markup
    assert re.findall(r'data-digit="(\d)"', markup) == [str(digit) for digit in range(10)]
    assert re.findall(r"translateY\((.*?)%\)", markup) == ["0.0", *["50.0"] * 9]
    assert "begin at 60 %" in accuracy_by_digit_html([0.65, *[1.0] * 9])


def test_answers_to_own_drawings_are_in_the_order_of_the_steps():
    drawings = np.zeros((2, 28, 28), np.uint8)
    early, late = np.eye(10, dtype=np.float32)[[3, 4]] * 0.4, np.eye(10, dtype=np.float32)[[5, 6]] * 0.987
    markup = own_answers_html(drawings, {1000: late, 0: early})
    assert re.findall(r"<th>(.*?)</th>", markup) == ["", "before", "1,000 steps"]
    assert re.findall(r"<b>(\d)</b> <span>(.*?)</span>", markup) == [
        *(("3", "40 %"), ("5", "99 %")),
        *(("4", "40 %"), ("6", "99 %")),
    ]


def test_filters_stand_in_strips():
    markup = filters_html(np.ones((32, 1, 3, 3), np.float32))
    assert "32 filters of 3 by 3" in markup
    assert re.findall(r"aspect-ratio:(.*?)\"", markup) == ["31/3"] * 4


def test_two_runs_are_compared_by_result_and_differences():
    first, second = a_run("1: slow", learning_rate=0.001), a_run("2: fast", learning_rate=0.01)
    second.history.take([Checked(10, 0.2, 0.9321)])
    table = comparison([first, second])
    assert table.loc["Learning rate"].tolist() == ["0.001", "0.01"]
    assert table.loc["validation accuracy"].tolist() == ["", "93.21%"]
    assert "Batch size" not in table.index, "what is the same says nothing"


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
