"""The shipped weights: their header is true, and they read drawings; the model card has tests in tests/cli."""

from __future__ import annotations

import numpy as np
import pytest

from cnn.test_time_augmentation import AUGMENTATIONS, CONFIDENT, averaged_outputs
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


def test_the_model_card_describes_the_augmentation():
    card = (SHIPPED.parent / "README.md").read_text("utf-8")
    assert f"no answer has {100 * CONFIDENT:.0f} %" in card
    assert f"in {AUGMENTATIONS - 1} more views" in card


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


def test_it_reads_what_people_draw(shipped):
    path = PEN_DATA / "pendigits-train.unipen.gz"
    if not path.exists():
        pytest.skip("drawings by people are not a part of the project")
    drawings = [drawing for drawing in read_unipen(path) if drawing.label is not None][:500]
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    labels = [drawing.label for drawing in drawings]
    result = measure(
        judge(averaged_outputs(shipped[0].predict_output, pictures), shipped[1]["refuse_above"]),
        np.array(labels),
        readable,
    )
    assert result.accuracy >= 0.985


def test_it_reads_twenty_drawings(shipped, twenty_drawings):
    network, header = shipped
    pictures, readable = prepare_all(drawing.strokes for drawing in twenty_drawings)
    said = judge(averaged_outputs(network.predict_output, pictures), header["refuse_above"]).predicted
    assert readable.all()
    assert (said == [drawing.label for drawing in twenty_drawings]).mean() >= 0.9


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
