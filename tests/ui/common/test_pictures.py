"""Colours and strips: one colour scale a layer, zero always the colour of paper."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
from PIL import Image

from digitscope.ui.common.pictures import RAMP, coloured, ink_picture, map_sheet, map_strip


def opened(address: str) -> np.ndarray:
    kind, data = address.split(",")
    assert kind == "data:image/png;base64"
    image = Image.open(BytesIO(b64decode(data)))
    return np.asarray(image.convert("RGBA") if image.mode == "P" else image)


def test_zero_is_paper_and_the_ends_are_full():
    pixels = coloured(np.array([-2.0, 0.0, 2.0, -9.0, 9.0]), 2.0)
    np.testing.assert_array_equal(pixels[1], RAMP[128])
    np.testing.assert_array_equal(pixels[0], pixels[3])
    np.testing.assert_array_equal(pixels[2], pixels[4])
    assert (pixels[0] != pixels[2]).any()


def test_maps_without_any_value_are_paper():
    np.testing.assert_array_equal(coloured(np.zeros((2, 2)), 0.0), np.broadcast_to(RAMP[128], (2, 2, 3)))


def test_maps_stand_side_by_side_with_gaps_on_one_scale():
    maps = np.array([[[1.0, 0.0], [0.0, 0.0]], [[0.5, 0.0], [0.0, -1.0]]], np.float32)
    pixels = opened(map_strip(maps, 1.0))
    assert pixels.shape == (2, 5, 4)
    assert (pixels[:, 2, 3] == 0).all(), "the gap is see-through"
    np.testing.assert_array_equal(pixels[0, 0, :3], coloured(np.array(1.0), 1.0))
    np.testing.assert_array_equal(pixels[0, 3, :3], coloured(np.array(0.5), 1.0))
    np.testing.assert_array_equal(pixels[1, 4, :3], coloured(np.array(-1.0), 1.0))


def test_ink_is_dark_on_paper(digits):
    picture = digits.validation[0][0]
    grey = opened(ink_picture(picture)).mean(axis=-1)
    assert grey.shape == (28, 28)
    assert np.corrcoef(grey.ravel(), picture.ravel())[0, 1] < -0.99


def test_all_maps_stand_on_one_sheet(rng):
    maps = rng.standard_normal((5, 3, 4))
    sheet = map_sheet(maps, 2)
    assert sheet.shape == (9, 8)
    assert not sheet[6:, 4:].any(), "the sixth place is empty"
    np.testing.assert_array_equal(sheet[3:6, 4:], map_sheet(maps, 5)[:, 12:16])  # map 3
