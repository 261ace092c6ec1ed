"""The explanations without a page: what worksheets ask, where the overview's layers stand, where a walk leads."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from cnn import container
from cnn.explain import Activations
from cnn.explain.embedding import fingerprint
from digitscope.recognition import Reader
from digitscope.ui.common.pictures import RAMP
from digitscope.ui.explain.answer_colours import COLOURS
from digitscope.ui.explain.embedding import points
from digitscope.ui.explain.numbers import written
from digitscope.ui.explain.overview.layout import below, beside
from digitscope.ui.explain.overview.sources import sources
from digitscope.ui.explain.pixel.all_numbers import numbers_file
from digitscope.ui.explain.robustness.changes import CHANGES
from digitscope.ui.explain.walk import Walk
from digitscope.ui.explain.worksheet.printed import worksheet
from digitscope.ui.explain.worksheet.questions import questions
from tests.cnn.explain.stacks import STACKS, lived


@pytest.fixture(params=list(STACKS))
def activations(request, digits) -> Activations:
    return Activations(lived(request.param), digits.test_images[0])


def test_numbers_are_written_with_a_real_minus_and_no_negative_zero():
    assert [written(value, 2) for value in (-1.005, -0.001, 0.0, 12.345)] == ["−1.00", "0.00", "0.00", "12.35"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_worksheets_answers_are_the_networks_numbers(activations, seed):
    asked = questions(activations, np.random.default_rng(seed))
    assert 3 <= len(asked) <= 7
    for question in asked:
        number = activations.names.index(question.layer)
        if "Which pixels" in question.text:
            top, left, bottom, right = question.marks[0]
            assert question.value == (bottom - top) * (right - left)
        elif not question.layer.startswith("softmax"):
            assert question.value == activations.at(number, question.place)
            assert question.answer.startswith(written(question.value, 2).replace("−", "-"))
    again = questions(activations, np.random.default_rng(seed))
    assert [one.text for one in again] == [one.text for one in asked]


def test_a_class_can_work_out_normalisation_from_the_printed_numbers(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    asked = next(one for one in questions(activations, np.random.default_rng(5)) if one.layer == "norm1")
    x, mean, deviation, scale, shift = map(float, re.findall(r"-?\d+\.\d{4}", asked.text))
    assert (x - mean) / deviation * scale + shift == pytest.approx(asked.value, abs=0.02)


def test_the_answers_hold_what_is_to_be_filled_in(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    asked = {one.layer: one for one in reversed(questions(activations, np.random.default_rng(5)))}
    relu = asked["relu1"]
    np.testing.assert_array_equal(relu.solutions[0][1], np.maximum(relu.tables[0][1], 0))
    softmax = asked["softmax1"]
    powers = softmax.solutions[1][1]
    assert powers[0, softmax.place[0]] / powers.sum() == pytest.approx(softmax.value)


def test_the_worksheet_is_two_sheets(digits):
    activations = Activations(lived("reader"), digits.test_images[0])
    pdf = worksheet(activations, "mine → “ß”", 1)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize("lay", [beside, below])
def test_every_layer_has_its_place_and_no_two_overlap(activations, lay):
    layout = lay(activations)
    assert [block.count for block in layout.blocks] == [len(values) for values in activations.values]
    for one, other in pairwise(layout.blocks):
        end = one.top + one.height if layout.upright else one.left + one.width
        assert end <= (other.top if layout.upright else other.left) + 1e-6
    for block in layout.blocks:
        assert block.left >= 0
        assert block.left + block.width <= layout.width
        assert block.top + block.height <= layout.height


def test_a_map_hangs_on_maps_that_exist(activations):
    for number in range(1, len(activations)):
        for source, _ in sources(activations, number, 0):
            assert 0 <= source < len(activations.values[number - 1])
    assert sources(activations, 0, 0) == []


def test_the_file_of_all_numbers_holds_them(activations):
    with np.load(io.BytesIO(numbers_file(activations))) as file:
        for name, values in zip(activations.names, activations.values, strict=True):
            np.testing.assert_array_equal(file[name], values)
        for name, array in activations.network.params.items():
            np.testing.assert_array_equal(file[name], array)


def test_a_walk_goes_forth_and_back_on_one_way(activations):
    own = Walk()
    own.go(activations, 1, (0, 99, 99))
    way = list(own.way)
    own.step(len(activations) - 1)
    own.step(1)
    assert own.way == way
    own.step(len(activations))
    assert own.number == 1


@pytest.mark.parametrize("name", list(CHANGES))
def test_hundreds_of_versions_with_the_drawing_itself_among_them(name, digits):
    change = CHANGES[name]
    versions = change.versions(digits.test_images[0])
    assert versions.shape == (len(change.columns) * len(change.rows), 28, 28)
    assert len(versions) >= 200
    np.testing.assert_array_equal(versions[change.unchanged], digits.test_images[0])


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


@pytest.fixture
def store(tmp_path, monkeypatch) -> Callable[[str, np.ndarray], None]:
    """Write a file of t-SNE places, which the page then finds in place of the shipped one."""
    monkeypatch.setattr(points, "STORED", tmp_path / "embedding.npz")

    def write(mark: str, places: np.ndarray) -> None:
        header = {"format": points.FORMAT, "network": mark}
        points.STORED.write_bytes(container.pack(header, {"places": places}))

    return write


def test_stored_places_are_only_for_their_network(store, rng):
    places = rng.standard_normal((points.MANY, 2)).astype(np.float32)
    store("its network", places)
    found = points.stored_tsne("its network")
    assert found is not None
    np.testing.assert_array_equal(found, places)
    assert points.stored_tsne("another network") is None


def test_places_that_do_not_fit_or_are_missing_are_none(store, rng):
    assert points.stored_tsne("its network") is None
    store("its network", rng.standard_normal((points.MANY - 1, 2)).astype(np.float32))
    assert points.stored_tsne("its network") is None
    points.STORED.write_bytes(b"damaged")
    assert points.stored_tsne("its network") is None


def test_the_shipped_places_are_the_shipped_networks_and_neighbours_are_alike(digits):
    found = points.stored_tsne(fingerprint(Reader.shipped().network))
    assert found is not None
    assert found.shape == (points.MANY, 2)
    assert np.isfinite(found).all()
    apart = np.square(found[:, None] - found).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    labels = digits.test_labels[: points.MANY]
    assert (labels[apart.argmin(axis=1)] == labels).mean() > 0.95
