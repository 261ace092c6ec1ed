"""A picture in known variations: each compared with what it must be."""

from __future__ import annotations

import numpy as np
import pytest

from digitscope.digits.transforms import thickened, transformed


def test_a_version_without_change_is_the_picture(digits):
    picture = digits.test_images[0]
    np.testing.assert_array_equal(transformed(picture)[0], picture)
    np.testing.assert_array_equal(thickened(picture[None], 0)[0], picture)


def test_shifts_by_whole_pixels(digits):
    picture = digits.test_images[0]
    found = transformed(picture, right=np.array([2.0, 0, -1]), down=np.array([0.0, -3, 1]))
    for one, (right, down) in zip(found, [(2, 0), (0, -3), (-1, 1)], strict=True):
        expected = np.zeros_like(picture)
        expected[max(down, 0) : 28 + min(down, 0), max(right, 0) : 28 + min(right, 0)] = picture[
            max(-down, 0) : 28 - max(down, 0), max(-right, 0) : 28 - max(right, 0)
        ]
        np.testing.assert_array_equal(one, expected)


def test_a_quarter_turn_and_half_a_pixel(digits):
    picture = digits.test_images[0]
    np.testing.assert_array_equal(transformed(picture, turn=90)[0], np.rot90(picture, -1))
    half = transformed(picture, right=0.5)[0].astype(int)
    expected = np.round((picture[:, 1:].astype(float) + picture[:, :-1]) / 2)
    np.testing.assert_allclose(half[:, 1:], expected, atol=1)


def test_size_scales_the_extent():
    picture = np.zeros((28, 28), np.uint8)
    picture[10:18, 10:18] = 255
    small, same, large = (found > 127 for found in transformed(picture, size=np.array([0.5, 1, 2])))
    assert [int(one.any(axis=0).sum()) for one in (small, same, large)] == [4, 8, 16]


def test_slant_moves_the_top_to_the_right():
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 13:15] = 255
    found = transformed(picture, slant=0.5)[0]
    middle = [float(row @ np.arange(28) / row.sum()) for row in (found[5].astype(float), found[22].astype(float))]
    assert middle[0] - middle[1] == pytest.approx(8.5, abs=0.2)  # 17 rows, half a pixel each


def test_lines_get_thicker_and_thinner():
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 12:15, 5:20] = 200
    assert [(thickened(picture, amount)[0, :, 12] > 100).sum() for amount in (-1, 0, 1, 2)] == [1, 3, 5, 7]
    assert thickened(picture, 0.25)[0, 11, 12] == 50


def test_what_is_pushed_out_is_gone(digits):
    assert not transformed(digits.test_images[0], right=40.0).any()
