"""The network: shapes are checked at once, one forward loop, one backward loop, safe for many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnn import (
    CNN,
    SGD,
    Adam,
    BatchNorm,
    Conv3x3,
    Dropout,
    Flatten,
    FullyConnected,
    MaxPool2x2,
    ReLU,
    ShapeError,
    Softmax,
    cross_entropy,
    cross_entropy_derivative,
    mse_loss,
    mse_loss_derivative,
)
from cnn.architectures import ARCHITECTURES, build, from_list, stack, to_list
from cnn.losses import one_hot
from tests.cnn.gradient_check import numeric_gradient


def small(loss: str = "cross-entropy") -> CNN:
    """A network for pictures of 10 x 10, in float64."""
    network = CNN((1, 10, 10), seed=1)
    for new in (Conv3x3(3), MaxPool2x2(), ReLU(), Conv3x3(2), Flatten(), FullyConnected(6), ReLU(), Softmax(4)):
        network.add_layer(new)
    for _, layer in network.layers:
        layer.params = {name: array.astype(np.float64) for name, array in layer.params.items()}
    if loss == "mse":
        network.use_lossfunc(mse_loss, mse_loss_derivative)
    return network


def test_the_notebooks_deeper_stack_is_refused_with_both_numbers():
    network = CNN()
    for layer in (Conv3x3(8), MaxPool2x2(), Conv3x3(4), MaxPool2x2()):
        network.add_layer(layer)
    with pytest.raises(ShapeError, match=r"300.*100"):
        network.add_layer(FullyConnected(300, 100))
    assert len(network.layers) == 4  # nothing half-built stays behind
    network.add_layer(FullyConnected(100, 100))


def test_a_layer_cannot_stand_in_the_network_twice():
    network, relu = CNN(), ReLU()
    network.add_layer(relu)
    with pytest.raises(ShapeError, match="already"):
        network.add_layer(relu)


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_gradients_of_a_whole_network(loss):
    network, rng = small(loss), np.random.default_rng(0)
    pictures, labels = rng.random((3, 10, 10)), np.array([0, 3, 1])
    step = network.gradients(pictures, labels)
    for name in network.params:
        layer, key = name.split(".")
        array = dict(network.layers)[layer].params[key]
        numeric = numeric_gradient(lambda: network.forward(pictures, labels)[1], array)
        np.testing.assert_allclose(step.gradients[name], numeric, rtol=1e-4, atol=1e-8, err_msg=name)


def test_the_backward_pass_is_the_transpose_of_the_forward_pass():
    # <v, J u> = <u, J^T v>: a whole backward pass held against two forward passes.
    network, rng = small(), np.random.default_rng(1)
    x, u = rng.standard_normal((1, 10, 10, 2)), rng.standard_normal((1, 10, 10, 2))
    passed = list(network.passes(x))
    truth = one_hot(np.array([1, 2]), 4, np.float64)
    dx = list(network.backward(passed, *network.loss_gradient(truth, passed[-1].output)))[-1].dx
    h = 1e-6
    above, below = (cross_entropy(truth, list(network.passes(x + s * u))[-1].output) for s in (h, -h))
    assert (above - below) / (2 * h) == pytest.approx(float((dx * u).sum()), rel=1e-5)


@pytest.mark.parametrize("cut", [0, 1, 4, 7, 8])
def test_a_pass_in_two_parts_is_the_whole_pass(cut):
    network, x = small(), np.random.default_rng(2).standard_normal((1, 10, 10, 3))
    whole = list(network.passes(x))
    first = list(network.passes(x, stop=cut))
    second = list(network.passes(first[-1].output if first else x, start=cut))
    assert [passed.name for passed in first + second] == [name for name, _ in network.layers]
    for passed, expected in zip(first + second, whole, strict=True):
        np.testing.assert_array_equal(passed.output, expected.output)
    assert [passed.name for passed in network.passes(whole[1].output, start=2, stop=-3)] == [
        "relu1",
        "conv2",
        "flatten1",
    ]


def test_a_gradient_sent_back_between_two_layers_agrees_with_central_differences():
    # From the output of layer 5 (dense1) back to the input of layer 3 (conv2), no further in either direction.
    network, rng = small(), np.random.default_rng(3)
    x = list(network.passes(rng.standard_normal((1, 10, 10, 2)), stop=3))[-1].output
    passed = list(network.passes(x, start=3, stop=6))
    dy = rng.standard_normal(passed[-1].output.shape)
    back = list(network.backward(passed, dy))
    assert [one.name for one in back] == ["dense1", "flatten1", "conv2"]
    assert [set(one.gradients) for one in back] == [
        {"dense1.weights", "dense1.bias"},
        set(),
        {"conv2.weights", "conv2.bias"},
    ]

    def value() -> float:
        return float((list(network.passes(x, start=3, stop=6))[-1].output * dy).sum())

    np.testing.assert_allclose(back[-1].dx, numeric_gradient(value, x), rtol=1e-5, atol=1e-7)
    for one in back:
        for name, gradient in one.gradients.items():
            np.testing.assert_allclose(gradient, numeric_gradient(value, network.params[name]), rtol=1e-5, atol=1e-7)


def test_only_a_softmax_has_logits_to_start_from():
    network = small()
    passed = list(network.passes(np.zeros((1, 10, 10, 1))))
    with pytest.raises(ValueError, match="relu2 has no logits"):
        list(network.backward(passed[:-1], passed[-2].output, from_logits=True))


@pytest.mark.parametrize("stop", [0, 1, 5, -1, None])
def test_outputs_of_a_layer_are_those_of_the_trace(stop, digits):
    network = build("deeper", seed=2)
    pictures = digits.test_images[:150]  # more than go through together
    found = network.outputs(pictures, stop)
    shown = [network.scaled(pictures), *(output for _, output in network.trace(pictures))]
    expected = shown[len(network.layers) if stop is None else stop % len(network.layers)]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert network.outputs(pictures[:0], stop).shape == (*expected.shape[:-1], 0)


def test_both_ways_through_the_softmax_give_the_same_gradient(digits):
    network = build("notebook", seed=3)
    pictures, labels = digits.train_images[:5], digits.train_labels[:5]
    short = network.gradients(pictures, labels).gradients
    network.use_lossfunc(cross_entropy, lambda truth, answer: cross_entropy_derivative(truth, answer))
    long = network.gradients(pictures, labels).gradients
    for name, gradient in short.items():
        np.testing.assert_allclose(gradient, long[name], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_named_architectures_give_probabilities(name, digits):
    network = build(name)
    outputs = network.predict_output(digits.test_images[:300])
    assert outputs.shape == (300, 11 if name == "reader" else 10)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)
    for (shown, output), (layer, _), shape in zip(
        network.trace(digits.test_images[:2]), network.layers, network.shapes, strict=True
    ):
        assert shown == layer
        assert output.shape == (*shape, 2)
    np.testing.assert_allclose(output[:, 0], outputs[0], rtol=1e-4, atol=1e-6)


def test_the_notebooks_networks_have_the_notebooks_layers():
    assert [type(layer) for _, layer in build("notebook").layers] == [Conv3x3, MaxPool2x2, Softmax]
    kinds = [Conv3x3, MaxPool2x2, Conv3x3, MaxPool2x2, FullyConnected, FullyConnected, Softmax]
    assert [type(layer) for _, layer in build("deeper").layers] == kinds


def test_an_unknown_architecture_is_refused():
    with pytest.raises(ValueError, match="notebook, deeper, digitscope"):
        build("resnet")


def test_a_network_can_be_written_down_and_made_again():
    network = build("digitscope", seed=5)
    again = stack(from_list(to_list(network)), seed=5)
    assert repr(again) == repr(network)
    for name, array in network.params.items():
        np.testing.assert_array_equal(again.params[name], array)


@pytest.mark.parametrize("entry", [{}, {"layer": "Exec"}, {"layer": "Conv3x3"}, {"layer": "ReLU", "x": 1}, 7, None])
def test_what_is_no_layer_is_refused(entry):
    with pytest.raises(ValueError, match="is no layer"):
        from_list([entry])


def test_the_table_of_layers():
    table = repr(build("notebook"))
    assert "conv1" in table
    assert "8 x 26 x 26" in table
    assert "13,530" in table  # 13 * 13 * 8 * 10 + 10
    assert "13,610" in table  # and 8 * 9 + 8


def test_training_learns_twenty_images_by_heart(digits):
    pictures, labels = digits.train_images[:20], digits.train_labels[:20]
    network = stack([Conv3x3(8), MaxPool2x2(), ReLU(), FullyConnected(32), ReLU(), Softmax(10)])
    network.use_optimizer(Adam(0.01))
    first, _ = network.train(pictures, labels)
    for _ in range(60):
        last, _ = network.train(pictures, labels)
    assert last < first / 20
    assert network.forward(pictures, labels)[2] == 1


@pytest.mark.parametrize("optimizer", [SGD(0.5), Adam(0.01)])
def test_training_with_mean_squared_error(optimizer, digits):
    pictures, labels = digits.train_images[:20], digits.train_labels[:20]
    network = stack([Conv3x3(8), MaxPool2x2(), Softmax(10)])
    network.use_lossfunc(mse_loss, mse_loss_derivative)
    network.use_optimizer(optimizer)
    before = network.forward(pictures, labels)
    for _ in range(80):
        network.train(pictures, labels)
    after = network.forward(pictures, labels)
    assert after[1] < before[1] / 3
    assert after[2] >= 0.9


def test_one_step_of_training_takes_the_given_rate(digits):
    one, other = build("notebook", seed=1), build("notebook", seed=1)
    step = other.gradients(digits.train_images[:4], digits.train_labels[:4])
    loss, accuracy = one.train(digits.train_images[:4], digits.train_labels[:4], lr=0.1)
    assert (loss, accuracy) == (step.loss, step.accuracy)
    for name, array in one.params.items():
        np.testing.assert_allclose(array, other.params[name] - 0.1 * step.gradients[name], rtol=1e-5, atol=1e-7)


def test_accuracy_keeps_learning_curves(digits):
    network = build("notebook")
    x, y = digits.train_images[:200], digits.train_labels[:200]
    held, truth = digits.train_images[-100:], digits.train_labels[-100:]
    network.accuracy(x, y, held, truth)
    for start in range(0, 200, 10):
        network.train(x[start : start + 10], y[start : start + 10], lr=0.05)
    train, test = network.accuracy(x, y, held, truth)
    assert network.curves["steps"] == [0, 20]
    assert len(train) == len(test) == 2
    assert train[1] > train[0] + 0.2
    assert train[1] == (network.predict_output(x).argmax(axis=1) == y).mean()
    assert test[1] == (network.predict_output(held).argmax(axis=1) == truth).mean()


def test_forward_tells_probabilities_loss_and_accuracy(digits):
    network = build("notebook")
    pictures, labels = digits.train_images[:30], digits.train_labels[:30]
    probabilities, loss, accuracy = network.forward(pictures, labels)
    right = probabilities[np.arange(30), labels]
    assert loss == pytest.approx(float(-np.log(right).mean()), rel=1e-5)
    assert accuracy == (probabilities.argmax(axis=1) == labels).mean()


def test_pictures_are_scaled_like_the_notebooks(digits):
    network = build("notebook")
    picture = digits.train_images[:1]
    scaled = network.scaled(picture)
    assert scaled.shape == (1, 28, 28, 1)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled[0, :, :, 0], picture[0] / 255 - 0.5, atol=1e-6)
    np.testing.assert_allclose(network.scaled(picture / 255), scaled, atol=1e-6)


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        (np.zeros((28, 28), np.uint8), "shape"),
        (np.zeros((1, 27, 28), np.uint8), "shape"),
        (np.full((1, 28, 28), 255.0), "floats from 0 to 1"),
        (np.full((1, 28, 28), np.nan), "floats from 0 to 1"),
        (np.zeros((1, 28, 28), np.int64), "uint8"),
    ],
)
def test_pictures_that_are_none_are_refused(pictures, sentence):
    with pytest.raises(ValueError, match=sentence):
        build("notebook").predict_output(pictures)


@pytest.mark.parametrize("labels", [[10], [-1], [0.5], [1, 2], []])
def test_labels_that_are_none_are_refused(labels):
    with pytest.raises(ValueError, match="abel"):
        build("notebook").forward(np.zeros((1, 28, 28), np.uint8), np.array(labels))


def test_no_pictures_give_no_answers():
    assert build("notebook").predict_output(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_a_network_that_is_not_finished_says_so():
    with pytest.raises(ShapeError, match="add_layer"):
        CNN().forward(np.zeros((1, 28, 28), np.uint8), np.array([1]))
    network = CNN()
    network.add_layer(Conv3x3(2))
    with pytest.raises(ShapeError, match="Softmax"):
        network.forward(np.zeros((1, 28, 28), np.uint8), np.array([1]))


def test_two_seeds_differ_and_one_seed_repeats_itself(digits):
    def learned(seed):
        network = stack([Conv3x3(2), MaxPool2x2(), Dropout(0.5), Softmax(10)], seed)
        for _ in range(3):
            network.train(digits.train_images[:8], digits.train_labels[:8])
        return network.params["softmax1.weights"]

    np.testing.assert_array_equal(learned(1), learned(1))
    assert not np.array_equal(learned(1), learned(2))


def test_many_threads_may_read_with_one_network(digits):
    network = build("digitscope")
    pictures = digits.test_images[:40]
    alone = [network.predict_output(picture[None])[0] for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda picture: network.predict_output(picture[None])[0], list(pictures) * 5))
    for i, answer in enumerate(together):
        np.testing.assert_array_equal(answer, alone[i % 40])


def test_training_lets_batch_normalisation_see_the_batches(digits):
    network = stack([Conv3x3(2), BatchNorm(), Softmax(10)])
    pictures, labels = digits.training[0][:40], digits.training[1][:40]
    maps = dict(network.trace(pictures))["conv1"]
    network.train(pictures, labels)
    # One batch leaves nine tenths of the first mean, 0, and of the first variance, 1.
    np.testing.assert_allclose(network.state["norm1.mean"], 0.1 * maps.mean(axis=(1, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(network.state["norm1.variance"], 0.9 + 0.1 * maps.var(axis=(1, 2, 3)), rtol=1e-4)
