"""The layers: their gradients, their numbers by hand, and agreement with somebody else's convolution."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from scipy.signal import correlate

from cnn import (
    BatchNorm,
    Conv3x3,
    Dropout,
    Flatten,
    FullyConnected,
    Layer,
    MaxPool2x2,
    ReLU,
    ShapeError,
    Softmax,
    dropout,
)
from tests.cnn.gradient_check import check_layer

CASES: list[tuple[Any, tuple[int, ...], int]] = [
    (lambda: Conv3x3(2), (1, 5, 4), 3),
    (lambda: Conv3x3(3), (2, 3, 6), 1),
    (lambda: Conv3x3(1, init="notebook"), (3, 4, 4), 2),
    (MaxPool2x2, (2, 4, 6), 2),
    (MaxPool2x2, (1, 5, 3), 3),
    (MaxPool2x2, (3, 2, 2), 1),
    (ReLU, (2, 3, 3), 2),
    (ReLU, (7,), 3),
    (Flatten, (2, 3, 4), 2),
    (lambda: FullyConnected(4), (3, 2, 2), 3),
    (lambda: FullyConnected(5, 3), (5,), 2),
    (lambda: FullyConnected(3, init="notebook"), (6,), 1),
    (lambda: Softmax(4), (2, 2, 2), 3),
    (lambda: Softmax(5, 3), (5,), 1),
    (lambda: Dropout(0.4), (6,), 4),
    (lambda: Dropout(0.0), (2, 2, 2), 2),
    (lambda: Dropout(1.0), (3,), 2),
    (BatchNorm, (3,), 5),
    (BatchNorm, (2, 3, 2), 3),
]


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize(("make", "shape", "n"), CASES)
def test_gradients_agree_with_central_differences(make: Any, shape: tuple[int, ...], n: int, train: bool) -> None:
    check_layer(make(), shape, n, seed=3, train=train)


class _TooLarge(ReLU):
    def backward(self, dy: np.ndarray, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return dy * cache * 1.001, {}


class _ForgetsABias(FullyConnected):
    def backward(self, dy: np.ndarray, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        dx, grads = super().backward(dy, cache)
        return dx, grads | {"bias": grads["bias"] * 0}


@pytest.mark.parametrize("layer", [_TooLarge(), _ForgetsABias(2)])
def test_the_checker_itself_notices_a_wrong_gradient(layer: Layer) -> None:
    with pytest.raises(AssertionError):
        check_layer(layer, (4,), 3, seed=3)


@pytest.mark.parametrize(
    ("channels", "height", "width", "filters", "n"), [(1, 28, 28, 8, 2), (3, 7, 5, 4, 3), (5, 3, 3, 2, 1)]
)
def test_convolution_agrees_with_scipy(channels: int, height: int, width: int, filters: int, n: int) -> None:
    rng = np.random.default_rng(0)
    layer = Conv3x3(filters)
    layer.build((channels, height, width), rng)
    layer.params["bias"] += rng.standard_normal(filters).astype(np.float32)
    x = rng.standard_normal((channels, height, width, n)).astype(np.float32)
    y, _ = layer.forward(x)
    for f in range(filters):
        for i in range(n):
            expected = correlate(x[..., i], layer.params["weights"][f], "valid")[0] + layer.params["bias"][f]
            np.testing.assert_allclose(y[f, :, :, i], expected, rtol=1e-4, atol=1e-5)


def test_a_convolution_by_hand() -> None:
    layer = Conv3x3(1)
    layer.build((1, 3, 4), np.random.default_rng(0))
    layer.params["weights"][...] = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], np.float32)  # Sobel's kernel
    layer.params["bias"][...] = 0.5
    x = np.array([[0, 0, 3, 1], [0, 0, 3, 1], [0, 0, 3, 1]], np.float32)[None, :, :, None]
    y, _ = layer.forward(x)
    # Left: (1 + 2 + 1) * 0 - (1 + 2 + 1) * 3 + 0.5 = -11.5. Right: 4 * 0 - 4 * 1 + 0.5 = -3.5.
    np.testing.assert_array_equal(y[0, :, :, 0], [[-11.5, -3.5]])


@pytest.mark.parametrize(("init", "expected"), [("he", np.sqrt(2 / (9 * 4))), ("notebook", 1 / 9)])
def test_first_weights_of_a_convolution(init: str, expected: float) -> None:
    layer = Conv3x3(500, init=init)
    layer.build((4, 5, 5), np.random.default_rng(0))
    assert layer.params["weights"].std() == pytest.approx(expected, rel=0.02)
    assert layer.params["weights"].dtype == np.float32
    assert not layer.params["bias"].any()


def test_pooling_keeps_the_largest_and_drops_the_odd_edge() -> None:
    x = np.array([[1, 2, 9], [4, 3, 9], [9, 9, 9]], np.float32)[None, :, :, None]
    y, cache = MaxPool2x2().forward(x)
    np.testing.assert_array_equal(y[0, :, :, 0], [[4]])
    dx, _ = MaxPool2x2().backward(np.full_like(y, 5), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 0, 0], [5, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("square", "winner"),
    [([7, 7, 7, 7], 0), ([1, 7, 7, 7], 1), ([1, 2, 7, 7], 2), ([1, 2, 3, 7], 3), ([7, 1, 7, 2], 0), ([1, 7, 2, 7], 1)],
)
def test_a_tie_pays_the_gradient_once_and_to_the_first(square: list[int], winner: int) -> None:
    x = np.array(square, np.float32).reshape(1, 2, 2, 1)
    _, cache = MaxPool2x2().forward(x)
    dx, _ = MaxPool2x2().backward(np.ones((1, 1, 1, 1), np.float32), cache)
    expected = np.zeros(4)
    expected[winner] = 1
    np.testing.assert_array_equal(dx.ravel(), expected)


@pytest.mark.parametrize("logits", [[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]])
def test_softmax_bears_enormous_logits(logits: list[float]) -> None:
    layer = Softmax(3)
    layer.build((1,), np.random.default_rng(0))
    layer.params["weights"][...] = np.array(logits, np.float32)[:, None]
    probabilities, cache = layer.forward(np.ones((1, 2), np.float32))
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=0), 1, rtol=1e-6)
    dx, grads = layer.backward(np.ones_like(probabilities), cache)
    assert np.isfinite(dx).all()
    assert all(np.isfinite(grad).all() for grad in grads.values())


def test_softmax_by_hand() -> None:
    layer = Softmax(2)
    layer.build((1,), np.random.default_rng(0))
    layer.params["weights"][...] = np.array([[np.log(3)], [0]], np.float32)
    probabilities, _ = layer.forward(np.ones((1, 1), np.float32))
    np.testing.assert_allclose(probabilities[:, 0], [0.75, 0.25], rtol=1e-6)  # 3 / (3 + 1), 1 / (3 + 1)


def test_dropout_is_inverted_and_off_outside_training() -> None:
    x = np.ones((1000, 50), np.float32)
    layer = Dropout(0.3)
    assert layer.forward(x)[0] is x
    y, _ = layer.forward(x, train=True, rng=np.random.default_rng(0))
    assert set(np.unique(y)) == {0, np.float32(1 / 0.7)}
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.02)
    with pytest.raises(ValueError, match="random generator"):
        layer.forward(x, train=True)


def test_the_function_dropout() -> None:
    x = np.arange(1, 7, dtype=np.float32).reshape(2, 3)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(dropout(x, 0, rng), x)
    np.testing.assert_array_equal(dropout(x, 1, rng), np.zeros_like(x))
    y = dropout(x, 0.5, rng)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y[y != 0], 2 * x[y != 0])
    np.testing.assert_array_equal(dropout(x, 0.5, np.random.default_rng(1)), dropout(x, 0.5, np.random.default_rng(1)))


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_dropout_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Dropout(p)
    with pytest.raises(ValueError, match="between 0 and 1"):
        dropout(np.ones(3), p, np.random.default_rng(0))


def test_batch_normalisation_learns_running_averages() -> None:
    layer = BatchNorm()
    layer.build((2,), np.random.default_rng(0))
    x = np.random.default_rng(0).normal([[3], [-1]], [[2], [5]], (2, 4000)).astype(np.float32)
    y, cache = layer.forward(x, train=True)
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=1), 1, rtol=1e-3)
    np.testing.assert_array_equal(layer.state["mean"], 0)  # a forward pass changes nothing
    for _ in range(200):
        layer.observe(layer.statistics(cache))
    np.testing.assert_allclose(layer.forward(x)[0], y, atol=1e-3)


@pytest.mark.parametrize(
    ("layer", "shape", "numbers"),
    [
        (FullyConnected(300, 100), (4, 5, 5), ["300", "100"]),
        (Softmax(50, 10), (49,), ["50", "49"]),
        (Conv3x3(2), (1, 2, 9), ["2 x 9", "3 x 3"]),
        (Conv3x3(2), (100,), ["100"]),
        (MaxPool2x2(), (4, 1, 7), ["1 x 7", "2 x 2"]),
    ],
)
def test_what_does_not_fit_is_refused_with_both_numbers(
    layer: Layer, shape: tuple[int, ...], numbers: list[str]
) -> None:
    with pytest.raises(ShapeError) as refusal:
        layer.build(shape, np.random.default_rng(0))
    assert all(number in str(refusal.value) for number in numbers)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv3x3(0),
        lambda: Conv3x3(2.5),  # type: ignore[arg-type]
        lambda: FullyConnected(-1),
        lambda: FullyConnected(),
        lambda: Softmax(1, 2, 3),
        lambda: Conv3x3(True),
    ],
)
def test_sizes_must_be_whole_numbers(make: Any) -> None:
    with pytest.raises(ShapeError):
        make()


def test_layers_keep_nothing_of_what_passes_through() -> None:
    for make, shape, n in CASES:
        layer = make()
        layer.build(shape, np.random.default_rng(0))
        before = deepcopy(vars(layer))
        y, cache = layer.forward(np.ones((*shape, n), np.float32), True, np.random.default_rng(0))
        layer.backward(np.ones_like(y), cache)
        np.testing.assert_equal(vars(layer), before)
