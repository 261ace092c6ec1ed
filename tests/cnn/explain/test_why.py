"""Attribution: gradients against central differences, completeness of integrated gradients, cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import CNN, Conv3x3, FullyConnected, Softmax
from cnn.explain import Activations, gradcam
from cnn.explain.gradcam import grad_cam
from cnn.explain.integrated import integrated_gradients, score_difference
from cnn.explain.occlusion import occlusion
from cnn.explain.saliency import saliency
from cnn.explain.scores import score_gradients, scores, toward
from tests.cnn.explain.stacks import STACKS, lived, precise


@pytest.mark.parametrize("name", list(STACKS))
def test_saliency_is_the_scores_derivative(name, digits, rng):
    network = precise(lived(name))
    picture = np.clip(digits.test_images[0] / 255 + 0.2 * rng.random((28, 28)), 0.01, 0.99)
    found = saliency(network, picture, 3)
    h = 1e-6
    for y, x in [(5, 8), *rng.integers(4, 24, (8, 2))]:
        up, down = picture.copy(), picture.copy()
        up[y, x] += h
        down[y, x] -= h
        above, below = scores(network, network.scaled(np.stack([up, down])))[3]
        assert found[y, x] == pytest.approx((above - below) / (2 * h), rel=1e-4, abs=1e-7)


def test_gradients_of_every_layers_values(rng):
    network = precise(lived("free"))
    # Grey snow: on blank paper the pools have ties, where there is no derivative.
    x = network.scaled(rng.random((2, 28, 28)))
    gradients = score_gradients(network, x, toward(network, 4))
    values = [x, *(passed.output for passed in network.passes(x))]
    h = 1e-6
    for number in range(len(network.layers)):
        index = tuple(side // 2 for side in values[number].shape)
        found = []
        for sign in (1, -1):
            y = values[number].copy()
            y[index] += sign * h
            for _, layer in network.layers[number:-1]:
                y, _ = layer.forward(y)
            last = network.layers[-1][1]
            assert isinstance(last, Softmax)
            found.append(last.logits(y)[4].sum())
        numeric = (found[0] - found[1]) / (2 * h)
        assert gradients[number][index] == pytest.approx(numeric, rel=1e-4, abs=1e-7)


def test_scores_are_those_behind_the_answers(digits):
    network = lived("reader")
    found = scores(network, network.scaled(digits.test_images[:3])).T
    powers = np.exp(found - found.max(axis=1, keepdims=True))
    expected = network.predict_output(digits.test_images[:3])
    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", list(STACKS))
def test_integrated_gradients_are_complete(name, digits):
    network = precise(lived(name))
    picture = digits.test_images[0]
    whole = score_difference(network, picture, 7)
    far = abs(integrated_gradients(network, picture, 7, 4).sum() - whole)
    near = abs(integrated_gradients(network, picture, 7, 128).sum() - whole)
    assert near < 0.01 * max(abs(whole), 1)
    assert near <= far + 1e-9


def test_integrated_gradients_give_nothing_to_paper(digits):
    found = integrated_gradients(lived("digitscope"), digits.test_images[0], 7)
    assert not found[digits.test_images[0] == 0].any()
    assert found.any()


def linear() -> CNN:
    """Scores that are plain sums: answer 0's weights are all 1, answer 1's are all 0."""
    network = CNN()
    network.add_layer(Softmax(2))
    network.params["softmax1.weights"][0] = 1
    network.params["softmax1.weights"][1] = 0
    return network


def test_occlusion_by_hand():
    # Answer 0's score is the sum of all ink. A paper of 2 x 2 over ink of 1 at (4, 4) takes 1 away, over a neighbour
    # that holds none it takes nothing: papers start at even places only, so (4, 4) lies under one paper and falls by 1.
    picture = np.zeros((28, 28), np.uint8)
    picture[4, 4] = 255
    found = occlusion(linear(), picture, 0, side=2, step=2)
    expected = np.zeros((28, 28))
    expected[4:6, 4:6] = 1
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(occlusion(linear(), picture, 1, side=2, step=2), 0, atol=1e-6)
    # Papers of 4, two apart: (4, 4) lies under the papers at 2 and 4, of both directions; every one of them takes 1.
    # (2, 2) lies under those at 0 and 2 each way: one of four covers the ink.
    found = occlusion(linear(), picture, 0)
    assert found[4, 4] == pytest.approx(1, abs=1e-4)
    assert found[2, 2] == pytest.approx(0.25, abs=1e-4)


def test_grad_cam_by_hand():
    # Two maps that copy the picture's inside, the second doubled; answer 0 weighs all of the first by 3, all of the
    # second by -1. The mean gradients are 3 and -1, so the map is ReLU(3 a - 2 a) = ReLU(a), a the picture's inside.
    network = CNN()
    network.add_layer(Conv3x3(2))
    network.add_layer(Softmax(2))
    network.params["conv1.weights"][...] = 0
    network.params["conv1.weights"][0, 0, 1, 1] = 1
    network.params["conv1.weights"][1, 0, 1, 1] = 2
    network.params["softmax1.weights"][0, : 26 * 26] = 3
    network.params["softmax1.weights"][0, 26 * 26 :] = -1
    picture = np.zeros((28, 28), np.uint8)
    picture[10:14, 9] = 255
    activations = Activations(network, picture)
    assert gradcam.layers(activations) == [1]
    cam = grad_cam(activations, 0, 1)
    np.testing.assert_allclose(cam, np.maximum(picture[1:-1, 1:-1] / 255 - 0.5, 0), atol=1e-5)
    # Laid over the picture, a value stands over the middle of its 3 x 3 pixels.
    np.testing.assert_allclose(gradcam.spread(activations, 1, cam)[10:14, 9], 0.5, atol=1e-5)


def test_grad_cam_looks_behind_each_convolutions_block(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    assert [activations.names[number] for number in gradcam.layers(activations)] == ["relu1", "relu2", "relu3"]
    dense = CNN()
    dense.add_layer(FullyConnected(5))
    dense.add_layer(Softmax(10))
    assert gradcam.layers(Activations(dense, digits.test_images[0])) == []


def test_a_map_is_spread_over_the_whole_picture(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    number = gradcam.layers(activations)[-1]
    laid = gradcam.spread(activations, number, np.arange(9.0).reshape(3, 3))
    assert laid.shape == (28, 28)
    assert (laid.min(), laid.max()) == (0, 8)
    # The middle value sees 18 of the picture's pixels each way, from 4 on: its middle lies between 12 and 13.
    top, left, bottom, right = activations.receptive_field(number, (0, 1, 1))
    middle = (top + bottom) / 2 - 0.5
    assert laid[int(middle), int(middle)] == pytest.approx(4, abs=1.1)
    assert (top, bottom) == (left, right)
