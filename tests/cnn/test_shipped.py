"""The shipped weights: what their header and the model card say of them is true."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge
from cnn.weights import load
from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.preprocess import PREPROCESSING, prepare_all
from digitscope.digits.synthesis import habits, negatives
from digitscope.recognition import SHIPPED
from digitscope.recognition.measure import measure
from testkit.paths import PEN_DATA


@pytest.fixture(scope="module")
def shipped():
    return load(SHIPPED)


def test_it_reads_mnists_test_images(shipped, digits):
    assert shipped[0].forward(*digits.test)[2] >= 0.995


def test_its_header_is_true(shipped, digits):
    network, header = shipped
    assert header["preprocessing"] == PREPROCESSING
    assert header["architecture"] == "reader"
    assert header["seed"] == header["settings"]["seed"]
    assert "MNIST" in header["data"]
    assert header["validation_images"] == 5000
    assert network.forward(*digits.validation)[2] == pytest.approx(header["validation_accuracy"], abs=2e-4)


def test_it_is_small(shipped):
    assert SHIPPED.stat().st_size < 3 * 2**20


def test_it_reads_what_people_draw(shipped, twenty_drawings):
    if (path := PEN_DATA / "pendigits-train.unipen.gz").exists():
        drawings, least = [drawing for drawing in read_unipen(path) if drawing.label is not None][:2000], 0.985
    else:
        drawings, least = twenty_drawings, 0.9
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    labels = [drawing.label for drawing in drawings]
    result = measure(
        judge(averaged_outputs(shipped[0].predict_output, pictures), shipped[1]["refuse_above"]),
        np.array(labels),
        readable,
    )
    assert result.accuracy >= least


def test_it_refuses_what_is_no_digit(shipped):
    network, header = shipped
    rng = np.random.default_rng(99)
    pictures, _ = prepare_all(negatives.draw(rng) for _ in range(200))
    assert judge(averaged_outputs(network.predict_output, pictures), header["refuse_above"]).refused.mean() >= 0.95


@pytest.mark.parametrize("name", habits.NAMES)
def test_it_reads_habits(shipped, name):
    network, header = shipped
    rng = np.random.default_rng(98)
    drawn = [habits.draw(name, rng) for _ in range(60)]
    pictures, _ = prepare_all(strokes for strokes, _ in drawn)
    said = judge(averaged_outputs(network.predict_output, pictures), header["refuse_above"]).predicted
    assert (said == int(name[0])).mean() >= 0.9
