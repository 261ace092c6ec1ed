"""Training: the events of `fit`, and that a run ends with the same weights however often it is interrupted."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from cnn import checkpoint
from cnn.architectures import build, stack
from cnn.container import FileError
from cnn.layers import Conv3x3, Dropout, MaxPool2x2, Softmax
from cnn.network import CNN
from cnn.optimizers import Adam
from cnn.schedules import SCHEDULES
from cnn.settings import Settings
from cnn.training import Diverged, EpochDone, Examples, Finished, PlainEngine, Run, StepDone, fit
from digitscope.digits.io.mnist import Mnist
from digitscope.digits.synthesis.warp import warp

Data = tuple[Examples, Examples]


@pytest.fixture
def data(digits: Mnist) -> Data:
    """300 images to learn from, 100 to check on."""
    pictures, labels = digits.training
    return (pictures[:300], labels[:300]), (digits.validation[0][:100], digits.validation[1][:100])


def small(seed: int = 0) -> CNN:
    return stack([Conv3x3(4), MaxPool2x2(), Dropout(0.2), Softmax(10)], seed)


SHORT = Settings(batch_size=64, epochs=2, learning_rate=0.01, seed=3)


def weights_of(network: CNN) -> np.ndarray:
    return np.concatenate([array.ravel() for array in network.params.values()])


def test_events_come_in_order_and_add_up(data: Data) -> None:
    run = Run(small(), SHORT)
    events = list(fit(run, *data, augment=warp))
    # 300 images in batches of 64 are four whole batches and one of 44, in each of two epochs.
    kinds = [type(event) for event in events]
    assert kinds == [*[StepDone] * 5, EpochDone, *[StepDone] * 5, EpochDone, Finished]
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [event.step for event in steps] == list(range(1, 11))
    assert [event.epoch for event in steps] == [1] * 5 + [2] * 5
    assert [event.progress for event in steps] == pytest.approx([i / 10 for i in range(1, 11)])
    first = steps[:5]
    sizes = [64, 64, 64, 64, 44]
    mean = sum(event.loss * size for event, size in zip(first, sizes, strict=True)) / 300
    epoch, last = events[5], events[-1]
    assert isinstance(epoch, EpochDone)
    assert epoch.training_loss == pytest.approx(mean)
    assert isinstance(last, Finished)
    assert (last.steps, last.epochs) == (10, 2)
    assert last.validation_accuracy == run.result().forward(*data[1])[2]


def test_one_seed_gives_one_result_and_another_another(data: Data) -> None:
    def learned(seed):
        run = Run(small(seed), replace(SHORT, seed=seed))
        list(fit(run, *data, augment=warp))
        return weights_of(run.result())

    np.testing.assert_array_equal(learned(1), learned(1))
    assert not np.array_equal(learned(1), learned(2))


@pytest.mark.parametrize("stop", [1, 4, 5, 7])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_run_that_was_interrupted_ends_with_the_same_weights(data: Data, stop, optimizer) -> None:
    settings = replace(SHORT, optimizer=optimizer)
    whole = Run(small(), settings)
    expected = list(fit(whole, *data, augment=warp))[-1]
    first = Run(small(), settings)
    for event in fit(first, *data, augment=warp):
        if isinstance(event, StepDone) and event.step == stop:
            break
    second = checkpoint.from_bytes(checkpoint.to_bytes(first))
    *_, last = fit(second, *data, augment=warp)
    np.testing.assert_array_equal(weights_of(second.network), weights_of(whole.network))
    np.testing.assert_array_equal(weights_of(second.result()), weights_of(whole.result()))
    assert isinstance(last, Finished)
    assert isinstance(expected, Finished)
    assert last.validation_loss == expected.validation_loss


def test_batch_normalisation_survives_a_checkpoint(data: Data) -> None:
    settings = Settings(batch_size=50, epochs=1, seed=1)
    whole, first = Run(build("digitscope"), settings), Run(build("digitscope"), settings)
    list(fit(whole, *data, augment=warp))
    for event in fit(first, *data, augment=warp):
        if isinstance(event, StepDone) and event.step == 3:
            break
    second = checkpoint.from_bytes(checkpoint.to_bytes(first))
    list(fit(second, *data, augment=warp))
    for name, array in (whole.result().params | whole.result().state).items():
        np.testing.assert_array_equal((second.result().params | second.result().state)[name], array)


@pytest.mark.parametrize("cut", [0, 10, 1000, -10])
def test_a_damaged_checkpoint_is_refused_in_a_sentence(data: Data, cut) -> None:
    packed = checkpoint.to_bytes(Run(small(), SHORT))
    with pytest.raises(FileError, match="the checkpoint"):
        checkpoint.from_bytes(packed[:cut])


def test_settings_may_change_while_it_learns(data: Data) -> None:
    run = Run(small(), replace(SHORT, schedule="constant"))
    rates = []
    for event in fit(run, *data):
        if isinstance(event, StepDone):
            rates.append(event.learning_rate)
            if event.step == 3:
                run.settings = replace(run.settings, learning_rate=0.001, dropout=0.9, momentum=0.5)
    assert rates == [0.01] * 3 + [0.001] * 7
    dropout = dict(run.network.layers)["dropout1"]
    assert isinstance(dropout, Dropout)
    assert dropout.p == 0.9
    assert isinstance(run.optimizer, Adam)
    assert run.optimizer.beta1 == 0.5


def test_only_the_chosen_number_of_images_is_used(data: Data) -> None:
    seen: list[int] = []

    class Listening(PlainEngine):
        def gradients(self, network, pictures, labels, seeds, augment):
            seen.extend(int(picture.sum()) for picture in pictures)
            return super().gradients(network, pictures, labels, seeds, augment)

    list(fit(Run(small(), replace(SHORT, images=100, epochs=1)), *data, engine=Listening()))
    assert sorted(seen) == sorted(int(picture.sum()) for picture in data[0][0][:100])


def test_without_warps_the_images_stay_as_they_are(data: Data) -> None:
    def refuse(pictures: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
        raise AssertionError("must not be called")

    list(fit(Run(small(), replace(SHORT, warps=False)), *data, augment=refuse))


def test_a_run_limited_in_seconds_ends_by_the_clock(data: Data) -> None:
    ticks = count()  # a clock that is one second further each time it is asked
    run = Run(small(), replace(SHORT, seconds=20, schedule="one-cycle"))
    events = list(fit(run, *data, clock=lambda: float(next(ticks))))
    # Each step and each validation takes one second. An epoch is five steps and a validation, so 20 seconds are three
    # epochs and two steps; the last validation is the 21st second.
    kinds = [*[StepDone] * 5, EpochDone]
    assert [type(event) for event in events] == [*kinds * 3, StepDone, StepDone, Finished]
    assert [event.seconds for event in events] == list(range(1, 22))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [event.progress for event in steps] == pytest.approx([event.seconds / 20 for event in steps])
    # The rate follows the seconds that had passed before the step.
    expected = [0.01 * SCHEDULES["one-cycle"]((event.seconds - 1) / 20) for event in steps]
    assert [event.learning_rate for event in steps] == pytest.approx(expected)
    assert [event.images_per_second for event in steps[:5]] == pytest.approx([64, 64, 64, 64, 0.95 * 64 + 0.05 * 44])


@pytest.mark.parametrize(
    ("architecture", "optimizer"), [("notebook", "sgd"), ("deeper", "momentum"), ("digitscope", "adam")]
)
def test_a_learning_rate_of_ten_diverges_with_advice(digits, architecture, optimizer):
    settings = Settings(optimizer=optimizer, learning_rate=10.0, epochs=1, batch_size=32, schedule="constant")
    events = list(fit(Run(build(architecture), settings), digits.training, digits.validation))
    assert isinstance(events[-1], Diverged)
    assert "learning rate of 10 " in events[-1].sentence
    assert "Try 0." in events[-1].sentence


def test_averaged_weights_lag_behind_the_raw_ones(data: Data) -> None:
    run = Run(small(), replace(SHORT, average=0.9))
    list(fit(run, *data))
    assert not np.array_equal(weights_of(run.result()), weights_of(run.network))
    plain = Run(small(), replace(SHORT, average=0))
    list(fit(plain, *data))
    np.testing.assert_array_equal(weights_of(plain.result()), weights_of(plain.network))


def test_validation_changes_nothing_about_the_run(data: Data) -> None:
    run, other = Run(small(), SHORT), Run(small(), SHORT)
    list(fit(run, *data))
    list(fit(other, data[0], (data[1][0][:1], data[1][1][:1])))
    np.testing.assert_array_equal(weights_of(run.network), weights_of(other.network))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", float("nan")),
        ("learning_rate", 0.0),
        ("learning_rate", "fast"),
        ("batch_size", 0),
        ("batch_size", 2.5),
        ("epochs", -1),
        ("seconds", float("inf")),
        ("images", 0),
        ("dropout", 1.5),
        ("weight_decay", -0.1),
        ("average", 1.0),
        ("momentum", 1.0),
        ("seed", -1),
        ("optimizer", "lion"),
        ("schedule", "square"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{value!r}"):
        Settings(**{name: value})


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_schedules_stay_between_nothing_and_the_full_rate(name):
    factors = [SCHEDULES[name](p) for p in np.linspace(0, 1, 101)]
    assert min(factors) >= 0
    assert max(factors) == pytest.approx(1, abs=0.01)
    if name != "constant":
        assert factors[-1] == pytest.approx(0, abs=1e-9)
        assert factors[0] < 0.1


def test_each_epoch_shows_every_image_once_in_an_order_of_its_own(data: Data) -> None:
    shown: list[list[int]] = [[]]

    class Listening(PlainEngine):
        def gradients(self, network, pictures, labels, seeds, augment):
            shown[-1].extend(int(picture.sum()) for picture in pictures)
            return super().gradients(network, pictures, labels, seeds, augment)

    for event in fit(Run(small(), SHORT), *data, engine=Listening()):
        if isinstance(event, EpochDone):
            shown.append([])
    sums = sorted(int(picture.sum()) for picture in data[0][0])
    assert sorted(shown[0]) == sorted(shown[1]) == sums
    assert shown[0] != shown[1]


def test_the_moving_average_by_hand(data: Data) -> None:
    settings = replace(SHORT, average=0.5)
    run = Run(small(), settings)
    name = "conv1.weights"
    weights = [run.network.params[name].copy()]
    for event in fit(run, *data):
        if isinstance(event, StepDone):
            weights.append(run.network.params[name].copy())
    # After step n the memory is (1 + n) / (10 + n), at most 0.5: 2/11, 3/12, 4/13 ... until 0.5 from step 8 on.
    expected = weights[1]
    for n in range(2, len(weights)):
        memory = min(0.5, (1 + n) / (10 + n))
        expected = memory * expected + (1 - memory) * weights[n]
    np.testing.assert_allclose(run.result().params[name], expected, atol=1e-6)
