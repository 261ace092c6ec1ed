"""The keeper's command line, as a keeper types it."""

from __future__ import annotations

import csv
import io
import re
import sys
from datetime import datetime

import numpy as np
import pytest

from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.samples import SAMPLES
from digitscope.stand import pin
from digitscope.stand.__main__ import main
from digitscope.stand.store import FILE, Store

DAY = "2026-11-24"
AT = datetime(2026, 11, 24, 14, 5)


@pytest.fixture
def filled(tmp_path):
    """A stand's folder with twelve drawings, two of them misread, and a leaderboard entry."""
    store = Store(tmp_path / FILE)
    for digit in range(10):
        store.keep(SAMPLES[digit][0], digit, digit, 0.97, at=AT, network="the shipped network")
    store.keep(SAMPLES[7][1], 7, 2, 0.6, at=AT)
    store.keep(SAMPLES[1][0], None, None, 0.1, at=AT)
    store.add_score("ten", "Ada <3", 9, 25.5, at=AT)
    store.close()
    return tmp_path


def test_the_export_is_read_back(filled, capsys):
    to = filled / "all.unipen"
    assert main(["--folder", str(filled), "export", str(to)]) == 0
    assert "12 drawings" in capsys.readouterr().out
    drawings = read_unipen(to)
    assert [drawing.label for drawing in drawings] == [*range(10), 7, None]
    for drawing, digit in zip(drawings, range(10), strict=False):
        ours = SAMPLES[digit][0].paths
        assert len(drawing.strokes.paths) == len(ours)
        # UNIPEN has its origin at the bottom: read_unipen turns y around it, one canvas away from ours.
        for theirs, own in zip(drawing.strokes.paths, ours, strict=True):
            assert np.abs(theirs / 1000 + (0, 1) - own).max() < 0.001


def test_the_table(filled):
    to = filled / "all.csv"
    assert main(["--folder", str(filled), "export", str(to), "--day", DAY]) == 0
    rows = list(csv.DictReader(io.StringIO(to.read_text("utf-8"))))
    assert len(rows) == 12
    assert rows[10]["meant"] == "7"
    assert (rows[10]["said"], rows[10]["right"]) == ("2", "0")
    assert (rows[11]["meant"], rows[11]["said"], rows[11]["right"]) == ("", "", "1")


def test_a_day_without_drawings_is_said(filled, capsys):
    assert main(["--folder", str(filled), "export", str(filled / "x.csv"), "--day", "1999-01-01"]) == 2
    assert capsys.readouterr().err == "There is no drawing to export.\n"


def test_the_report_holds_everything(filled):
    to = filled / "day.html"
    assert main(["--folder", str(filled), "report", str(to), "--day", DAY]) == 0
    page = to.read_text("utf-8")
    assert "90.9 % (62.3 to 98.4 %, n = 11)" in page
    assert "MNIST" in page
    assert "Ada &lt;3" in page
    assert page.count("<figure>") == 12
    assert "no. 11: 7, read as 2" in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page), "nothing is fetched from anywhere"


def test_a_report_on_nothing(filled):
    to = filled / "empty.html"
    assert main(["--folder", str(filled), "report", str(to), "--day", "1999-01-01"]) == 0
    assert "Nobody confirmed" in to.read_text("utf-8")


def test_delete(filled, capsys):
    assert main(["--folder", str(filled), "delete", "11"]) == 0
    assert main(["--folder", str(filled), "delete", "11"]) == 2
    assert capsys.readouterr().err == "There is no drawing with the number 11.\n"
    assert main(["--folder", str(filled), "scores", "--day", DAY]) == 0
    assert "Ada <3" in capsys.readouterr().out
    assert main(["--folder", str(filled), "delete", "--score", "1"]) == 0
    assert main(["--folder", str(filled), "delete", "--score", "1"]) == 2


def test_backup(filled, capsys):
    assert main(["--folder", str(filled), "backup"]) == 0
    assert "12 drawings" in capsys.readouterr().out
    (copy,) = filled.glob("backup-*.sqlite")
    assert len(Store(copy).drawings()) == 12


def test_set_pin(filled, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("2718\n"))
    assert main(["--folder", str(filled), "set-pin"]) == 0
    assert pin.check(Store(filled / FILE), "2718").right
    monkeypatch.setattr(sys, "stdin", io.StringIO("1234\n"))
    assert main(["--folder", str(filled), "set-pin"]) == 2
    assert "choose another" in capsys.readouterr().err


def test_a_folder_that_cannot_be_is_said(tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("")
    assert main(["--folder", str(file), "backup"]) == 2
    assert "cannot be made" in capsys.readouterr().err
