"""Coarse drawings: stairs become slopes, no point moves further than rounding did, fine drawings stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from digitscope.digits import coarse
from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import few_units

ALL = [strokes for pair in SAMPLES.values() for strokes in pair]


def distance(one: Strokes, other: Strokes) -> float:
    first, second = prepare(one).picture, prepare(other).picture
    assert first is not None
    assert second is not None
    return float(np.abs(first.astype(float) - second).mean())


@pytest.mark.parametrize("units", [6, 8, 10])
def test_a_rounded_drawing_looks_more_like_the_one_that_was_drawn(units, rng, monkeypatch):
    rounded = [few_units(strokes, units, rng) for strokes in ALL]
    with_care = np.mean([distance(*both) for both in zip(ALL, rounded, strict=True)])
    monkeypatch.setattr("digitscope.digits.preprocess.smoothed", lambda paths: paths)
    without = np.mean([distance(*both) for both in zip(ALL, rounded, strict=True)])
    assert with_care < 0.96 * without


def test_the_unit_is_found_whatever_its_size(rng):
    rounded = few_units(SAMPLES[8][0], 9, rng)
    for scale in (1.0, 0.013, 250.0):
        assert coarse.grid_unit([path * scale + 3.7 * scale for path in rounded.paths]) == pytest.approx(scale)


def test_every_stored_position_stays_within_half_a_unit(rng):
    rounded = few_units(SAMPLES[3][0], 7, rng)
    for before, after in zip(rounded.paths, coarse.smoothed(rounded.paths), strict=True):
        kept = before[np.concatenate([[True], (np.diff(before, axis=0) != 0).any(axis=1)])]
        assert np.abs(after[:: coarse.PIECES] - kept).max() <= 0.5 + 1e-9
        assert np.abs(after[:: coarse.PIECES] - kept).max() > 0.1


def test_fine_drawings_are_left_alone():
    for strokes in ALL:
        assert coarse.smoothed(strokes.paths) is strokes.paths
        on_a_canvas = tuple(np.round(path * 300) for path in strokes.paths)
        assert coarse.smoothed(on_a_canvas) is on_a_canvas


@pytest.mark.parametrize(
    "corners",
    [
        [(50, 50), (150, 50), (100, 200)],
        [(5, 5)],
        [(0, 0), (0, 90)],
        [(3, 3), (3, 3)],
        [(0, 0), (9, 0), (9, 9), (0, 9)],
    ],
)
def test_a_figure_of_few_corners_is_no_coarse_drawing(corners):
    paths = (np.array(corners, float),)
    assert coarse.smoothed(paths) is paths
