"""A drawing while it grew, by cases worked out by hand."""

from __future__ import annotations

import numpy as np

from digitscope.digits.prefixes import moments
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes


def paths(drawing: Strokes) -> list[list[list[float]]]:
    return [path.tolist() for path in drawing.paths]


def test_a_corner_and_a_bar_in_quarters():
    # Six to the right, four down, then a bar of ten: twenty in all.
    corner, bar = np.array([[0.0, 0], [6, 0], [6, 4]]), np.array([[0.0, 9], [10, 9]])
    grown = moments(Strokes((corner, bar), 50.0), 4)
    assert [paths(drawing) for drawing in grown] == [
        [[[0, 0], [5, 0]]],
        [[[0, 0], [6, 0], [6, 4]]],
        [[[0, 0], [6, 0], [6, 4]], [[0, 9], [5, 9]]],
        [[[0, 0], [6, 0], [6, 4]], [[0, 9], [10, 9]]],
    ]
    assert {drawing.size for drawing in grown} == {50.0}


def test_a_cut_at_a_point_does_not_double_it():
    assert paths(moments(Strokes((np.array([[0.0, 0], [3, 0], [6, 0]]),)), 2)[0]) == [[[0, 0], [3, 0]]]


def test_a_dot_is_there_once_the_pen_has_come_to_it():
    line, dot = np.array([[0.0, 0], [8, 0]]), np.array([[4.0, 4]])
    before, after = np.array([[9.0, 9]]), np.array([[0.0, 8], [8, 8]])
    grown = moments(Strokes((before, line, dot, after)), 4)
    assert [len(drawing.paths) for drawing in grown] == [2, 3, 4, 4]
    assert paths(grown[1]) == [[[9, 9]], [[0, 0], [8, 0]], [[4, 4]]]


def test_dots_alone_are_there_from_the_beginning():
    assert [paths(drawing) for drawing in moments(Strokes((np.array([[1.0, 2]]),)), 3)] == [[[[1, 2]]]] * 3


def test_an_empty_drawing_stays_empty():
    assert all(drawing.empty for drawing in moments(Strokes(()), 5))


def test_samples_grow_evenly_and_end_whole():
    for strokes in (drawing for pair in SAMPLES.values() for drawing in pair):
        grown = moments(strokes, 10)
        lengths = [sum(np.hypot(*np.diff(path, axis=0).T).sum() for path in drawing.paths) for drawing in grown]
        np.testing.assert_allclose(np.diff([0.0, *lengths]), lengths[-1] / 10, rtol=1e-9)
        assert grown[-1].same(strokes)
