"""Habits: the ways to write a digit that MNIST hardly knows, drawn by rule with the freedom of a hand.

People in other countries slash a zero, cross a seven, give the one a flag and a foot. Training learns from these
drawings and the test of habits measures on others of them (another seed); where a stroke can simply be added, it is
added to a digit that a person drew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitscope.digits.preprocess import resample
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import unit_box, vary

Array = np.ndarray
Paths = list[Array]

FREEDOM = 0.03
"""Standard deviation of the places that a rule's corners take, in boxes."""


# Strokes that are added to a drawing in its unit box


def slash(paths: Paths, rng: np.random.Generator) -> Paths:
    """A line through a zero, from below left to above right, now and then the other way or beyond the ring."""
    points = np.concatenate(paths)
    width, height = np.ptp(points, axis=0)
    reach = rng.uniform(0.3, 0.75)
    up = np.array([width * rng.uniform(0.0, 1.0), -height]) * reach
    if rng.random() < 0.15:
        up[0] = -up[0]
    middle = rng.normal(0, 0.04, 2)
    line = np.array([middle - up, middle + up])
    return [*paths, line if rng.random() < 0.7 else line[::-1]]


def dot(paths: Paths, rng: np.random.Generator) -> Paths:
    """A dot, or a short dash, in the middle of a zero."""
    middle = rng.normal(0, 0.04, 2)
    return [*paths, middle + rng.uniform(-1, 1, (2, 2)) * rng.uniform(0.005, 0.07)]


def cross(paths: Paths, rng: np.random.Generator) -> Paths:
    """A bar through the stem of a seven."""
    points = np.concatenate([resample(path, 0.02) for path in paths])
    at = rng.uniform(-0.12, 0.15)
    stem = points[np.abs(points[:, 1] - at) < 0.06]
    x = float(stem[:, 0].mean()) if len(stem) else 0.0
    half, tilt = rng.uniform(0.1, 0.28), rng.normal(0, 0.05)
    return [*paths, np.array([[x - half, at + tilt], [x + half, at - tilt]])]


def flag(paths: Paths, rng: np.random.Generator, longest: float = 0.42) -> Paths:
    """The upstroke of a one: from the left below to its top, short or long."""
    points = np.concatenate(paths)
    top = points[points[:, 1].argmin()]
    length, angle = rng.uniform(0.15, longest), np.radians(rng.uniform(30, 65))
    return [np.array([top + length * np.array([-np.cos(angle), np.sin(angle)]), top]), *paths]


def foot(paths: Paths, rng: np.random.Generator) -> Paths:
    """The line that a one may stand on."""
    points = np.concatenate(paths)
    bottom = points[points[:, 1].argmax()]
    left, right = rng.uniform(0.1, 0.35, 2)
    return [*paths, bottom + np.array([[-left, rng.normal(0, 0.02)], [right, rng.normal(0, 0.02)]])]


# Digits that are drawn by rule

Stroke = Callable[[np.random.Generator], Array]
"""Draws one path, (k, 2), anew each time."""


def curve(*corners: tuple[float, float]) -> Stroke:
    """A smooth path by these corners (x to the right, y down, 0 to 1), each taken with some freedom."""

    def drawn(rng: np.random.Generator) -> Array:
        points = np.array(corners) + rng.normal(0, FREEDOM, (len(corners), 2))
        return catmull_rom(points)

    return drawn


def line(*corners: tuple[float, float]) -> Stroke:
    """Straight pieces between these corners, each taken with some freedom."""

    def drawn(rng: np.random.Generator) -> Array:
        return np.array(corners) + rng.normal(0, FREEDOM, (len(corners), 2))

    return drawn


def catmull_rom(points: Array, pieces: int = 8) -> Array:
    """A smooth path (m, 2) through points (k, 2) (Catmull and Rom, "A class of local interpolating splines", 1974)."""
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    before, start, end, behind = (padded[i : i + len(points) - 1, None] for i in range(4))
    path = start + t * (
        (end - before) / 2
        + t * (before - 2.5 * start + 2 * end - behind / 2 + t * (1.5 * (start - end) + (behind - before) / 2))
    )
    return np.concatenate([path.reshape(-1, 2), points[-1:]])


def circle(x: float, y: float, rx: float, ry: float) -> Stroke:
    """A ring, drawn from anywhere in either direction, that closes well or not quite."""

    def drawn(rng: np.random.Generator) -> Array:
        begin, way = rng.uniform(0, 2 * np.pi), rng.choice([-1, 1])
        angle = begin + way * np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.06), 40)
        size = 1 + rng.normal(0, 0.06, 2)
        middle = np.array([x, y]) + rng.normal(0, FREEDOM / 2, 2)
        return middle + np.column_stack([np.cos(angle) * rx * size[0], np.sin(angle) * ry * size[1]])

    return drawn


ZERO = [circle(0.5, 0.5, 0.32, 0.48)]
STEM = [line((0.5, 0.02), (0.5, 0.98))]
SEVEN = [line((0.18, 0.06), (0.82, 0.06), (0.42, 0.98))]

LOOPED_2 = curve(
    *((0.2, 0.25), (0.45, 0.04), (0.72, 0.2), (0.6, 0.5), (0.3, 0.86)),
    *((0.15, 0.85), (0.2, 0.7), (0.45, 0.83), (0.85, 0.93)),
)
BELLY_3 = curve((0.45, 0.4), (0.78, 0.55), (0.72, 0.88), (0.42, 0.98), (0.16, 0.86))
ROUND_4 = curve((0.22, 0.08), (0.2, 0.35), (0.3, 0.53), (0.55, 0.5), (0.76, 0.4))
BELLY_5 = curve(
    *((0.28, 0.06), (0.26, 0.25), (0.24, 0.45), (0.5, 0.4)),
    *((0.76, 0.6), (0.66, 0.88), (0.4, 0.97), (0.18, 0.88)),
)
OPEN_9 = curve((0.72, 0.2), (0.5, 0.03), (0.24, 0.24), (0.45, 0.46), (0.7, 0.3))
HOOKED_9 = curve(
    *((0.74, 0.2), (0.5, 0.03), (0.24, 0.22), (0.42, 0.45), (0.72, 0.25)),
    *((0.75, 0.6), (0.62, 0.92), (0.35, 0.97), (0.2, 0.82)),
)

RULES: dict[str, tuple[int, list[Stroke]]] = {
    "2 with a loop": (2, [LOOPED_2]),
    "3 with a flat top": (3, [line((0.2, 0.05), (0.75, 0.05), (0.45, 0.4)), BELLY_3]),
    "4, open": (4, [line((0.25, 0.05), (0.2, 0.52), (0.8, 0.5)), line((0.72, 0.1), (0.68, 0.98))]),
    "4, open and round": (4, [ROUND_4, line((0.78, 0.05), (0.72, 0.98))]),
    "4, closed": (4, [line((0.62, 0.03), (0.12, 0.65), (0.88, 0.65)), line((0.62, 0.05), (0.62, 0.98))]),
    "4, closed, in one stroke": (4, [line((0.62, 0.98), (0.62, 0.03), (0.12, 0.65), (0.88, 0.65))]),
    "5 in two strokes": (5, [BELLY_5, line((0.28, 0.06), (0.8, 0.05))]),
    "6 with a straight back": (6, [line((0.66, 0.03), (0.3, 0.62)), circle(0.5, 0.73, 0.25, 0.24)]),
    "8 as two circles": (8, [circle(0.5, 0.26, 0.22, 0.24), circle(0.5, 0.74, 0.27, 0.25)]),
    "9 with a straight tail": (9, [circle(0.48, 0.27, 0.26, 0.25), line((0.74, 0.1), (0.73, 0.98))]),
    "9 with a slanted tail": (9, [OPEN_9, line((0.73, 0.15), (0.45, 0.98))]),
    "9 with a hooked tail": (9, [HOOKED_9]),
}
"""Habits that no stroke can be added for: the digit, and the strokes in the order of their drawing."""

Adding = Callable[[Paths, np.random.Generator], Paths]

ADDITIONS: dict[str, tuple[int, list[Stroke], tuple[Adding, ...]]] = {
    "0, slashed": (0, ZERO, (slash,)),
    "0, dotted": (0, ZERO, (dot,)),
    "1 with a flag": (1, STEM, (flag,)),
    "1 with a foot": (1, STEM, (foot,)),
    "1 with flag and foot": (1, STEM, (flag, foot)),
    "7, crossed": (7, SEVEN, (cross,)),
}
"""Habits that are a stroke more: the digit, a plain one drawn by rule, and what is added."""

NAMES = (*ADDITIONS, *RULES)


def draw(name: str, rng: np.random.Generator) -> tuple[Strokes, int]:
    """A new drawing with the habit `name`, and its digit: strokes in any order and direction, by any hand."""
    if name in RULES:
        label, strokes = RULES[name]
        paths = [stroke(rng) for stroke in strokes]
    else:
        label, strokes, additions = ADDITIONS[name]
        paths = unit_box(tuple(stroke(rng) for stroke in strokes))
        for add in additions:
            paths = add(paths, rng)
    return vary(Strokes(tuple(shuffled(paths, rng))), rng), label


def add_habit(strokes: Strokes, label: int, rng: np.random.Generator) -> Strokes:
    """A person's drawing with one more stroke, where a habit adds one to this digit; else as it is."""
    paths = unit_box(strokes.paths)
    if label == 0:
        paths = (slash if rng.random() < 0.8 else dot)(paths, rng)
    elif label == 7 and len(paths) == 1:
        paths = cross(paths, rng)
    elif label == 1 and len(paths) == 1 and np.ptp(paths[0], axis=0)[0] < 0.25:
        # What has a width has a flag already.
        choice = rng.random()
        if choice < 0.7:
            paths = flag(paths, rng)
        if choice > 0.4:
            paths = foot(paths, rng)
    return Strokes(tuple(paths))


def shuffled(paths: Paths, rng: np.random.Generator) -> Paths:
    """Strokes in any order, each in either direction."""
    return [paths[i] if rng.random() < 0.5 else paths[i][::-1] for i in rng.permutation(len(paths))]
