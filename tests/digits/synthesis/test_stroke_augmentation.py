"""Other hands: what a varied drawing keeps, what it changes, and that a seed repeats it."""

from __future__ import annotations

import numpy as np
import pytest

from digitscope.digits.other_preparations import boxed, shrunk
from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Drawing, Strokes
from digitscope.digits.synthesis import habits, letters, negatives, stroke_augmentation, training_set


def length(path: np.ndarray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def test_one_seed_one_hand(rng):
    one, other = (stroke_augmentation.vary(SAMPLES[5][0], np.random.default_rng(3)) for _ in range(2))
    for a, b in zip(one.paths, other.paths, strict=True):
        np.testing.assert_array_equal(a, b)
    third = stroke_augmentation.vary(SAMPLES[5][0], rng)
    assert any(a.shape != b.shape or not np.allclose(a, b) for a, b in zip(one.paths, third.paths, strict=True))


def test_the_same_person_adds_no_flick(monkeypatch):
    monkeypatch.setattr(stroke_augmentation, "FLICKED", 1.0)
    monkeypatch.setattr(stroke_augmentation, "flicked", lambda path, rng: path + 7)

    def reach(same_person):
        varied = stroke_augmentation.vary(SAMPLES[8][0], np.random.default_rng(1), same_person)
        return np.abs(np.concatenate(varied.paths)).max()

    assert reach(False) > 3
    assert reach(True) < 2


@pytest.mark.parametrize("factor", [0.001, 1000.0])
def test_units_and_place_do_not_matter(factor):
    strokes = SAMPLES[4][0]
    moved = Strokes(tuple(path * factor + 17 * factor for path in strokes.paths))
    one, other = (stroke_augmentation.vary(each, np.random.default_rng(1)) for each in (strokes, moved))
    for a, b in zip(one.paths, other.paths, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_varied_digit_stays_near_itself(rng):
    for digit, (strokes, _) in SAMPLES.items():
        usual = np.asarray(prepare(strokes).picture, float).ravel()
        alike = []
        for _ in range(30):
            picture = prepare(stroke_augmentation.vary(strokes, rng)).picture
            assert picture is not None
            alike.append(np.corrcoef(usual, picture.ravel())[0, 1])
        assert 0.3 < np.median(alike) < 0.98, digit


def test_an_empty_drawing_and_a_dot_pass(rng):
    assert stroke_augmentation.vary(Strokes(()), rng).empty
    assert len(stroke_augmentation.vary(Strokes((np.array([[3.0, 4.0]]),)), rng).paths) == 1


def test_a_hurried_hand_cuts_corners_but_not_ends():
    corner = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]])
    path = stroke_augmentation.resample(corner, stroke_augmentation.STEP)
    calm = stroke_augmentation.hurry(path, 0.15)
    np.testing.assert_allclose(calm[[0, -1]], path[[0, -1]])
    assert length(calm) < 0.98 * length(path)
    assert np.abs(calm - (0.5, 0.0)).sum(axis=1).min() > 0.02


def test_a_trembling_hand_shakes_as_much_as_asked(rng):
    straight = np.column_stack([np.linspace(0, 1, 2000), np.zeros(2000)])
    shaken = stroke_augmentation.tremble(straight, 0.01, rng) - straight
    assert shaken.std() == pytest.approx(0.01, rel=0.15)


def test_catmull_rom_passes_its_corners():
    corners = np.array([[0.0, 0.0], [1.0, 0.5], [0.3, 1.0], [0.0, 0.4]])
    path = habits.catmull_rom(corners, 8)
    np.testing.assert_allclose(path[::8], corners, atol=1e-12)


@pytest.mark.parametrize("name", habits.NAMES)
def test_every_habit_can_be_drawn_and_framed(name, rng):
    for _ in range(20):
        strokes, label = habits.draw(name, rng)
        assert label == int(name[0])
        assert prepare(strokes).picture is not None


def test_habits_are_added_to_drawn_digits(rng):
    ring = SAMPLES[0][0]
    assert len(habits.add_habit(ring, 0, rng).paths) == 2
    crossed = [habits.add_habit(SAMPLES[7][0], 7, rng).paths for _ in range(30)]
    assert {len(paths) for paths in crossed} == {2, 3, 4}, "a bar, two bars, a serif"
    bars = np.array([np.diff(habits.cross(list(SAMPLES[7][0].paths), rng)[-1], axis=0)[0] for _ in range(30)])
    assert np.median(np.abs(bars[:, 0])) > 3 * np.median(np.abs(bars[:, 1]))
    assert len(habits.add_habit(SAMPLES[3][0], 3, rng).paths) == len(SAMPLES[3][0].paths)
    flagged = [len(habits.add_habit(SAMPLES[1][0], 1, rng).paths) for _ in range(30)]
    assert set(flagged) == {2, 3}


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_every_nonsense_can_be_drawn(kind, rng):
    for _ in range(10):
        assert prepare(Strokes(tuple(kind(rng)))).picture is not None
    assert prepare(negatives.draw(rng)).picture is not None


def test_a_lesson_has_its_labels_and_repeats_itself(monkeypatch):
    monkeypatch.setattr(training_set, "RULED", 2)
    monkeypatch.setattr(training_set, "SCRIBBLES", 5)
    monkeypatch.setattr(training_set, "PAIRS", 4)
    monkeypatch.setattr(training_set, "LETTERS", 1)
    drawings = [Drawing(SAMPLES[8][0], 8, "me"), Drawing(SAMPLES[3][1], None, "me"), Drawing(Strokes(()), 2, "me")]
    pictures, labels = training_set.training_examples(drawings, 5)
    ruled, letters_and_more = 2 * len(habits.NAMES), len(letters.SKELETONS) + 9
    assert pictures.dtype == np.uint8
    assert pictures.shape == (training_set.COPIES + training_set.NEGATIVE_COPIES + ruled + letters_and_more, 28, 28), (
        "an empty drawing teaches nothing"
    )
    assert (labels[: training_set.COPIES] == 8).all()
    assert (labels == training_set.NONE).sum() == training_set.NEGATIVE_COPIES + letters_and_more
    again, _ = training_set.training_examples(drawings, 5)
    np.testing.assert_array_equal(pictures, again)
    assert len(training_set.training_examples([], 5)[0]) == ruled + letters_and_more


def test_side_by_side_digits_stand_in_their_order(rng):
    row = training_set.side_by_side([SAMPLES[2][0], SAMPLES[0][0], SAMPLES[1][0]], rng)
    middles = [(path[:, 0].min() + path[:, 0].max()) / 2 for path in row.paths]
    assert middles == sorted(middles)


def test_other_pages_pictures():
    stroke = Strokes((np.array([[70.0, 70.0], [70.0, 210.0]]),), 280)
    canvas = shrunk(stroke, 20)
    assert canvas[14, 7] == 255, "a line 2 pixels wide around x = 7"
    assert canvas[:5].sum() == 0
    assert (canvas > 0).any(axis=1).sum() == pytest.approx(16, abs=1)
    box = boxed(stroke, 20)
    rows, columns = (np.flatnonzero((box > 100).any(axis=axis)) for axis in (1, 0))
    assert len(rows) == 20
    assert (columns[0] + columns[-1]) / 2 == 13.5


@pytest.mark.parametrize("share", [0.15, 1.0])
def test_a_drawing_put_on_a_board_has_its_size_lies_inside_and_on_pixels(share, rng):
    for strokes, _ in SAMPLES.values():
        placed = stroke_augmentation.on_board(strokes, 340, share, rng)
        points = np.concatenate(placed.paths)
        assert np.ptp(points, axis=0).max() == pytest.approx(share * 340, abs=1)
        assert points.min() >= 0
        assert points.max() <= 340
        np.testing.assert_array_equal(points, np.round(points))


def test_two_rings_that_a_collection_calls_a_zero_teach_that_they_are_no_digit(monkeypatch):
    for name in ("RULED", "LETTERS", "SCRIBBLES", "PAIRS"):
        monkeypatch.setattr(training_set, name, 0)
    ring = SAMPLES[0][0].paths[0]
    two = Drawing(Strokes((ring, ring + np.array([2.0, 0.0]))), 0, "somebody")
    one = Drawing(Strokes((ring, ring[:3])), 0, "somebody")
    _, labels = training_set.training_examples([two, one], 0)
    assert labels.tolist() == [training_set.NONE] * training_set.COPIES + [0] * training_set.COPIES


def test_lines_of_a_slow_tablet_keep_the_ends_and_are_as_long_as_asked():
    strokes = SAMPLES[8][0]
    few = stroke_augmentation.few_lines(strokes, 0.3)
    for path, whole in zip(few.paths, stroke_augmentation.unit_box(strokes.paths), strict=True):
        np.testing.assert_allclose(path[[0, -1]], whole[[0, -1]])
        assert 0.15 < np.hypot(*np.diff(path, axis=0).T).mean() <= 0.35


def test_few_units_are_whole_and_as_many_as_asked(rng):
    points = np.concatenate(stroke_augmentation.few_units(SAMPLES[8][0], 7, rng).paths)
    assert (points == np.round(points)).all()
    assert 6 <= np.ptp(points, axis=0).max() <= 8


def test_a_flick_is_short_and_at_an_end(rng):
    path = stroke_augmentation.resample(np.array([[0.0, 0.0], [0.0, 1.0]]), stroke_augmentation.STEP)
    for _ in range(20):
        longer = stroke_augmentation.flicked(path, rng)
        assert 0.02 < length(longer) - length(path) < 0.13
        assert np.allclose(longer[: len(path)], path) or np.allclose(longer[-len(path) :], path)


@pytest.mark.parametrize("name", letters.SKELETONS)
def test_every_letter_can_be_drawn(name, rng):
    for _ in range(5):
        assert prepare(letters.draw(name, rng)).picture is not None


def test_long_upstrokes_begin_at_the_middle_or_below(rng):
    for _ in range(40):
        up, stem = habits.upstroke([np.array([[0.0, -0.5], [0.0, 0.5]])], rng)
        assert up[0, 0] < -0.15
        assert -0.15 <= up[0, 1] <= 0.6
        assert up[-1, 1] < up[0, 1]
        np.testing.assert_allclose(up[-1, 0], stem[0, 0], atol=1e-9)
