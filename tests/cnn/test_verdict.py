"""Verdicts and calibration: numbers worked by hand, and probabilities that come true."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import affine_transform
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from cnn.architectures import build
from cnn.calibration import (
    best_temperature,
    cool,
    expected_calibration_error,
    threshold,
    with_temperature,
)
from cnn.layers import Conv3x3
from cnn.network import CNN
from cnn.test_time_augmentation import (
    AUGMENTATIONS,
    CONFIDENT,
    ROTATIONS,
    SCALES,
    SHIFTS,
    augmented,
    averaged_outputs,
    combine,
)
from cnn.verdict import judge


def test_ten_answers_are_never_refused():
    outputs = np.full((2, 10), 0.1, np.float32)
    verdict = judge(outputs)
    assert not verdict.refused.any()
    np.testing.assert_array_equal(verdict.probabilities, outputs)


def test_the_eleventh_answer_refuses_and_leaves_the_digits_their_shares():
    outputs = np.zeros((3, 11), np.float32)
    outputs[0, [3, 5, 10]] = 0.3, 0.1, 0.6
    outputs[1, [3, 10]] = 0.6, 0.4
    outputs[2, 10] = 1
    verdict = judge(outputs, 0.5)
    assert verdict.predicted.tolist() == [-1, 3, -1]
    np.testing.assert_allclose(verdict.probabilities[0, [3, 5]], [0.75, 0.25], rtol=1e-6)
    np.testing.assert_allclose(verdict.probabilities[2], 0.1)
    assert judge(outputs, 0.7).predicted.tolist() == [3, 3, -1]


def test_calibration_error_by_hand():
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False])
    assert expected_calibration_error(confidence, right, 10) == pytest.approx((2 * 0.05 + 2 * 0.05) / 4)
    assert expected_calibration_error(np.ones(5), np.ones(5, bool)) == 0


def test_a_temperature_is_a_division_of_logits(rng):
    logits = rng.normal(0, 3, (20, 10))
    np.testing.assert_allclose(
        with_temperature(softmax(logits, axis=1), 1.7), softmax(logits / 1.7, axis=1), rtol=1e-6, atol=1e-12
    )


def test_the_best_temperature_is_scipys_and_makes_confidence_true(rng):
    honest = rng.normal(0, 2, (4000, 10))
    labels = np.array([rng.choice(10, p=p) for p in softmax(honest, axis=1)])
    shouted = 2.5 * honest
    found = best_temperature(softmax(shouted, axis=1)[None], labels)

    def loss(t: float) -> float:
        return -float(log_softmax(shouted / t, axis=1)[np.arange(len(labels)), labels].mean())

    assert found == pytest.approx(minimize_scalar(loss, bounds=(0.2, 5), method="bounded").x, rel=1e-3)
    assert found == pytest.approx(2.5, rel=0.1)
    errors = []
    for p in (softmax(shouted, axis=1), with_temperature(softmax(shouted, axis=1), found)):
        errors.append(expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == labels))
    assert errors[1] < errors[0] / 3


def test_a_cooled_network_gives_the_tempered_probabilities(rng):
    network = build("notebook")
    pictures = rng.integers(0, 256, (7, 28, 28)).astype(np.uint8)
    before = network.predict_output(pictures)
    cool(network, 0.4)
    np.testing.assert_allclose(network.predict_output(pictures), with_temperature(before, 0.4), rtol=1e-3, atol=1e-6)
    with pytest.raises(ValueError, match="above 0"):
        cool(network, float("nan"))
    bare = CNN()
    bare.add_layer(Conv3x3(2))
    with pytest.raises(ValueError, match="Softmax"):
        cool(bare, 1)


@pytest.mark.parametrize("share", [0.0, 0.005, 0.1])
def test_a_threshold_refuses_no_more_than_it_may(rng, share):
    nothing = rng.random(1000)
    refused = (nothing > threshold(nothing, share)).mean()
    assert share - 0.002 <= refused <= share


def test_augmentation_shifts_by_a_pixel_and_loses_nothing_inside(rng):
    pictures = np.zeros((2, 28, 28), np.uint8)
    pictures[:, 4:24, 4:24] = rng.integers(0, 256, (2, 20, 20))
    moved = augmented(pictures)
    assert moved.shape == (AUGMENTATIONS, 2, 28, 28)
    for variant, step in zip(moved, SHIFTS, strict=False):
        np.testing.assert_array_equal(variant, np.roll(pictures, step, (1, 2)))
    edge = np.full((1, 28, 28), 9, np.uint8)
    down, right = np.abs(SHIFTS).T
    np.testing.assert_array_equal(
        augmented(edge)[: len(SHIFTS)].sum(axis=(1, 2, 3)), 9 * (28 - down) * (28 - right), "paper comes in"
    )


def test_augmentation_rotates_and_scales_as_scipy_does(rng):
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 4:24] = rng.integers(0, 256, (20, 20))
    found = augmented(picture[None])[len(SHIFTS) :, 0]
    middle = np.full(2, 13.5)
    for variant, (turn, size) in zip(
        found, [*((turn, 1) for turn in ROTATIONS), *((0, size) for size in SCALES)], strict=True
    ):
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        matrix = np.array([[cos, -sin], [sin, cos]]) / size
        expected = affine_transform(picture.astype(float), matrix, middle - matrix @ middle, order=1)
        np.testing.assert_allclose(variant, expected, atol=0.51)


def test_outputs_are_averaged_over_the_augmentations_where_one_pass_is_not_confident(rng):
    network = build("notebook")
    network.params["softmax1.weights"][...] *= 5000  # some answers sure, some not
    pictures = rng.integers(0, 256, (60, 28, 28)).astype(np.uint8)
    outputs = np.array([network.predict_output(variant) for variant in augmented(pictures)])
    sure = outputs[0].max(axis=1) >= CONFIDENT
    assert 5 < sure.sum() < 55
    found = averaged_outputs(network.predict_output, pictures)
    np.testing.assert_allclose(found[sure], outputs[0][sure], atol=1e-5)
    np.testing.assert_allclose(found[~sure], outputs.mean(axis=0)[~sure], atol=1e-5)
    np.testing.assert_allclose(combine(outputs), found, atol=1e-5)
    assert np.abs(found - outputs[0])[~sure].max() > 0.01, "averaging changes the outputs"
