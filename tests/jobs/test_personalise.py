"""A lesson in a hand: in a process of its own, measured on what was not learned from, and mortal."""

from __future__ import annotations

import os
import signal
from copy import deepcopy
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from cnn import weights
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.jobs import personalise
from digitscope.jobs.personalise import Failed, HandLesson, Learned, Progress
from testkit.paths import PROJECT

SHIPPED = Path(PROJECT / "pretrained" / "digitscope.npz")
HAND = [(SAMPLES[7][0], 1), (SAMPLES[7][1], 1), (SAMPLES[1][0], 1), (SAMPLES[2][0], 2), (SAMPLES[3][0], 3)]
"""Somebody who writes a 1 as others write a 7."""


def wait_for(lesson: HandLesson, kind: type) -> object:
    deadline = monotonic() + 60
    while not isinstance(lesson.look(), kind):
        assert monotonic() < deadline, lesson.look()
        sleep(0.02)
    return lesson.look()


def test_a_hand_is_learned_and_little_is_forgotten():
    lesson = HandLesson(SHIPPED.read_bytes(), HAND)
    learned = wait_for(lesson, Learned)
    assert isinstance(learned, Learned)
    assert learned.before.drawings == 3
    assert learned.after.drawings == 5
    assert learned.after.own > learned.before.own + 0.1
    assert learned.after.mnist > learned.before.mnist - 0.02
    network, header = weights.from_bytes(learned.packed, "learned")
    assert header["preprocessing"] == PREPROCESSING
    assert network.output_shape == (11,)


def test_a_killed_worker_is_heard_of():
    lesson = HandLesson(SHIPPED.read_bytes(), HAND)
    assert isinstance(lesson.look(), Progress)
    for process in lesson.pool._processes:
        os.kill(process, signal.SIGKILL)
    assert isinstance(wait_for(lesson, Failed), Failed)


def test_a_hand_that_is_read_well_changes_nothing(rng):
    network, _ = weights.from_bytes(SHIPPED.read_bytes(), "shipped")
    other = deepcopy(network)
    for _, layer in other.layers:
        for array in layer.params.values():
            array += rng.normal(0, 0.01, array.shape).astype(np.float32)
    well = personalise.variations([(SAMPLES[digit][0], digit) for digit in range(5)], 4, rng)
    left = personalise.gentlest(network, other, well)
    for (_, ours), (_, theirs) in zip(left.layers, network.layers, strict=True):
        assert all(np.array_equal(array, theirs.params[key]) for key, array in ours.params.items())


def test_blending_goes_a_part_of_the_way():
    network, _ = weights.from_bytes(SHIPPED.read_bytes(), "shipped")
    other = deepcopy(network)
    for _, layer in other.layers:
        for array in layer.params.values():
            array += 1
    for (_, mixed), (_, layer) in zip(personalise.blend(network, other, 0.25).layers, network.layers, strict=True):
        assert all(np.allclose(array, layer.params[key] + 0.25, atol=1e-5) for key, array in mixed.params.items())


def test_specks_teach_nothing():
    speck = Strokes((np.array([[3.0, 3.0], [4.0, 4.0]]),), 340)
    with pytest.raises(ValueError, match="None of the drawings"):
        list(personalise.learn(SHIPPED.read_bytes(), [(speck, 1)]))


def test_variations_differ_and_the_first_is_the_drawing_itself(rng):
    pictures, labels = personalise.variations([(SAMPLES[4][0], 4)], 5, rng)
    assert pictures.shape == (5, 28, 28)
    assert labels.tolist() == [4] * 5
    assert len({picture.tobytes() for picture in pictures}) == 5
    assert np.array_equal(pictures[0], personalise.variations([(SAMPLES[4][0], 4)], 1, rng)[0][0])
