"""Warps: the same digits, each a little different, and the same again from the same seed."""

from __future__ import annotations

import numpy as np

from digitscope.digits.synthesis.warp import warp


def test_one_seed_gives_one_result_and_another_another(digits):
    pictures = digits.train_images[:100]
    before = pictures.copy()
    one, same, other = (warp(pictures, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(pictures, before)
    assert one.shape == pictures.shape
    assert one.dtype == np.uint8


def test_each_picture_of_a_batch_is_warped_in_its_own_way(digits):
    same = np.repeat(digits.train_images[:1], 64, axis=0)
    warped = warp(same, np.random.default_rng(0)).reshape(64, -1)
    assert len(np.unique(warped, axis=0)) == 64


def test_the_digit_stays_near_its_place_with_about_its_ink(digits):
    pictures = digits.train_images[:500]
    warped = warp(pictures, np.random.default_rng(0))
    ratio = warped.sum(axis=(1, 2)) / pictures.sum(axis=(1, 2))
    assert 0.9 < ratio.mean() < 1.1
    assert ratio.min() > 0.3
    assert ratio.max() < 2.5
    middles = np.arange(28)
    for sides in ((1, 2), (2, 1)):
        before, after = (batch.sum(axis=sides[0], dtype=float) for batch in (pictures, warped))
        shift = (after @ middles) / after.sum(axis=1) - (before @ middles) / before.sum(axis=1)
        assert abs(shift.mean()) < 0.25, "no direction is preferred"
        assert np.abs(shift).max() < 5


def test_paper_stays_paper_and_batches_may_be_empty():
    assert not warp(np.zeros((3, 28, 28), np.uint8), np.random.default_rng(0)).any()
    assert warp(np.zeros((0, 28, 28), np.uint8), np.random.default_rng(0)).shape == (0, 28, 28)


def test_a_weaker_warp_changes_less_and_none_nothing(digits):
    pictures = digits.train_images[:200]
    changes = [
        np.abs(warp(pictures, np.random.default_rng(5), strength).astype(int) - pictures).mean()
        for strength in (0.0, 0.4, 1.0)
    ]
    assert changes[0] == 0
    assert 0 < changes[1] < changes[2]
