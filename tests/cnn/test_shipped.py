"""The shipped weights: what their header and the model card say of them is true."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.commands import SHIPPED
from cnn.commands.evaluate import labelled, measure
from cnn.weights import load
from digits.preprocess import PREPROCESSING, prepare_all
from tests.conftest import PEN_DATA


@pytest.fixture(scope="module")
def shipped():
    return load(SHIPPED)


def test_it_reads_mnists_test_images(shipped, digits):
    assert shipped[0].forward(*digits.test)[2] >= 0.992


def test_its_header_is_true(shipped, digits):
    network, header = shipped
    assert header["preprocessing"] == PREPROCESSING
    assert header["architecture"] == "digitscope"
    assert header["seed"] == header["settings"]["seed"]
    assert "MNIST" in header["data"]
    assert header["validation_images"] == 5000
    assert network.forward(*digits.validation)[2] == pytest.approx(header["validation_accuracy"], abs=2e-4)


def test_it_is_small(shipped):
    assert SHIPPED.stat().st_size < 3 * 2**20


def test_it_reads_what_people_draw(shipped, twenty_drawings):
    if (path := PEN_DATA / "pendigits-train.unipen.gz").exists():
        drawings, least = labelled([path])[:2000], 0.94
    else:
        drawings, least = twenty_drawings, 0.9
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    labels = [drawing.label for drawing in drawings]
    result = measure(shipped[0].predict_output(pictures), np.array(labels), readable)
    assert result.accuracy >= least
