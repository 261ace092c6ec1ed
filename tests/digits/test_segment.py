"""Several digits in one drawing: cut by a reader that a test can foresee."""

from __future__ import annotations

import numpy as np

from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from digitscope.digits.segment import MOST_STROKES, split
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.training_set import side_by_side

KNOWN = np.array([np.asarray(prepare(strokes).picture, float).ravel() for pair in SAMPLES.values() for strokes in pair])
OWNERS = [digit for digit, pair in SAMPLES.items() for _ in pair]


def likeness(pictures: np.ndarray) -> np.ndarray:
    flat = pictures.reshape(len(pictures), -1).astype(float)
    return np.corrcoef(np.vstack([flat, KNOWN]))[: len(flat), len(flat) :]


def scores(pictures: np.ndarray) -> np.ndarray:
    """A picture is a digit as far as it looks like one of our samples."""
    return np.log(np.clip(likeness(pictures).max(axis=1), 1e-6, 1) ** 8)


def read(strokes: Strokes) -> str:
    pieces = split(strokes, scores)
    pictures = np.array([piece.prepared.picture for piece in pieces])
    return "".join(str(OWNERS[best]) for best in likeness(pictures).argmax(axis=1))


def test_a_digit_of_two_strokes_stays_whole():
    for digit in (4, 5, 7):
        for strokes in SAMPLES[digit]:
            assert len(split(strokes, scores)) == 1


def test_numbers_are_cut_into_their_digits(rng):
    for number in ("2026", "45", "1504", "77", "8391"):
        drawing = side_by_side([SAMPLES[int(digit)][0] for digit in number], rng)
        assert read(drawing) == number


def test_strokes_in_any_order_are_put_in_place(rng):
    drawing = side_by_side([SAMPLES[int(digit)][0] for digit in "2047"], rng)
    mixed = Strokes(tuple(drawing.paths[i] for i in rng.permutation(len(drawing.paths))))
    assert read(mixed) == "2047"


def test_what_is_drawn_larger_is_the_same_number(rng):
    drawing = side_by_side([SAMPLES[int(digit)][1] for digit in "536"], rng)
    assert read(Strokes(tuple(path * 80 + 9 for path in drawing.paths), 340)) == "536"


def test_nothing_and_far_too_many_strokes_are_one_piece(rng):
    assert len(split(Strokes(()), scores)) == 1
    many = Strokes(tuple(rng.random((5, 2)) for _ in range(MOST_STROKES + 1)))
    assert len(split(many, scores)) == 1


def test_pieces_keep_every_stroke_once(rng):
    drawing = side_by_side([SAMPLES[int(digit)][0] for digit in "4557"], rng)
    pieces = split(drawing, scores)
    kept = [path.tobytes() for piece in pieces for path in piece.strokes.paths]
    assert sorted(kept) == sorted(path.tobytes() for path in drawing.paths)


def test_pieces_know_which_of_the_drawings_strokes_are_theirs(rng):
    seven = SAMPLES[7][0].paths[0]
    one = SAMPLES[1][0].paths[0] + np.array([1.6, 0])
    # The same stroke twice: by their points the two could not be told apart.
    drawing = Strokes((one, seven, one.copy()), 3.0)
    pieces = split(drawing, scores)
    assert [piece.numbers for piece in pieces] == [(1,), (0, 2)]
    for piece in pieces:
        for number, path in zip(piece.numbers, piece.strokes.paths, strict=True):
            assert path is drawing.paths[number]
