"""Framing: neither place nor size nor brush nor the number of points changes the picture; nothing is guessed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from digitscope.digits.preprocess import (
    BOX,
    CENTRE,
    INK,
    NOTHING,
    TOO_SMALL,
    Prepared,
    centre_of_mass,
    ink,
    prepare,
    prepare_all,
    resample,
)
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes

ALL = [strokes for pair in SAMPLES.values() for strokes in pair]


def picture(prepared: Prepared) -> np.ndarray:
    assert prepared.picture is not None
    assert prepared.picture.shape == (28, 28)
    assert prepared.picture.dtype == np.uint8
    return prepared.picture


def moved(strokes: Strokes, scale: float, shift) -> Strokes:
    return Strokes(tuple(path * scale + shift for path in strokes.paths))


@pytest.mark.parametrize("strokes", ALL)
@pytest.mark.parametrize(("scale", "shift"), [(1, (5, -3)), (340, (0, 0)), (0.3, (0.7, 0.1)), (1e4, (-1e5, 1e5))])
def test_place_and_size_do_not_matter(strokes, scale, shift):
    difference = picture(prepare(strokes)).astype(int) - picture(prepare(moved(strokes, scale, shift)))
    assert np.abs(difference).max() <= 1


def test_the_longest_side_is_20_pixels_and_the_aspect_is_kept():
    for width, height in ((1.0, 1.0), (0.5, 1.0), (1.0, 0.25)):
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height], [0, 0]])
        prepared = prepare(Strokes((frame,)))
        # Half-inked pixels at both ends count half.
        high, wide = (picture(prepared).max(axis=axis).sum() / 255 for axis in (1, 0))
        assert max(high, wide) == pytest.approx(BOX, abs=0.1)
        # The ink is as wide on every side, so it is the path's aspect that is kept.
        assert (high - INK) / (wide - INK) == pytest.approx(height / width, abs=0.03)
        assert prepared.scale == pytest.approx((BOX - INK) / max(width, height))


@pytest.mark.parametrize("strokes", ALL)
def test_the_centre_of_mass_is_in_the_middle(strokes):
    np.testing.assert_allclose(centre_of_mass(picture(prepare(strokes))), CENTRE, atol=0.1)


def test_lopsided_ink_is_not_pushed_over_the_edge():
    # An L with a filled corner: the mass is more than four pixels from the box's middle, and only four are free.
    ell = np.array([[0.0, 0], [0, 100], [100, 100]])
    filled = np.array([[x % 2 * 40, 60 + x] for x in range(41)], float)
    seen = picture(prepare(Strokes((ell, filled))))
    assert not np.allclose(centre_of_mass(seen), CENTRE, atol=0.5), "the digit's room ends before"
    assert seen.max(axis=1).sum() / 255 == pytest.approx(BOX, abs=0.3)
    assert seen.max(axis=0).sum() / 255 == pytest.approx(BOX, abs=0.3)


def test_the_ink_is_as_wide_as_mnists(digits):
    """A straight line INK pixels wide has this much ink; all our samples together about as much as MNIST's digits."""
    line = ink([np.array([[14.0, y] for y in np.arange(4, 24.01, 0.5)])])
    assert line[14].sum() == pytest.approx(INK, abs=0.02)
    ours = np.mean([picture(prepare(strokes)).mean() for strokes in ALL])
    assert ours == pytest.approx(digits.train_images.mean(), rel=0.15)


def test_ink_agrees_with_distances_worked_out_pixel_by_pixel(rng):
    path = resample(rng.uniform(6, 22, (6, 2)), 0.5)
    expected = np.zeros((28, 28))
    for y in range(28):
        for x in range(28):
            middle = np.array([x + 0.5, y + 0.5])
            nearest = np.inf
            for start, end in pairwise(path):
                run = end - start
                t = np.clip((middle - start) @ run / max(run @ run, 1e-12), 0, 1)
                nearest = min(nearest, float(np.linalg.norm(middle - start - t * run)))
            expected[y, x] = np.clip(INK / 2 + 0.5 - nearest, 0, 1)
    np.testing.assert_allclose(ink([path]), expected, atol=1e-9)


def test_more_points_on_the_same_line_change_nothing():
    few = SAMPLES[8][0]
    many = Strokes(tuple(resample(path, 1e-4) for path in few.paths))
    assert sum(map(len, many.paths)) > 10_000
    difference = picture(prepare(few)).astype(int) - picture(prepare(many))
    assert np.abs(difference).max() <= 6


def test_points_far_apart_are_joined():
    corners = prepare(Strokes((np.array([[0.0, 0.0], [100.0, 100.0]]),)))
    dense = prepare(Strokes((np.linspace((0, 0), (100, 100), 500),)))
    np.testing.assert_allclose(picture(corners).astype(int), picture(dense), atol=1)


def test_an_empty_drawing_has_a_reason_and_no_picture():
    prepared = prepare(Strokes((), 340))
    assert prepared.picture is None
    assert prepared.reason == NOTHING


@pytest.mark.parametrize("size", [340, None])
def test_a_dot_is_not_read(size):
    for path in ([[100.0, 100]], [[100.0, 100], [100, 100]]):
        prepared = prepare(Strokes((np.array(path),), size))
        assert prepared.picture is None
        assert prepared.reason == TOO_SMALL


def test_a_speck_is_measured_against_the_board():
    def line(length: float) -> Strokes:
        return Strokes((np.array([[100.0, 100], [100, 100 + length]]),), 340)

    assert prepare(line(10)).picture is None
    assert prepare(line(11)).picture is not None


def test_a_thin_one_is_a_line_of_mnists_width():
    seen = picture(prepare(Strokes((np.array([[50.0, 20], [50, 300]]),), 340)))
    assert (seen[14] > 0).sum() in (2, 3, 4)
    assert seen[:, 14].astype(int).sum() > 19 * 250
    assert seen[14].sum() / 255 == pytest.approx(INK, abs=0.05)


def test_ink_at_the_boards_edge_and_beyond_counts():
    strokes = Strokes((np.array([[-20.0, 0], [360, 0], [100, 340]]),), 340)
    middle = Strokes((strokes.paths[0] * 0.3 + 100,), 340)
    np.testing.assert_allclose(picture(prepare(strokes)).astype(int), picture(prepare(middle)), atol=1)


@pytest.mark.parametrize("points", [500, 20_000, 200_000])
def test_one_huge_stroke_of_scribble_is_dark_all_over(rng, points):
    seen = picture(prepare(Strokes((rng.uniform(0, 340, (points, 2)),), 340)))
    assert seen[6:23, 6:23].mean() > 200
    assert seen.max(axis=1).sum() / 255 == pytest.approx(BOX, abs=1)


def test_many_drawings_at_once_are_the_same_as_one_by_one():
    pictures, readable = prepare_all([*ALL[:3], Strokes(())])
    assert readable.tolist() == [True, True, True, False]
    for i in range(3):
        np.testing.assert_array_equal(pictures[i], prepare(ALL[i]).picture)
    assert not pictures[3].any()
    assert prepare_all([])[0].shape == (0, 28, 28)


def test_the_steps_are_kept_to_be_shown():
    prepared = prepare(moved(SAMPLES[7][0], 100, (20, 30)))
    assert prepared.box is not None
    left, top, right, bottom = prepared.box
    assert 20 <= left < right <= 120
    assert 30 <= top < bottom <= 130
    assert len(prepared.paths) == len(SAMPLES[7][0].paths)
    np.testing.assert_array_equal(np.round(255 * ink(prepared.paths)), prepared.picture)
