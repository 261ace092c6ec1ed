"""The losses: by hand, by central differences, and never infinite."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import cross_entropy, cross_entropy_derivative, mse_loss, mse_loss_derivative
from cnn.layers import softmax
from cnn.losses import cross_entropy_logits_derivative, one_hot
from tests.cnn.gradient_check import numeric_gradient

PAIRS = [(cross_entropy, cross_entropy_derivative), (mse_loss, mse_loss_derivative)]


@pytest.mark.parametrize(("classes", "n"), [(10, 4), (3, 1), (2, 7)])
@pytest.mark.parametrize(("loss", "derivative"), PAIRS)
def test_derivatives_agree_with_central_differences(loss, derivative, classes, n):
    rng = np.random.default_rng(classes)
    truth = one_hot(rng.integers(0, classes, n), classes, np.float64)
    answer = softmax(rng.standard_normal((classes, n)))
    np.testing.assert_allclose(
        derivative(truth, answer), numeric_gradient(lambda: loss(truth, answer), answer), rtol=1e-5, atol=1e-8
    )


def test_the_checker_notices_a_wrong_derivative():
    truth, answer = one_hot(np.array([1]), 3, np.float64), softmax(np.ones((3, 1)))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            mse_loss_derivative(truth, answer),
            numeric_gradient(lambda: cross_entropy(truth, answer), answer),
            rtol=1e-5,
        )


def test_the_way_through_the_logits_is_the_same_gradient():
    rng = np.random.default_rng(0)
    logits, truth = rng.standard_normal((5, 3)), one_hot(np.array([0, 4, 2]), 5, np.float64)
    expected = numeric_gradient(lambda: cross_entropy(truth, softmax(logits)), logits)
    np.testing.assert_allclose(cross_entropy_logits_derivative(truth, softmax(logits)), expected, rtol=1e-5, atol=1e-9)


def test_cross_entropy_by_hand():
    truth = one_hot(np.array([0, 1]), 2)
    answer = np.array([[0.5, 0.75], [0.5, 0.25]], np.float32)
    # (-ln 0.5 - ln 0.25) / 2 = (0.6931 + 1.3863) / 2
    assert cross_entropy(truth, answer) == pytest.approx(1.0397, abs=1e-4)


def test_mean_squared_error_by_hand():
    truth = one_hot(np.array([0]), 2)
    answer = np.array([[0.7], [0.3]], np.float32)
    assert mse_loss(truth, answer) == pytest.approx((0.3**2 + 0.3**2) / 2)
    np.testing.assert_allclose(mse_loss_derivative(truth, answer)[:, 0], [-0.3, 0.3], rtol=1e-6)


def test_a_certain_mistake_costs_much_but_not_infinitely():
    truth, answer = one_hot(np.array([0]), 2), np.array([[0.0], [1.0]], np.float32)
    assert 50 < cross_entropy(truth, answer) < 1000
    assert np.isfinite(cross_entropy_derivative(truth, answer)).all()


def test_one_hot_columns():
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 1], [0, 0], [1, 0]])
