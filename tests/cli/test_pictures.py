"""Pictures on the command line: predict's lines, patterns, folders and JSON; evaluate --pictures by kind and source."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from digitscope.cli.main import main
from tests.digits.io.drawn import image, number, one, painted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    image(painted(one(3, 120))).save(tmp_path / "a.png")
    image(painted(one(8, 120))).save(tmp_path / "b.jpg")
    image(painted(number("2019/45"))).save(tmp_path / "c.png")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def labels(
    folder: Path, rows: Sequence[tuple[str, ...]], columns: tuple[str, ...] = ("file", "label", "kind", "source")
):
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def test_predict_takes_folders_and_patterns_and_prints_a_text_for_each_line(capsys, folder):
    assert main(["predict", str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1][:4].split()[0] for line in said] == ["3", "8", "2019", "45"]
    assert main(["predict", str(folder / "*.png"), str(folder / "b.jpg")]) == 0
    said = [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]
    assert [Path(name).name for name in said] == ["a.png", "c.png", "c.png", "b.jpg"]


def test_predict_gives_boxes_and_probabilities_as_json(capsys, folder):
    assert main(["predict", str(folder / "c.png"), "--json"]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    assert answer["text"] == "2019\n45"
    assert answer["digit"] is None
    first, second = answer["lines"]
    [[two, *_rest]] = first
    assert (two["digit"], len(two["probabilities"])) == (2, 10)
    left, top, right, bottom = two["box"]
    assert 30 < left < right < 130
    assert 30 < top < bottom < 130
    assert [digit["digit"] for digit in second[0]] == [4, 5]


@pytest.mark.parametrize("given", ["*.gif", "empty"])
def test_what_fits_nothing_is_said_in_a_sentence(capsys, folder, given):
    (folder / "empty").mkdir()
    assert main(["predict", str(folder / given)]) == 2
    said = capsys.readouterr()
    assert given in said.err
    assert said.err.count("\n") == 1


def test_evaluate_pictures_counts_by_kind_and_source(capsys, folder):
    rows = [("a.png", "3", "photo", "x"), ("b.jpg", "7", "photo", "y"), ("c.png", "2019/46", "multi", "y")]
    labels(folder, rows)
    assert main(["evaluate", "--pictures", str(folder), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["n"], facts["accuracy"]) == (3, pytest.approx(1 / 3))
    assert facts["mean_over_sources"] == 0.5
    assert {name: (kind["right"], kind["n"]) for name, kind in facts["kinds"].items()} == {
        "multi": (0, 1),
        "photo": (1, 2),
    }
    assert (facts["lines"]["right"], facts["lines"]["n"]) == (1, 2)
    assert [wrong["said"] for wrong in facts["wrong"]] == ["8", "2019/45"]
    low, high = facts["kinds"]["photo"]["interval"]
    assert 0 < low < 0.5 < high < 1
    assert main(["evaluate", "--pictures", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "photo    1 of 2" in said
    assert "whole lines right in pictures with several digits 1 of 2" in said


@pytest.mark.parametrize(
    ("rows", "columns", "word"),
    [
        ([("a.png", "three", "photo", "x")], ("file", "label", "kind", "source"), "three"),
        ([("a.png", "3", "photo")], ("file", "label", "kind"), "source"),
        ([], ("file", "label", "kind", "source"), "no pictures"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(capsys, folder, rows, columns, word):
    labels(folder, rows, columns)
    assert main(["evaluate", "--pictures", str(folder)]) == 2
    assert word in capsys.readouterr().err


def test_a_folder_without_labels_is_refused(capsys, folder):
    assert main(["evaluate", "--pictures", str(folder)]) == 2
    assert "labels.csv" in capsys.readouterr().err
