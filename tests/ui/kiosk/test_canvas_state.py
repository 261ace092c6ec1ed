"""Drawings and their ids: what was dealt with is not asked about again, however late its strokes come."""

from __future__ import annotations

import numpy as np
import pytest

from digitscope.digits.strokes import Strokes
from digitscope.ui.kiosk.canvas_state import CanvasState

ONE, TWO, THREE = (np.array([[x, 1.0], [x, 9.0]]) for x in (1.0, 2.0, 3.0))


def drawing(*paths: np.ndarray) -> Strokes:
    return Strokes(paths, 10.0)


@pytest.fixture
def state() -> CanvasState:
    return CanvasState()


def test_a_drawing_begins_with_its_first_stroke(state):
    assert not state.receive(drawing())
    assert not state.pending
    assert state.receive(drawing(ONE))
    assert state.pending
    assert not state.receive(drawing(ONE, TWO)), "the same drawing, with another stroke"
    assert not state.receive(drawing(ONE, TWO)), "sent again"
    assert state.drawing == 1


def test_strokes_on_their_way_belong_to_the_drawing_that_was_dealt_with(state):
    state.receive(drawing(ONE))
    state.clear()
    assert not state.pending
    assert not state.receive(drawing(ONE, TWO))
    assert not state.pending
    state.receive(drawing())
    assert state.receive(drawing(ONE)), "after the empty canvas even the same stroke begins another drawing"
    assert state.pending


def test_the_empty_canvas_between_two_drawings_may_go_unseen(state):
    state.receive(drawing(ONE, TWO))
    state.clear()
    assert state.receive(drawing(THREE))
    assert state.pending
    assert (state.drawing, state.handled, state.clears) == (2, 1, 1)


def test_an_empty_canvas_is_never_pending(state):
    state.receive(drawing(ONE))
    state.receive(drawing())
    assert state.empty
    assert not state.pending
