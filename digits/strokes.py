"""Strokes: the truth of a drawing, as the canvas sends it (JSON) or a tablet once wrote it (UNIPEN text)."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray

MOST_STROKES = 5_000
MOST_POINTS = 200_000
"""A drawing with more is refused: nobody draws so much, and the page has other visitors."""

CURVE_POINTS = 4
"""Points that stand in for a quadratic curve between two positions of the pen, which are a few pixels apart."""
MANY_POINTS = 20_000
"""A drawing with more has straight lines for curves: it is a scribble, and each of its points costs every answer."""


class StrokesError(ValueError):
    """A drawing that cannot be read; the message is one sentence."""


@dataclass(frozen=True)
class Strokes:
    """A drawing as the pen's paths, each (k, 2) float64 of x (to the right) and y (down).

    `size` is the side of the drawing area in the same units, None where nobody knows it.
    """

    paths: tuple[Array, ...]
    size: float | None = None

    @property
    def empty(self) -> bool:
        """Whether the pen never touched the paper."""
        return not self.paths

    def same(self, other: Strokes) -> bool:
        """Whether the other is the same drawing, point by point; rounding apart."""
        return (
            self.size == other.size
            and len(self.paths) == len(other.paths)
            and all(
                one.shape == two.shape and np.abs(one - two).max(initial=0) < 1e-6
                for one, two in zip(self.paths, other.paths, strict=True)
            )
        )


@dataclass(frozen=True)
class Drawing:
    """A drawing that somebody labelled: `label` 0 to 9, or None for what is no digit ("?")."""

    strokes: Strokes
    label: int | None
    writer: str
    """The person or laboratory that it came from."""


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
    return type(value) in (int, float) and _is_coordinate(value)


def _is_coordinate(value: float) -> bool:
    # There is no board or tablet with a hundred million units; squares of far larger numbers would overflow.
    # Whole numbers of hundreds of digits, which have no place among floats, can be compared; NaN is never in between.
    return -1e8 < value < 1e8


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


_SEGMENT = re.compile(r'^\.SEGMENT\s+\S+.*"(.*)"\s*$')


def read_unipen(path: str | Path) -> list[Drawing]:
    """All segments of a UNIPEN text file, plain or gzipped, y turned to point down.

    The label stands in `.SEGMENT`, the writer or laboratory is the second word of the `.COMMENT` behind it
    (Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", 1994). Raises
    StrokesError, with the file's name, when it cannot be read or holds no segment.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error) as error:
        raise StrokesError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    drawings: list[Drawing] = []
    label, writer, started = "", "", False
    paths: list[Array] = []
    pen: list[tuple[float, float]] | None = None

    def finish() -> None:
        if started:
            digit = int(label) if label in tuple("0123456789") else None
            drawings.append(Drawing(Strokes(tuple(paths)), digit, writer))

    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(".SEGMENT"):
            finish()
            found = _SEGMENT.match(line)
            label, writer, started = found.group(1) if found else "", "", True
            paths, pen = [], None
        elif line.startswith(".COMMENT") and started and not paths:
            words = line.split()
            writer = words[2] if len(words) > 2 else ""
        elif line.startswith(".PEN_DOWN"):
            pen = []
        elif line.startswith(".PEN_UP"):
            if pen:
                paths.append(np.array(pen, float) * (1, -1))
            pen = None
        elif pen is not None and line.strip() and not line.startswith("."):
            try:
                x, y = line.split()[:2]
                if not (_is_coordinate(float(x)) and _is_coordinate(float(y))):
                    raise ValueError("no place on any tablet")
                pen.append((float(x), float(y)))
            except ValueError as error:
                raise StrokesError(
                    f"{path}, line {number}: two coordinates should stand here, not {line.strip()[:40]!r}."
                ) from error
    finish()
    if not drawings:
        raise StrokesError(f"{path} is no UNIPEN text: it holds no .SEGMENT.")
    return drawings
