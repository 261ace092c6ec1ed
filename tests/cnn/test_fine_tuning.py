"""Fine-tuning a copy for one writer: gradients, what is learned, what is kept, what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import architectures, fine_tuning, weights
from cnn.fine_tuning import FineTuneStep
from cnn.layers import Conv3x3, MaxPool2x2, Softmax
from cnn.network import CNN
from testkit.paths import PROJECT


@pytest.fixture
def network() -> CNN:
    return architectures.build("digitscope", seed=3)


def adapted(network: CNN, own, old, rng) -> tuple[list[FineTuneStep], CNN]:
    *steps, copy = fine_tuning.fine_tune(network, own, old, rng)
    assert isinstance(copy, CNN)
    return [step for step in steps if isinstance(step, FineTuneStep)], copy


def test_the_writers_digits_are_learned_and_the_given_network_does_not_change(digits, rng):
    network, _ = weights.load(PROJECT / "pretrained" / "digitscope.npz")
    pictures, labels = digits.training
    sevens, others = pictures[labels == 7][:300], (pictures[:600][labels[:600] != 7], labels[:600][labels[:600] != 7])
    before = {name: array.copy() for name, array in (network.params | network.state).items()}
    steps, copy = adapted(network, (sevens, np.full(300, 1)), others, rng)
    assert steps[-1].loss < 0.5 * steps[0].loss
    batches = -(-(300 + len(others[0])) // fine_tuning.BATCH) * fine_tuning.EPOCHS
    assert [step.progress for step in steps] == [step / batches for step in range(batches)]
    assert (copy.predict_output(sevens).argmax(axis=1) == 1).mean() > 0.9
    assert (copy.predict_output(others[0]).argmax(axis=1) == others[1]).mean() > 0.98
    for name, array in (network.params | network.state).items():
        assert np.array_equal(array, before[name]), name
    changed = {name for name, array in (copy.params | copy.state).items() if not np.array_equal(array, before[name])}
    assert changed == {
        "dense1.weights",
        "dense1.bias",
        "norm4.scale",
        "norm4.shift",
        "softmax1.weights",
        "softmax1.bias",
    }


def test_one_seed_gives_one_result(network, digits):
    own, old = (digits.training[0][:9], np.full(9, 1)), (digits.training[0][9:99], digits.training[1][9:99])
    copies = [adapted(network, own, old, np.random.default_rng(5))[1] for _ in range(2)]
    for name, array in copies[0].params.items():
        assert np.array_equal(array, copies[1].params[name])


def test_gradients_are_those_of_the_network_outside_training(network, digits, rng):
    place = fine_tuning.first_dense(network)
    x, labels = network.outputs(digits.training[0][:8], place), digits.training[1][:8]
    loss, gradients = fine_tuning._gradients(network, place, x, labels)
    assert gradients.keys() == {name for name in network.params if name.startswith(("dense1", "norm4", "softmax1"))}
    assert loss == pytest.approx(network.score(network.predict_output(digits.training[0][:8]), labels)[0], rel=1e-4)
    for name in ("dense1.weights", "norm4.scale", "softmax1.bias"):
        direction = rng.standard_normal(network.params[name].shape).astype(np.float32)
        direction /= np.linalg.norm(direction)
        network.params[name] += 0.01 * direction
        above, _ = fine_tuning._gradients(network, place, x, labels)
        network.params[name] -= 0.02 * direction
        below, _ = fine_tuning._gradients(network, place, x, labels)
        network.params[name] += 0.01 * direction
        assert float((gradients[name] * direction).sum()) == pytest.approx((above - below) / 0.02, rel=0.05, abs=2e-3)


def test_networks_that_cannot_are_refused():
    network = CNN()
    network.add_layer(Conv3x3(2))
    with pytest.raises(ValueError, match="dense layers"):
        fine_tuning.first_dense(network)
    network.add_layer(MaxPool2x2())
    network.add_layer(Softmax(10))
    assert fine_tuning.first_dense(network) == 2


def test_nothing_to_learn_from_is_refused(network):
    nothing = np.zeros((0, 28, 28), np.uint8), np.zeros(0, int)
    with pytest.raises(ValueError, match="label"):
        next(fine_tuning.fine_tune(network, nothing, nothing, np.random.default_rng(0)))
