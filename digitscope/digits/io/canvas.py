"""Strokes from the canvas: the JSON (Fabric.js objects) in which the page's canvas sends a drawing."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np

from digitscope.digits.strokes import Strokes, StrokesError, is_coordinate

Array = np.ndarray

MOST_STROKES = 5_000
MOST_POINTS = 200_000
"""A drawing with more is refused: nobody draws so much, and the page has other visitors."""

CURVE_POINTS = 4
"""Points that stand in for a quadratic curve between two positions of the pen, which are a few pixels apart."""
MANY_POINTS = 20_000
"""A drawing with more has straight lines for curves: it is a scribble, and each of its points costs every answer."""


def strokes_from_canvas(json_data: Any, size: float) -> Strokes:
    """The paths in the canvas's JSON (Fabric.js objects), whatever else it holds; None is an empty canvas.

    `size` is the canvas's side in pixels. Objects that are no paths, and numbers that are none, are passed
    over. Raises StrokesError for a drawing beyond all measure.
    """
    objects = json_data.get("objects") if isinstance(json_data, dict) else None
    if not isinstance(objects, list):
        return Strokes((), size)
    if len(objects) > MOST_STROKES:
        raise StrokesError(f"The drawing has {len(objects):,} strokes, more than {MOST_STROKES:,}: please clear it.")
    entries = [entry for entry in objects if isinstance(entry, dict) and _is_path(entry)]
    points = sum(len(entry["path"]) for entry in entries)
    if points > MOST_POINTS:
        raise StrokesError(f"The drawing has more than {MOST_POINTS:,} points: please clear it.")
    curve_points = CURVE_POINTS if points <= MANY_POINTS else 1
    followed = [(_follow(entry["path"], curve_points), entry) for entry in entries]
    return Strokes(tuple(_moved(path, entry) for path, entry in followed if len(path)), size)


def _is_path(entry: dict[str, Any]) -> bool:
    kind = entry.get("type")
    return isinstance(kind, str) and kind.lower() == "path" and isinstance(entry.get("path"), list)


def _follow(commands: list[Any], curve_points: int) -> Array:
    """SVG-like commands (M, L, Q, C with absolute positions) -> points (k, 2); malformed ones are left out.

    A curve becomes `curve_points` points. All commands of a kind are worked out at once: there may be 100,000.
    """
    corners = [
        command[1:]
        for command in commands
        if isinstance(command, list)
        and command
        and isinstance(command[0], str)
        and len(command) - 1 == _ARGUMENTS.get(command[0])
        and all(map(_is_number, command[1:]))
    ]
    if not corners:
        return np.zeros((0, 2))
    corners[0] = corners[0][-2:]
    sizes = np.array([len(corner) for corner in corners])
    before = np.array([corners[0], *(corner[-2:] for corner in corners[:-1])], float)
    counts = np.where(sizes == 2, 1, curve_points)
    ends = counts.cumsum()
    points = np.empty((ends[-1], 2))
    for size in (2, 4, 6):
        chosen = np.flatnonzero(sizes == size)
        if len(chosen):
            nodes = np.array([corners[i] for i in chosen], float).reshape(len(chosen), -1, 2)
            curves = _bezier(np.concatenate([before[chosen, None], nodes], axis=1), curve_points)
            places = (ends - counts)[chosen, None] + np.arange(curves.shape[1])
            points[places] = curves
    return points


def _bezier(nodes: Array, curve_points: int) -> Array:
    """Points (n, p, 2) on n curves with nodes (n, k, 2) behind each one's first; two nodes are a straight line."""
    if nodes.shape[1] == 2:
        return nodes[:, 1:]
    # De Casteljau: mix neighbours until one node is left, for all places t on the curves at once.
    t = np.linspace(0, 1, curve_points + 1)[1:, None, None]
    mixed = nodes[:, None]
    while mixed.shape[2] > 1:
        mixed = (1 - t) * mixed[:, :, :-1] + t * mixed[:, :, 1:]
    return mixed[:, :, 0]


_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and is_coordinate(value)


def _moved(path: Array, entry: dict[str, Any]) -> Array:
    """Apply what was done to the object as a whole after it was drawn: moved, scaled, turned, flipped."""
    centre = (path.min(axis=0) + path.max(axis=0)) / 2
    scale = np.array([_number(entry, "scaleX", 1.0), _number(entry, "scaleY", 1.0)])
    flips = np.array([-1.0 if entry.get("flipX") is True else 1.0, -1.0 if entry.get("flipY") is True else 1.0])
    angle = radians(_number(entry, "angle", 0.0))
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    goal = centre
    if "left" in entry and "top" in entry:
        outer = np.abs(scale) * (np.ptp(path, axis=0) + _number(entry, "strokeWidth", 0.0))
        share = np.array([_ORIGINS.get(str(entry.get(name, "left")), 0.5) for name in ("originX", "originY")])
        corner = np.array([_number(entry, "left", 0.0), _number(entry, "top", 0.0)])
        goal = corner + turn @ ((0.5 - share) * outer)
        # Rounding, and a pen's round ends, put an untouched stroke up to a pixel off its own path.
        if np.abs(goal - centre).max() < 1.5:
            goal = centre
    return (path - centre) * scale * flips @ turn.T + goal


_ORIGINS = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}


def _number(entry: dict[str, Any], name: str, otherwise: float) -> float:
    value = entry.get(name)
    return float(value) if _is_number(value) else otherwise  # type: ignore[arg-type]
