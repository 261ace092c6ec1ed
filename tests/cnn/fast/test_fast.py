"""The fast paths are held to the plain one: same answers, same gradients, same errors, for many stacks of layers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnn import mse_loss, mse_loss_derivative
from cnn.architectures import ARCHITECTURES, build, stack
from cnn.fast.all_reduce import AllReduce
from cnn.fast.engine import FastEngine
from cnn.fast.plan import plan
from cnn.fast.predictor import BatchPredictor
from cnn.fast.tracer import Tracer
from cnn.fast.workers import Workers
from cnn.layers import BatchNorm, Conv3x3, Dropout, Flatten, FullyConnected, MaxPool2x2, ReLU, ShapeError, Softmax
from cnn.network import CNN
from cnn.settings import Settings
from cnn.training import PlainEngine, Run, StepDone, fit
from digitscope.digits.synthesis.warp import warp

STACKS = {
    "conv": lambda: [Conv3x3(4), Softmax(10)],
    "conv relu": lambda: [Conv3x3(4), ReLU(), Softmax(10)],
    "conv norm": lambda: [Conv3x3(4), BatchNorm(), FullyConnected(12), Softmax(10)],
    "pool": lambda: [Conv3x3(5), MaxPool2x2(), Softmax(10)],
    "pool norm relu": lambda: [Conv3x3(5), MaxPool2x2(), BatchNorm(), ReLU(), Flatten(), Softmax(10)],
    "two pools": lambda: [Conv3x3(4), MaxPool2x2(), ReLU(), Conv3x3(6), MaxPool2x2(), ReLU(), Softmax(10)],
    "conv conv pool": lambda: [Conv3x3(4), ReLU(), Conv3x3(3), MaxPool2x2(), Conv3x3(4), ReLU(), Softmax(10)],
    "three pools": lambda: [
        *(Conv3x3(3), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(4), MaxPool2x2(), BatchNorm(), ReLU()),
        *(Conv3x3(5), MaxPool2x2(), BatchNorm(), ReLU()),
        *(FullyConnected(9), BatchNorm(), ReLU(), FullyConnected(8), ReLU(), Softmax(10)),
    ],
    "wide": lambda: [Conv3x3(16), ReLU(), Conv3x3(17), MaxPool2x2(), ReLU(), Conv3x3(18), ReLU(), Softmax(10)],
    **ARCHITECTURES,
}

ODD_ONES = {
    "no convolution": lambda: [FullyConnected(20), ReLU(), Softmax(10)],
    "pooling twice": lambda: [Conv3x3(3), MaxPool2x2(), MaxPool2x2(), Softmax(10)],
    "ReLU before pooling": lambda: [Conv3x3(3), ReLU(), MaxPool2x2(), Softmax(10)],
    "dropout on maps": lambda: [Conv3x3(3), Dropout(0.0), MaxPool2x2(), Softmax(10)],
    "normalised pictures": lambda: [BatchNorm(), Conv3x3(3), Softmax(10)],
    "ReLU behind everything": lambda: [Conv3x3(3), Softmax(10), ReLU()],
}


def network_of(layers, seed: int = 0) -> CNN:
    """A network whose normalisation is not the trivial one of a new network: negative scales among them."""
    network = stack(layers, seed)
    rng = np.random.default_rng(seed)
    for _, layer in network.layers:
        if isinstance(layer, BatchNorm):
            shape = layer.params["scale"].shape
            layer.params["scale"][:] = rng.normal(0.5, 1, shape)
            layer.params["shift"][:] = rng.normal(0, 0.5, shape)
            layer.state["mean"][:] = rng.normal(0, 0.5, shape)
            layer.state["variance"][:] = rng.uniform(0.5, 2, shape)
        elif isinstance(layer, Dropout):
            layer.p = 0.0
        if "bias" in layer.params:
            layer.params["bias"][:] = rng.normal(0, 0.3, layer.params["bias"].shape)
    return network


def batch(digits, n: int) -> tuple[np.ndarray, np.ndarray]:
    return digits.training[0][:n], digits.training[1][:n]


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("n", [32, 77])
def test_gradients_are_those_of_the_plain_engine(name, n, digits):
    network = network_of(STACKS[name]())
    assert plan(network) is not None, "this stack should go the fast way"
    expected = PlainEngine().gradients(network, *batch(digits, n), [0], None)
    engine = FastEngine()
    for _ in range(2):  # the second time the buffers hold the first one's numbers
        found = engine.gradients(network, *batch(digits, n), [0], None)
        assert found.loss == pytest.approx(expected.loss, rel=1e-4)
        assert found.accuracy == expected.accuracy
        assert found.gradients.keys() == expected.gradients.keys()
        largest = max(np.linalg.norm(gradient) for gradient in expected.gradients.values())
        for key, gradient in expected.gradients.items():
            assert found.gradients[key].shape == gradient.shape
            # Where two pixels of a square are as good as equal, rounding decides which one the gradient is paid to:
            # single numbers may differ then, the whole does not.
            scale = max(np.linalg.norm(gradient), 1e-3 * largest)
            assert np.linalg.norm(found.gradients[key] - gradient) < 5e-3 * scale, key
        assert found.statistics.keys() == expected.statistics.keys()
        for norm, values in expected.statistics.items():
            for key, value in values.items():
                np.testing.assert_allclose(found.statistics[norm][key], value, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", STACKS | ODD_ONES)
@pytest.mark.parametrize("n", [1, 40, 333])
def test_a_predictor_agrees_with_the_plain_path(name, n, digits):
    network = network_of((STACKS | ODD_ONES)[name]())
    pictures = digits.validation[0][:n]
    predictor = BatchPredictor(network)
    for _ in range(2):
        np.testing.assert_allclose(predictor.predict(pictures), network.predict_output(pictures), atol=2e-4)


@pytest.mark.parametrize("name", STACKS | ODD_ONES)
def test_a_tracer_agrees_with_the_plain_path(name, digits):
    network = network_of((STACKS | ODD_ONES)[name]())
    tracer = Tracer(network)
    for picture in digits.validation[0][:3]:
        for (plain_name, expected), (name_, found) in zip(
            network.trace(picture[None]), tracer.trace(picture), strict=True
        ):
            assert name_ == plain_name
            assert found.shape == expected[..., 0].shape
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, expected[..., 0], atol=2e-4, err_msg=name_)
    np.testing.assert_allclose(tracer.trace(picture / 255)[-1][1], found, atol=1e-5)


def test_a_tracer_refuses_what_the_network_refuses():
    tracer = Tracer(build("notebook"))
    with pytest.raises(ShapeError, match="20"):
        tracer.trace(np.zeros((20, 28), np.uint8))
    with pytest.raises(ValueError, match="whole numbers"):
        tracer.trace(np.zeros((28, 28), np.int64))


def test_tracer_and_predictor_do_not_follow_later_training(digits):
    network = build("notebook")
    tracer, predictor = Tracer(network), BatchPredictor(network)
    pictures = digits.validation[0][:40]
    before = network.predict_output(pictures)
    network.train(*batch(digits, 50), lr=0.5)
    np.testing.assert_allclose(predictor.predict(pictures), before, atol=1e-5)
    np.testing.assert_allclose(tracer.trace(pictures[0])[-1][1], before[0], atol=1e-5)


def test_a_tracer_may_be_used_by_many_threads(digits):
    network = build("digitscope")
    tracer = Tracer(network)
    pictures = digits.validation[0][:60]
    expected = network.predict_output(pictures)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda picture: tracer.trace(picture)[-1][1], pictures))
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("name", ODD_ONES)
def test_other_stacks_go_the_plain_way(name, digits):
    network = network_of(ODD_ONES[name]())
    assert plan(network) is None
    expected = PlainEngine().gradients(network, *batch(digits, 40), [5, 1], warp)
    found = FastEngine().gradients(network, *batch(digits, 40), [5, 1], warp)
    for key, gradient in expected.gradients.items():
        np.testing.assert_array_equal(found.gradients[key], gradient)


def test_another_loss_goes_the_plain_way():
    network = build("notebook")
    network.use_lossfunc(mse_loss, mse_loss_derivative)
    assert plan(network) is None


def test_a_gradient_is_paid_to_one_winner_of_a_tie():
    """On blank paper all four pixels of every square tie: the first gets all, as in the plain layer."""
    network = network_of(STACKS["pool"]())
    pictures, labels = np.zeros((32, 28, 28), np.uint8), np.arange(32) % 10
    pictures[:, 10:12, 10:12] = 200
    expected = PlainEngine().gradients(network, pictures, labels, [0], None)
    found = FastEngine().gradients(network, pictures, labels, [0], None)
    np.testing.assert_allclose(found.gradients["conv1.weights"], expected.gradients["conv1.weights"], atol=1e-4)


def test_dropout_and_warps_repeat_themselves_with_the_seed(digits):
    network = build("digitscope")

    def gradient(seeds):
        return FastEngine().gradients(network, *batch(digits, 64), seeds, warp).gradients["conv1.weights"].copy()

    np.testing.assert_array_equal(gradient([3, 1]), gradient([3, 1]))
    assert (gradient([3, 1]) != gradient([3, 2])).any()


def test_a_whole_run_repeats_itself_bit_by_bit(digits):
    settings = Settings(images=500, epochs=2, batch_size=100, seed=4)

    def learned() -> np.ndarray:
        run = Run(build("digitscope", 4), settings)
        for _ in fit(
            run, digits.training, (digits.validation[0][:100], digits.validation[1][:100]), warp, FastEngine()
        ):
            pass
        return run.result().params["dense1.weights"]

    np.testing.assert_array_equal(learned(), learned())


def test_training_with_the_fast_engine_learns(digits):
    settings = Settings(images=3000, epochs=3, batch_size=64, warps=False, learning_rate=0.003)
    run = Run(build("digitscope"), settings)
    validation = digits.validation[0][:500], digits.validation[1][:500]
    events = fit(run, digits.training, validation, None, FastEngine())
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    assert np.mean(losses[-10:]) < np.mean(losses[:5]) / 5
    assert run.result().forward(*validation)[2] > 0.95


def test_an_error_in_either_half_comes_out(digits):
    def broken(pictures, rng):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the other half broke")
        return pictures

    engine = FastEngine()
    with pytest.raises(RuntimeError, match="the other half"):
        engine.gradients(build("digitscope"), *batch(digits, 64), [0], broken)
    found = engine.gradients(build("notebook"), *batch(digits, 64), [0], None)
    assert np.isfinite(found.loss), "the engine can be used again"


def test_an_all_reduce_adds_in_order():
    all_reduce = AllReduce(2)
    values = [np.array([1.0, 2.0]), np.array([10.0, 20.0])]
    sums = Workers().all(lambda worker: [all_reduce.sum(worker, values[worker] * k) for k in (1, 2)], all_reduce)
    for mine in sums:
        np.testing.assert_array_equal(mine, [[11, 22], [22, 44]])
