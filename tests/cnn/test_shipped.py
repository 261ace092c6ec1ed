"""The shipped weights: what their header and the model card state about them is true."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cnn.fast.predictor import BatchPredictor
from cnn.test_time_augmentation import AUGMENTATIONS, CONFIDENT, averaged_outputs
from cnn.verdict import judge, refuse_above
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


def stated(pattern: str) -> str:
    """The one group of a pattern in the model card."""
    found = re.search(pattern, (SHIPPED.parent / "README.md").read_text(encoding="utf-8"))
    assert found is not None, pattern
    return found[1]


def test_it_reads_mnists_test_images_as_the_model_card_states(shipped, digits):
    network, header = shipped
    pictures, labels = digits.test
    outputs = averaged_outputs(BatchPredictor(network).predict, pictures)
    result = measure(judge(outputs, refuse_above(header)), labels, np.ones(len(labels), bool))
    assert result.accuracy >= 0.995
    assert stated(r"MNIST, test images \| digitscope \| ([\d,]+) ") == f"{len(labels):,}"
    # The fast engine's rounding may decide one picture differently.
    accuracy = float(stated(r"MNIST, test images \| digitscope \| [\d,]+ \| ([\d.]+) % ")) / 100
    assert result.accuracy == pytest.approx(accuracy, abs=1.01e-4)
    refused = float(stated(r"MNIST, test images \| digitscope \| (?:[^|]+\| ){3}([\d.]+) % ")) / 100
    assert result.refused == pytest.approx(refused, abs=1.01e-4)


def test_the_model_card_states_its_size_and_thresholds(shipped):
    network, header = shipped
    assert stated(r"([\d,]+) parameters") == f"{network.size:,}"
    assert stated(r"float32, ([\d.]+) MB") == f"{SHIPPED.stat().st_size / 2**20:.2f}"
    assert stated(r"`refuse_above` \(([\d.]+)\)") == f"{header['refuse_above']:.3f}"
    assert stated(r"one temperature, ([\d.]+),") == f"{header['temperature']:.3f}"
    assert int(stated(r"no answer has (\d+) %")) == round(100 * CONFIDENT)
    assert int(stated(r"in (\d+) more views")) == AUGMENTATIONS - 1


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
