"""The looks without a browser: what is asked on worksheets, what is drawn, and where a walk stands."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import numpy as np
import pytest

from cnn import weights
from cnn.explain import Activations
from cnn.explain.embedding import fingerprint
from digitscope.recognition import SHIPPED
from digitscope.ui.common.pictures import RAMP
from digitscope.ui.explain.embedding import MANY, folded
from digitscope.ui.explain.layout import below, beside
from digitscope.ui.explain.numbers import written
from digitscope.ui.explain.overview import sources, sprite
from digitscope.ui.explain.pixel import numbers_file
from digitscope.ui.explain.questions import questions
from digitscope.ui.explain.robustness import CHANGES, COLOURS
from digitscope.ui.explain.walk import Walk
from digitscope.ui.explain.worksheet import worksheet
from tests.cnn.explain.stacks import STACKS, lived


@pytest.fixture(params=list(STACKS))
def look(request, digits) -> Activations:
    return Activations(lived(request.param), digits.test_images[0])


def test_numbers_are_written_with_a_real_minus_and_no_negative_zero():
    assert [written(value, 2) for value in (-1.005, -0.001, 0.0, 12.345)] == ["−1.00", "0.00", "0.00", "12.35"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_worksheets_answers_are_the_networks_numbers(look, seed):
    asked = questions(look, np.random.default_rng(seed))
    assert 3 <= len(asked) <= 7
    for question in asked:
        number = look.names.index(question.layer)
        if "Which pixels" in question.text:
            top, left, bottom, right = question.marks[0]
            assert question.value == (bottom - top) * (right - left)
        elif not question.layer.startswith("softmax"):
            assert question.value == look.at(number, question.place)
            assert question.answer.startswith(written(question.value, 2).replace("−", "-"))
    again = questions(look, np.random.default_rng(seed))
    assert [one.text for one in again] == [one.text for one in asked]


def test_a_class_can_work_out_normalisation_from_the_printed_numbers(digits):
    look = Activations(lived("reader"), digits.test_images[0])
    asked = next(one for one in questions(look, np.random.default_rng(5)) if one.layer == "norm1")
    x, mean, deviation, scale, shift = map(float, re.findall(r"-?\d+\.\d{4}", asked.text))
    assert (x - mean) / deviation * scale + shift == pytest.approx(asked.value, abs=0.02)


def test_the_answers_hold_what_is_to_be_filled_in(digits):
    look = Activations(lived("reader"), digits.test_images[0])
    asked = {one.layer: one for one in reversed(questions(look, np.random.default_rng(5)))}
    relu = asked["relu1"]
    np.testing.assert_array_equal(relu.solutions[0][1], np.maximum(relu.tables[0][1], 0))
    softmax = asked["softmax1"]
    powers = softmax.solutions[1][1]
    assert powers[0, softmax.place[0]] / powers.sum() == pytest.approx(softmax.value)


def test_the_worksheet_is_two_sheets(digits):
    look = Activations(lived("reader"), digits.test_images[0])
    pdf = worksheet(look, "mine → “ß”", 1)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize("lay", [beside, below])
def test_every_layer_has_its_place_and_no_two_overlap(look, lay):
    layout = lay(look)
    assert [block.count for block in layout.blocks] == [len(values) for values in look.values]
    for one, other in pairwise(layout.blocks):
        end = one.top + one.height if layout.upright else one.left + one.width
        assert end <= (other.top if layout.upright else other.left) + 1e-6
    for block in layout.blocks:
        assert block.left >= 0
        assert block.left + block.width <= layout.width
        assert block.top + block.height <= layout.height


def test_a_map_hangs_on_maps_that_exist(look):
    for number in range(1, len(look)):
        for source, _ in sources(look, number, 0):
            assert 0 <= source < len(look.values[number - 1])
    assert sources(look, 0, 0) == []


def test_all_maps_stand_in_one_picture(rng):
    maps = rng.standard_normal((5, 3, 4))
    sheet = sprite(maps, 2)
    assert sheet.shape == (9, 8)
    assert not sheet[6:, 4:].any(), "the sixth place is empty"
    np.testing.assert_array_equal(sheet[3:6, 4:], sprite(maps, 5)[:, 12:16])  # map 3


def test_the_file_of_all_numbers_holds_them(look):
    with np.load(io.BytesIO(numbers_file(look))) as file:
        for name, values in zip(look.names, look.values, strict=True):
            np.testing.assert_array_equal(file[name], values)
        for name, array in look.network.params.items():
            np.testing.assert_array_equal(file[name], array)


def test_a_walk_goes_forth_and_back_on_one_way(look):
    own = Walk()
    own.go(look, 1, (0, 99, 99))
    way = list(own.way)
    own.step(len(look) - 1)
    own.step(1)
    assert own.way == way
    own.step(len(look))
    assert own.number == 1


@pytest.mark.parametrize("name", list(CHANGES))
def test_hundreds_of_versions_with_the_drawing_itself_among_them(name, digits):
    change = CHANGES[name]
    across, down = (one.ravel() for one in np.meshgrid(change.columns, change.rows))
    versions = change.make(digits.test_images[0], across, down)
    assert versions.shape == (len(across), 28, 28)
    assert len(across) >= 200
    assert (versions == digits.test_images[0]).all(axis=(1, 2)).any()


def laboratory(colours: np.ndarray, sight: np.ndarray) -> np.ndarray:
    """sRGB colours (n, 3), 0 to 255, as somebody with that sight sees them, in CIE L*a*b*."""
    x = colours / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4) @ sight.T
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = np.clip(linear, 0, 1) @ to_xyz.T / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


SIGHTS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009."""


@pytest.mark.parametrize("sight", list(SIGHTS))
def test_colour_blind_people_tell_the_scales_apart(sight):
    # A difference of 2.3 is just noticeable.
    seen = laboratory(RAMP[[1, 255]].astype(float), np.array(SIGHTS[sight]))
    assert np.linalg.norm(seen[0] - seen[1]) > 50
    answers = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in COLOURS], float)
    seen = laboratory(answers, np.array(SIGHTS[sight]))
    away = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
    assert away[~np.eye(len(seen), dtype=bool)].min() > 10


def test_the_kept_places_are_those_of_the_shipped_network_and_of_no_other(digits, tmp_path, monkeypatch):
    network, _ = weights.load(SHIPPED)
    places = folded(fingerprint(network))
    assert places is not None
    assert places.shape == (MANY, 2)
    # t-SNE keeps neighbours together: most dots lie beside one of the same digit.
    apart = np.square(places[:, None] - places).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    labels = digits.test_labels[:MANY]
    assert (labels[apart.argmin(axis=1)] == labels).mean() > 0.95
    assert folded(fingerprint(lived("reader"))) is None
    monkeypatch.setattr("digitscope.ui.explain.embedding.KEPT", tmp_path / "missing.npz")
    assert folded(fingerprint(network)) is None
