"""Smallest edits, fooling, ablation and the embedding: each claim is checked by the network, or by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import CNN, Conv3x3, Softmax
from cnn.explain.ablation import ablated
from cnn.explain.embedding import interpolated_position, last_features, nearest_neighbours, principal_components
from cnn.explain.fooling import ENOUGH, fool, noise
from cnn.explain.smallest_edit import restore_unneeded, smallest_edit
from tests.cnn.explain.stacks import STACKS, learned, lived


def by_sums() -> CNN:
    """Answer 0 weighs the ink of the upper half, answer 1 that of the lower; the bias puts answer 0 ahead by 2.5."""
    network = CNN()
    network.add_layer(Softmax(2))
    weights = network.params["softmax1.weights"].reshape(2, 28, 28)
    weights[...] = 0
    weights[0, :14] = 1
    weights[1, 14:] = 1
    network.params["softmax1.bias"][...] = [2.5, 0]
    return network


def test_the_smallest_edit_by_hand():
    # Each pixel of ink below is worth 1: three are needed to make up for 2.5.
    steps = list(smallest_edit(by_sums(), np.zeros((28, 28), np.uint8), 1))
    last = steps[-1]
    assert (last.done, last.reached, last.changed) == (True, True, 3)
    assert (last.picture[14:] == 255).sum() == 3
    assert not last.picture[:14].any()
    assert [step.changed for step in steps] == [0, 1, 2, 3]
    assert not any(step.done for step in steps[:-1])


def test_unneeded_pixels_are_restored():
    # Five pixels of ink below, where three are enough: two go back, whichever.
    blank = np.zeros((28, 28), np.uint8)
    edited = blank.copy()
    edited[20, 4:9] = 255
    found = restore_unneeded(by_sums(), blank, edited, 1)
    assert (found == 255).sum() == 3
    assert not found[edited == 0].any()


def test_every_pixel_of_an_edit_is_needed(digits):
    network, picture = learned(), digits.test_images[0]
    goal = int(network.predict_output(picture[None])[0].argsort()[-3])
    last = list(smallest_edit(network, picture, goal))[-1]
    assert last.reached
    assert network.predict_output(last.picture[None])[0].argmax() == goal
    places = np.argwhere(last.picture != picture)
    assert len(places) == last.changed > 0
    for y, x in places:
        back = last.picture.copy()
        back[y, x] = picture[y, x]
        assert network.predict_output(back[None])[0].argmax() != goal


def test_an_edit_that_is_none_and_one_that_cannot_be():
    blank = np.zeros((28, 28), np.uint8)
    steps = list(smallest_edit(by_sums(), blank, 0))
    assert [(step.done, step.reached, step.changed) for step in steps] == [(True, True, 0)]
    network = by_sums()
    network.params["softmax1.bias"][...] = [1000, 0]
    last = list(smallest_edit(network, blank, 1, most=5))[-1]
    assert (last.done, last.reached, last.changed) == (True, False, 5)


def test_fooling_raises_the_probability_and_reports_what_it_reached(digits):
    network = learned()
    start = noise(np.random.default_rng(1))
    before = start.copy()
    steps = list(fool(network, start, 5))
    np.testing.assert_array_equal(start, before)
    sure = [step.answers[5] for step in steps]
    assert sure == sorted(sure)
    last = steps[-1]
    assert last.done
    assert last.reached
    assert last.answers[5] >= 0.9
    np.testing.assert_array_equal(network.predict_output(last.picture[None])[0], last.answers)
    assert len(steps) <= 40
    assert all(step.answers[5] < ENOUGH for step in steps[:-1])


@pytest.mark.parametrize("name", list(STACKS))
def test_an_ablated_copy_leaves_the_network_as_it_is(name, digits):
    network = lived(name)
    kept = {key: array.copy() for key, array in (network.params | network.state).items()}
    worse = ablated(network, {"conv1": [0, 1]}, 0.5, 2.0, np.random.default_rng(0))
    assert not np.allclose(worse.predict_output(digits.test_images[:5]), network.predict_output(digits.test_images[:5]))
    for key, array in (network.params | network.state).items():
        np.testing.assert_array_equal(array, kept[key])


def test_a_filter_that_is_off_gives_nothing_to_the_next_convolution(digits):
    network = lived("reader")
    worse = ablated(network, {"conv1": [2]}, 0, 1, np.random.default_rng(0))
    values = dict(worse.trace(digits.test_images[:2]))
    for name in ("conv1", "pool1", "norm1", "relu1"):
        assert not values[name][2].any()
        np.testing.assert_array_equal(values[name][3], dict(network.trace(digits.test_images[:2]))[name][3])


def test_temperature_divides_the_scores(digits):
    network = lived("notebook")
    hot = ablated(network, {}, 0, 4.0, np.random.default_rng(0))
    own, cool = network.predict_output(digits.test_images[:9]), hot.predict_output(digits.test_images[:9])
    np.testing.assert_array_equal(own.argmax(axis=1), cool.argmax(axis=1))
    expected = own ** (1 / 4)
    np.testing.assert_allclose(cool, expected / expected.sum(axis=1, keepdims=True), rtol=1e-4)
    with pytest.raises(ValueError, match="temperature"):
        ablated(network, {}, 0, 0, np.random.default_rng(0))


def test_last_features_are_what_the_last_layer_weighs(digits):
    network = lived("reader")
    features = last_features(network, digits.test_images[:150])
    assert features.shape == (150, 192)
    last = network.layers[-1][1]
    np.testing.assert_allclose(last.forward(features.T)[0].T, network.predict_output(digits.test_images[:150]), 1e-4)


def test_the_projection_is_the_one_of_the_largest_variance(rng):
    # Deviations 5 and 2 along two known directions at right angles, 0.1 along all others.
    basis = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    features = (rng.standard_normal((4000, 6)) * [5, 2, 0.1, 0.1, 0.1, 0.1]) @ basis.T + 3
    projection = principal_components(features)
    assert abs(projection.axes[0] @ basis[:, 0]) == pytest.approx(1, abs=1e-3)
    assert abs(projection.axes[1] @ basis[:, 1]) == pytest.approx(1, abs=1e-3)
    places = projection.project(features)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(places.std(axis=0), [5, 2], rtol=0.05)
    assert projection.explained_variance_ratio == pytest.approx(29 / 29.04, abs=1e-3)


def test_neighbours_by_hand():
    features = np.array([[1.0, 0], [0, 1], [10, 1], [1, 1]])
    order, away = nearest_neighbours(features, np.array([5.0, 0.5]), 3)
    assert list(order) == [2, 0, 3]
    assert away[0] == pytest.approx(0, abs=1e-6)
    place = interpolated_position(np.array([[0.0, 0], [9, 9], [2, 0], [8, 8]]), order[1:], np.array([1.0, 3.0]))
    np.testing.assert_allclose(place, [2, 2], atol=1e-4)  # three quarters of (0, 0), a quarter of (8, 8)


def test_features_of_a_network_that_ends_behind_maps(digits):
    network = CNN()
    network.add_layer(Conv3x3(2))
    network.add_layer(Softmax(10))
    assert last_features(network, digits.test_images[:3]).shape == (3, 2 * 26 * 26)
