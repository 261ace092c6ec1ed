"""A day's figures: counted once, for the page and for the report."""

from __future__ import annotations

from datetime import datetime

import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.recognition.measure import Accuracy
from digitscope.stand.day import day_figures
from digitscope.stand.store import Store

DAY = "2026-11-24"
AT = datetime(2026, 11, 24, 14, 5)
HEADER = {"validation_accuracy": 0.996, "validation_images": 5000}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "stand.sqlite")
    yield store
    store.close()


def test_a_days_figures(store):
    for meant, said in ((1, 1), (7, 1), (4, None), (None, 3)):
        store.keep(SAMPLES[1][0], meant, said, 0.9, at=AT)
    store.keep(SAMPLES[5][0], 5, 3, 0.9, occasion="fool", at=AT)
    store.keep(SAMPLES[2][0], 2, 2, 0.9, at=datetime(2026, 11, 23, 9))
    figures = day_figures(store, DAY, HEADER)
    assert figures.visitors == Accuracy(1, 3), "neither what was meant as no digit, nor another day, nor a trick"
    assert figures.confusions.sum() == 3
    assert (figures.confusions[7, 1], figures.confusions[4, 10]) == (1, 1)
    assert figures.mnist == Accuracy(4980, 5000)


HEADERS = [{}, {"validation_accuracy": 0.9}, {"validation_accuracy": "?", "validation_images": 5000}]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_without_an_accuracy(store, header):
    assert day_figures(store, DAY, header).mnist is None
