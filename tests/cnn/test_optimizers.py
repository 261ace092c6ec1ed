"""The optimisers: each against its formula, written once more with plain numbers."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from cnn import SGD, Adam, Momentum
from cnn.architectures import build

GRADIENTS = [0.5, -1.0, 0.25, 2.0, -0.125, 0.75, 0.0, -3.0, 1.5, 0.1]


def sgd_by_hand(w: float, gradients: list[float]) -> float:
    for g in gradients:
        w = w - 0.1 * g
    return w


def momentum_by_hand(w: float, gradients: list[float]) -> float:
    v = 0.0
    for g in gradients:
        v = 0.9 * v - 0.1 * g
        w = w + v
    return w


def adam_by_hand(w: float, gradients: list[float]) -> float:
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w = w - 0.1 * (m / (1 - 0.9**t)) / (sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@pytest.mark.parametrize("steps", [1, 2, 10])
@pytest.mark.parametrize(("make", "by_hand"), [(SGD, sgd_by_hand), (Momentum, momentum_by_hand), (Adam, adam_by_hand)])
def test_steps_follow_the_formula(make, by_hand, steps):
    optimizer = make(0.1)
    params = {"w": np.array([1.0, -2.0]), "b": np.array([[3.0]])}
    for g in GRADIENTS[:steps]:
        optimizer.step(params, {"w": np.array([g, -g]), "b": np.array([[2 * g]])})
    assert params["w"][0] == pytest.approx(by_hand(1.0, GRADIENTS[:steps]), rel=1e-12)
    assert params["w"][1] == pytest.approx(by_hand(-2.0, [-g for g in GRADIENTS[:steps]]), rel=1e-12)
    assert params["b"][0, 0] == pytest.approx(by_hand(3.0, [2 * g for g in GRADIENTS[:steps]]), rel=1e-12)


def test_defaults_are_the_usual_ones():
    assert Momentum(0.1).gamma == 0.9
    adam = Adam()
    assert (adam.lr, adam.beta1, adam.beta2, adam.epsilon) == (0.001, 0.9, 0.999, 1e-8)


def test_adams_first_step_is_as_long_as_the_learning_rate():
    params = {"w": np.array([0.0, 0.0])}
    Adam(0.01).step(params, {"w": np.array([1e-3, -50.0])})
    np.testing.assert_allclose(params["w"], [-0.01, 0.01], rtol=1e-4)


@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
def test_every_parameter_of_every_layer_learns(make, digits):
    network = build("digitscope")
    before = {name: array.copy() for name, array in network.params.items()}
    network.use_optimizer(make(0.01))
    pictures, labels = digits.training
    network.train(pictures[:16], labels[:16])
    network.train(pictures[16:32], labels[16:32])
    still = [name for name, array in network.params.items() if np.array_equal(array, before[name])]
    assert still == []


def test_weight_decay_shrinks_matrices_alone():
    params = {"weights": np.array([[2.0]]), "bias": np.array([2.0])}
    SGD(0.1, weight_decay=0.5).step(params, {"weights": np.zeros((1, 1)), "bias": np.zeros(1)})
    assert params["weights"][0, 0] == pytest.approx(2 * (1 - 0.1 * 0.5))
    assert params["bias"][0] == 2


@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
def test_a_restored_optimiser_goes_on_as_the_first_would_have(make):
    one, params = make(0.1), {"w": np.array([1.0])}
    for g in GRADIENTS[:5]:
        one.step(params, {"w": np.array([g])})
    other, others = make(0.1), {"w": params["w"].copy()}
    other.restore(one.state())
    for g in GRADIENTS[5:]:
        one.step(params, {"w": np.array([g])})
        other.step(others, {"w": np.array([g])})
    assert params["w"] == others["w"]


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_learning_rate_must_be_a_positive_number(rate):
    with pytest.raises(ValueError, match="learning rate"):
        SGD(rate)
