"""Every value's arithmetic adds up to what the network computed, on any stack of layers."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import CNN, Conv3x3, Flatten, FullyConnected, Layer, MaxPool2x2, Softmax
from cnn.explain import Activations, arithmetic, onward, origin, trail
from cnn.explain.arithmetic import Arithmetic, Choice, Given, Normalised, Rectified, Same, Softmaxed, Sum
from tests.cnn.explain.stacks import STACKS, lived


def places(activations: Activations, number: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Some places of those values, the corners among them."""
    shape = activations.values[number].shape
    ends = [tuple(0 for _ in shape), tuple(side - 1 for side in shape)]
    return ends + [tuple(int(rng.integers(side)) for side in shape) for _ in range(20)]


def feeds(layer: Layer, before: tuple[int, ...], shape: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether the input at `before`, of inputs of this shape, enters the layer's output at `after`."""
    if isinstance(layer, FullyConnected):
        return len(before) == len(shape)
    if isinstance(layer, Flatten):
        return (int(np.ravel_multi_index(before, shape)),) == after
    if isinstance(layer, Conv3x3):
        return all(0 <= b - a <= 2 for b, a in zip(before[1:], after[1:], strict=True))
    if isinstance(layer, MaxPool2x2):
        return before[0] == after[0] and all(b // 2 == a for b, a in zip(before[1:], after[1:], strict=True))
    return before == after


def result(found: Arithmetic) -> float:
    """The value that the shown numbers lead to, worked out from them alone."""
    match found:
        case Given():
            return found.ink - 0.5
        case Sum():
            return (
                sum(float(x) * float(w) for x, w in zip(found.inputs.flat, found.weights.flat, strict=True))
                + found.bias
            )
        case Choice():
            return float(found.square[found.winner])
        case Normalised():
            return (found.x - found.mean) / found.deviation * found.scale + found.shift
        case Rectified():
            return max(found.x, 0)
        case Softmaxed():
            powers = [np.exp(float(score) - max(map(float, found.scores))) for score in found.scores]
            own = result(found.score)
            return float(np.exp(own - max(map(float, found.scores))) / sum(powers))
        case Same():
            return found.value
    raise AssertionError(found)


@pytest.mark.parametrize("name", list(STACKS))
def test_the_numbers_add_up_to_what_the_network_computed(name, digits, rng):
    network = lived(name)
    activations = Activations(network, digits.test_images[0])
    traced = [output[..., 0] for _, output in network.trace(digits.test_images[:1])]
    for number in range(len(activations)):
        for place in places(activations, number, rng):
            found = arithmetic(activations, number, place)
            if number:
                assert found.value == traced[number - 1][place]
            assert result(found) == pytest.approx(found.value, rel=1e-4, abs=1e-5), (activations.names[number], place)


def test_a_convolution_by_hand():
    # One kernel, 1 to 9, over a picture with ink 1 at (1, 1): the patch at (0, 0) sees it in the kernel's middle, 5.
    # Inside, paper is -0.5 and ink +0.5, so the sum is -0.5 x 45 + 1 x 5 = -17.5, and with the bias of 2 it is -15.5.
    network = CNN()
    network.add_layer(Conv3x3(1))
    network.params["conv1.weights"][...] = np.arange(1, 10).reshape(1, 1, 3, 3)
    network.params["conv1.bias"][...] = 2
    picture = np.zeros((28, 28), np.uint8)
    picture[1, 1] = 255
    activations = Activations(network, picture)
    found = arithmetic(activations, 1, (0, 0, 0))
    assert isinstance(found, Sum)
    assert found.products[0, 1, 1] == 2.5
    assert (found.total, found.bias, found.value) == (-17.5, 2, -15.5)
    assert found.strongest(1) == [(0, 2, 2)]  # -0.5 x 9 is larger in size than 0.5 x 5
    np.testing.assert_allclose(found.per_map, [-17.5])
    assert arithmetic(activations, 0, (0, 1, 1)) == Given(1.0, 0.5)


def test_pooling_tells_which_of_the_four_won():
    network = CNN((1, 4, 4))
    network.add_layer(MaxPool2x2())
    picture = np.arange(16, dtype=np.uint8).reshape(4, 4)
    picture[2, 1] = 200
    activations = Activations(network, picture)
    found = arithmetic(activations, 1, (0, 1, 0))
    assert isinstance(found, Choice)
    assert found.winner == (0, 1)
    assert origin(activations, 1, (0, 1, 0)) == (0, 2, 1)


def test_a_dense_value_knows_its_strongest_contributions():
    network = CNN((1, 2, 2))
    network.add_layer(FullyConnected(1))
    network.add_layer(Softmax(2))
    network.params["dense1.weights"][...] = [[1, -8, 2, 3]]
    activations = Activations(network, np.array([[255, 255], [0, 255]], np.uint8))
    found = arithmetic(activations, 1, (0,))
    assert isinstance(found, Sum)
    assert found.strongest(2) == [(0, 0, 1), (0, 1, 1)]
    assert origin(activations, 1, (0,)) == (0, 0, 1)


@pytest.mark.parametrize("name", list(STACKS))
def test_a_trail_leads_from_the_picture_to_an_answer(name, digits, rng):
    activations = Activations(lived(name), digits.test_images[1])
    for number in range(len(activations)):
        for place in places(activations, number, rng):
            way = trail(activations, number, place)
            assert len(way) == len(activations)
            assert way[number] == place
            for step, at in enumerate(way):
                if at is None:
                    assert step > number
                    continue
                activations.at(step, at)
                assert len(at) == activations.values[step].ndim
                if step:
                    before = way[step - 1]
                    assert before is not None
                    assert feeds(activations.layer(step), before, activations.values[step - 1].shape, at)


def test_what_pooling_drops_goes_no_further(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    conv2 = activations.names.index("conv2")
    way = trail(activations, conv2, (0, 10, 10))  # 11 x 11 pools to 5 x 5
    assert way[conv2] == (0, 10, 10)
    assert way[conv2 + 1 :] == [None] * (len(activations) - conv2 - 1)


def test_onward_reaches_a_value_that_changes_with_it(digits):
    # Whatever onward says a value goes into must move when that value moves.
    network = lived("digitscope")
    activations = Activations(network, digits.test_images[2])
    at: tuple[int, ...] = (0, 14, 13)
    for number in range(len(activations) - 1):
        to = onward(activations, number, at)
        assert to is not None
        x = activations.values[number].copy()
        x[at] += 5
        moved, _ = activations.layer(number + 1).forward(x[..., None])
        name = activations.names[number + 1]
        if name.startswith(("conv", "norm", "dense", "softmax", "dropout")):
            assert moved[..., 0][to] != activations.at(number + 1, to), name
        at = to


def test_a_value_depends_on_its_receptive_field_alone(digits):
    # Pixels outside a receptive field may change as they like; some pixel inside must matter.
    network = lived("free")
    activations = Activations(network, digits.test_images[3])
    number, place = activations.names.index("conv2"), (1, 3, 5)
    top, left, bottom, right = activations.receptive_field(number, place)
    assert (bottom - top, right - left) == (8, 8)
    outside = np.full((28, 28), 77, np.uint8)
    outside[top:bottom, left:right] = activations.picture[top:bottom, left:right]
    assert Activations(network, outside).at(number, place) == pytest.approx(activations.at(number, place), rel=1e-5)
    inside = activations.picture.copy()
    inside[top:bottom, left:right] = 255 - inside[top:bottom, left:right]
    assert Activations(network, inside).at(number, place) != pytest.approx(activations.at(number, place), rel=1e-3)
    assert activations.receptive_field(len(activations) - 1, (0,)) == (0, 0, 28, 28)


def test_brightest_places_are_the_largest_values(digits):
    activations = Activations(lived("notebook"), digits.test_images[0])
    found = activations.brightest(1, 2)
    values = np.sort(activations.values[1][2].ravel())[::-1]
    assert [activations.at(1, place) for place in found] == list(values[:3])
    assert activations.brightest(3, 4) == [(4,)]


def test_a_place_is_clipped_to_what_there_is(digits):
    activations = Activations(lived("notebook"), digits.test_images[0])
    assert activations.clipped(1, (99, -3, 40)) == (7, 0, 25)
    assert activations.clipped(2, (3,)) == (3, 6, 6)
    assert activations.clipped(3, (12, 4, 4)) == (9,)
