"""Reading drawings: the canvas's JSON and UNIPEN text, good, odd and hostile."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from digitscope.digits.io import canvas as module
from digitscope.digits.io.canvas import strokes_from_canvas
from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.strokes import StrokesError


def canvas(*paths, **more):
    return {"version": "6.0", "objects": [{"type": "Path", "path": path, **more} for path in paths]}


LINE = [["M", 10, 20], ["Q", 10, 20, 15, 25], ["L", 20, 30]]


def test_lines_and_curves_become_points():
    (path,) = strokes_from_canvas(canvas(LINE), 340).paths
    np.testing.assert_array_equal(path[0], (10, 20))
    np.testing.assert_array_equal(path[-1], (20, 30))
    assert len(path) == 1 + module.CURVE_POINTS + 1


def test_a_quadratic_curve_by_hand():
    # B(t) = (1-t)^2 P0 + 2 t (1-t) P1 + t^2 P2; at t = 1/2 with (0,0), (2,4), (4,0): (2, 2).
    (path,) = strokes_from_canvas(canvas([["M", 0, 0], ["Q", 2, 4, 4, 0]]), 340).paths
    np.testing.assert_allclose(path[module.CURVE_POINTS // 2], (2, 2))
    # A cubic one at t = 1/2 with (0,0), (0,4), (4,4), (4,0): (2, 3).
    (path,) = strokes_from_canvas(canvas([["M", 0, 0], ["C", 0, 4, 4, 4, 4, 0]]), 340).paths
    np.testing.assert_allclose(path[module.CURVE_POINTS // 2], (2, 3))


def test_a_stroke_that_was_moved_scaled_and_turned_is_read_where_it_is():
    square = [["M", 0, 0], ["L", 10, 0], ["L", 10, 20]]
    placed = {"left": 100, "top": 50, "originX": "left", "originY": "top", "strokeWidth": 0}
    (path,) = strokes_from_canvas(canvas(square, **placed), 340).paths
    np.testing.assert_allclose(path, [[100, 50], [110, 50], [110, 70]])
    (path,) = strokes_from_canvas(canvas(square, **placed, scaleX=2), 340).paths
    np.testing.assert_allclose(path, [[100, 50], [120, 50], [120, 70]])
    (path,) = strokes_from_canvas(canvas(square, **placed, flipX=True), 340).paths
    np.testing.assert_allclose(path, [[110, 50], [100, 50], [100, 70]])
    # A quarter turn about the left upper corner: x to the right becomes down, y down becomes left.
    (path,) = strokes_from_canvas(canvas(square, **placed, angle=90), 340).paths
    np.testing.assert_allclose(path, [[100, 50], [100, 60], [80, 60]], atol=1e-9)


def test_an_untouched_stroke_stays_on_its_path():
    nearly = {"left": 10.4, "top": 19.7, "originX": "left", "originY": "top", "strokeWidth": 0}
    (path,) = strokes_from_canvas(canvas(LINE, **nearly), 340).paths
    np.testing.assert_allclose(path[0], (10, 20))


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "objects",
        {"objects": None},
        {"objects": "many"},
        {"objects": [None, 3, "path", {}]},
        {"objects": [{"type": "rect", "path": LINE}]},
        canvas(None, 5, [], [["M"]], [["M", "a", 2]], [["Z"]], [[["M"], 1, 2]]),
        canvas([["M", float("nan"), 2], ["L", float("inf"), 3]]),
        canvas([["M", 1e300, 2], ["L", True, 3]]),
        canvas([["M", 1, 2, 3]]),
    ],
)
def test_what_is_no_drawing_is_an_empty_one(data):
    assert strokes_from_canvas(data, 340).empty


def test_broken_parts_are_passed_over_and_the_rest_is_read():
    data = canvas([["M", 1, 1], ["Q", 2], None, ["L", 5, 5]], LINE)
    data["objects"].insert(0, {"type": "image"})
    assert len(strokes_from_canvas(data, 340).paths) == 2


@pytest.mark.parametrize("value", ["left", None, [], float("nan"), {}, 10**400])
def test_odd_attributes_count_as_absent(value):
    odd = dict.fromkeys(("left", "top", "scaleX", "angle", "strokeWidth", "originX", "flipY"), value)
    (path,) = strokes_from_canvas(canvas(LINE, **odd), 340).paths
    assert np.isfinite(path).all()


def test_a_drawing_beyond_measure_is_refused():
    with pytest.raises(StrokesError, match="strokes"):
        strokes_from_canvas(canvas(*[LINE] * (module.MOST_STROKES + 1)), 340)
    with pytest.raises(StrokesError, match="points"):
        strokes_from_canvas(canvas([["L", 1, 1]] * (module.MOST_POINTS + 1)), 340)


def test_a_scribble_of_many_points_costs_one_point_each():
    many = [["M", 0, 0], *[["Q", i % 300, 5, i % 300 + 0.5, 7] for i in range(module.MANY_POINTS)]]
    loop, line = strokes_from_canvas(canvas(many, LINE), 340).paths
    assert len(loop) == len(many)
    np.testing.assert_array_equal(loop[-1], many[-1][3:])
    np.testing.assert_array_equal(line, [(10, 20), (15, 25), (20, 30)])


def test_commands_of_all_kinds_in_any_order_follow_each_other():
    (path,) = strokes_from_canvas(
        canvas([["Q", 9, 9, 1, 1], ["C", 1, 2, 3, 2, 3, 1], ["M", 5, 5], ["L", 6, 6]]), 340
    ).paths
    curve = 1 + np.arange(module.CURVE_POINTS)
    np.testing.assert_array_equal(path[[0, *curve[-1:], -2, -1]], [(1, 1), (3, 1), (5, 5), (6, 6)])
    assert len(path) == 1 + module.CURVE_POINTS + 2


def test_a_canvas_survives_json():
    data = json.loads(json.dumps(canvas(LINE)))
    assert len(strokes_from_canvas(data, 340).paths) == 1


UNIPEN = """.VERSION 1.0
.COORD X Y

.SEGMENT DIGIT 0 ? "4"
.COMMENT 4 anna 17
.PEN_DOWN
 10 100
 20 50 3
.PEN_UP
.PEN_DOWN
 15 100
.PEN_UP
.SEGMENT DIGIT 1 ? "?"
.PEN_DOWN
 1 1
.PEN_UP
.SEGMENT DIGIT 2 ? "9"
"""


@pytest.mark.parametrize("ending", ["unipen", "unipen.gz"])
def test_unipen(tmp_path, ending):
    path = tmp_path / f"mine.{ending}"
    path.write_bytes(gzip.compress(UNIPEN.encode()) if ending.endswith("gz") else UNIPEN.encode())
    four, unknown, nothing = read_unipen(path)
    assert (four.label, four.writer) == (4, "anna")
    np.testing.assert_array_equal(four.strokes.paths[0], [[10, -100], [20, -50]])
    assert [len(p) for p in four.strokes.paths] == [2, 1]
    assert (unknown.label, unknown.writer) == (None, "")
    assert nothing.label == 9
    assert nothing.strokes.empty


def test_unipen_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "bad.unipen"
    path.write_text(UNIPEN.replace("20 50 3", "20 fifty"))
    with pytest.raises(StrokesError, match=r"bad\.unipen, line 8"):
        read_unipen(path)
    path.write_text("dear diary")
    with pytest.raises(StrokesError, match=r"bad\.unipen is no UNIPEN text"):
        read_unipen(path)
    path.write_bytes(gzip.compress(UNIPEN.encode())[:-20])
    with pytest.raises(StrokesError, match=r"bad\.unipen cannot be read"):
        read_unipen(path)
    with pytest.raises(StrokesError, match="No such file"):
        read_unipen(tmp_path / "none")


def test_unipen_numbers_must_be_finite(tmp_path):
    path = tmp_path / "bad.unipen"
    path.write_text(UNIPEN.replace("20 50 3", "nan 50"))
    with pytest.raises(StrokesError, match="line 8"):
        read_unipen(path)
