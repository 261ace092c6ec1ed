"""Habits: ways to write a digit that MNIST hardly holds, drawn by rule and varied as handwriting varies.

People in other countries slash a zero, cross a seven, give the one a flag and a foot. Training learns from these
drawings and the test of habits measures on others of them (another seed); where a stroke can simply be added, it is
added to a digit that a person drew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitscope.digits.coarse import catmull_rom
from digitscope.digits.preprocess import resample
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import unit_box, vary

Array = np.ndarray
Paths = list[Array]

FREEDOM = 0.03
"""Boxes: standard deviation of the places that a ring's middle takes."""
CARE = (0.02, 0.05)
"""Boxes: standard deviation of the places that a path's corners take, for a careful and for a careless hand."""


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


def bent_cross(paths: Paths, rng: np.random.Generator) -> Paths:
    """A bar through the stem of a seven that is a wave or an arc."""
    *rest, bar = cross(paths, rng)
    left, right = bar
    along = np.linspace(0, 1, 12)[:, None]
    wave = np.sin(np.pi * rng.choice([1, 2]) * along) * rng.choice([-1, 1]) * rng.uniform(0.03, 0.1)
    return [*rest, left + along * (right - left) + wave * np.array([0, 1])]


def double_cross(paths: Paths, rng: np.random.Generator) -> Paths:
    """Two bars through the stem of a seven, or one that was drawn twice."""
    *rest, bar = cross(paths, rng)
    again = bar + np.array([rng.normal(0, 0.03), rng.uniform(0.03, 0.14)]) + rng.normal(0, 0.015, (2, 2))
    if rng.random() < 0.4:
        return [*rest, np.concatenate([bar, again[::-1]])]
    return [*rest, bar, again]


def serif(paths: Paths, rng: np.random.Generator) -> Paths:
    """The short stroke that hangs from the left end of a seven's roof."""
    points = np.concatenate(paths)
    upper = points[points[:, 1] < points[:, 1].min() + 0.2]
    corner = upper[upper[:, 0].argmin()]
    return [corner + np.array([[rng.normal(-0.02, 0.03), rng.uniform(0.07, 0.26)], [0, 0]]), *paths]


def upstroke(paths: Paths, rng: np.random.Generator) -> Paths:
    """The long upstroke of a French, German or Italian one, from the middle or the base line to the stem's top."""
    points = np.concatenate(paths)
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    height = bottom[1] - top[1]
    begin = top + np.array([-rng.uniform(0.2, 0.75), rng.uniform(0.45, 1.05)]) * height
    end = top + (bottom - top) * (rng.uniform(0, 0.3) if rng.random() < 0.3 else 0)
    return [rising(begin, end, rng), *paths]


def rising(begin: Array, end: Array, rng: np.random.Generator) -> Array:
    """A path from `begin` up to `end`: straight, sagging or bulging, now and then with a hook where it begins."""
    run = end - begin
    aside = np.array([-run[1], run[0]])
    sag = rng.normal(0, 0.05) if rng.random() < 0.4 else rng.uniform(0, 0.32)
    t = np.linspace(0, 1, 14)[:, None]
    path = begin + t * run + 2 * t * (1 - t) * sag * aside
    if rng.random() < 0.25:
        hook = begin + np.array([rng.uniform(-0.1, 0.02), -rng.uniform(0.03, 0.14)])
        path = np.concatenate([catmull_rom(np.array([hook, begin + np.array([0.0, 0.01]), path[2]])), path[3:]])
    return path


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
        return catmull_rom(_placed(corners, rng))

    return drawn


def line(*corners: tuple[float, float]) -> Stroke:
    """Straight pieces between these corners, each taken with some freedom."""

    def drawn(rng: np.random.Generator) -> Array:
        return _placed(corners, rng)

    return drawn


def _placed(corners: tuple[tuple[float, float], ...], rng: np.random.Generator) -> Array:
    return np.array(corners) + rng.normal(0, rng.uniform(*CARE), (len(corners), 2))


def circle(x: float, y: float, rx: float, ry: float) -> Stroke:
    """A ring, drawn from anywhere in either direction, that closes well or not quite."""

    def drawn(rng: np.random.Generator) -> Array:
        begin, way = rng.uniform(0, 2 * np.pi), rng.choice([-1, 1])
        angle = begin + way * np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.06), 40)
        size = 1 + rng.normal(0, 0.06, 2)
        middle = np.array([x, y]) + rng.normal(0, FREEDOM / 2, 2)
        return middle + np.column_stack([np.cos(angle) * rx * size[0], np.sin(angle) * ry * size[1]])

    return drawn


def one(kind: str) -> Stroke:
    """A one whose upstroke begins at the middle or below: one pen stroke, up to the top and down again.

    `kind` is "sharp" (a corner at the top), "looped" (a loop there), "doubled" (the pen reaches the stem low and
    climbs along it) or "crossing" (it comes from the left through the stem's place and turns back to its top).
    """

    def drawn(rng: np.random.Generator) -> Array:
        begin = np.array([-rng.uniform(0.2, 0.8), rng.uniform(0.42, 1.05)])
        bottom = np.array([rng.normal(0.05, 0.08), 1.0 + rng.normal(0, 0.05)])
        if rng.random() < 0.2:
            # A hook, or a short foot to the right, where the stem ends.
            end = bottom + np.array([rng.uniform(0.05, 0.25), rng.normal(-0.04, 0.03)])
            down = np.array([(0.4 * bottom), bottom, end])
        else:
            down = np.array([(0.5 * bottom), bottom])
        down[0, 0] += rng.normal(0, 0.03)
        if kind == "sharp":
            return np.concatenate([rising(begin, np.zeros(2), rng), down])
        if kind == "looped":
            wide = rng.uniform(0.03, 0.14)
            loop = [(wide, rng.uniform(0.15, 0.35)), (wide, 0.05), (0.0, 0.0), (-rng.uniform(0.02, 0.12), 0.12)]
        elif kind == "doubled":
            begin[1] = rng.uniform(0.4, 0.95)
            low = min(begin[1], rng.uniform(0.35, 0.8))
            loop = [(-0.04, low), (rng.normal(0, 0.02), 0.6 * low), (rng.normal(0, 0.02), 0.0), (0.0, 0.2)]
        else:
            begin = np.array([-rng.uniform(0.2, 0.5), rng.uniform(0.35, 0.75)])
            wide = rng.uniform(0.05, 0.2)
            low = begin[1] + rng.uniform(-0.1, 0.12)
            loop = [(0.0, low), (wide, low - 0.12), (wide, 0.12), (0.3 * wide, 0.0), (-0.04, 0.12)]
        entry = begin + np.array([0.12, rng.uniform(-0.05, 0.05)])
        return np.concatenate([catmull_rom(np.array([begin, entry, *loop])), down])

    return drawn


def tailed_zero(rng: np.random.Generator) -> Array:
    """A ring whose ends overshoot: the pen comes in or goes out by a tail, or goes on along the ring."""
    way = rng.choice([-1, 1])
    begin = rng.uniform(-np.pi, 0)
    angle = begin + way * np.linspace(0, 2 * np.pi * rng.uniform(0.97, 1.2), 44)
    shrink = 1 - rng.uniform(-0.1, 0.25) * np.linspace(0, 1, 44) ** 2
    ring = 0.5 + np.column_stack([np.cos(angle) * rng.uniform(0.28, 0.45), np.sin(angle) * 0.48]) * shrink[:, None]
    ends = []
    for at_start in (True, False):
        if rng.random() < 0.55:
            end, before = (ring[0], ring[1]) if at_start else (ring[-1], ring[-2])
            out = np.arctan2(*(end - before)[::-1]) + rng.normal(0, 0.8)
            ends.append((at_start, end + rng.uniform(0.08, 0.6) * np.array([np.cos(out), np.sin(out)])))
    for at_start, point in ends:
        ring = np.concatenate([point[None], ring]) if at_start else np.concatenate([ring, point[None]])
    return ring


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

CURLED_2 = curve(
    *((0.5, 0.3), (0.32, 0.3), (0.28, 0.12), (0.52, 0.03), (0.76, 0.2)),
    *((0.58, 0.55), (0.2, 0.9), (0.5, 0.92), (0.88, 0.92)),
)
SPIRAL_2 = curve(
    *((0.42, 0.22), (0.55, 0.2), (0.52, 0.34), (0.3, 0.36), (0.16, 0.2), (0.42, 0.02), (0.74, 0.16)),
    *((0.62, 0.5), (0.24, 0.84), (0.16, 0.95), (0.5, 0.9), (0.88, 0.96)),
)
RINGED_2 = curve(
    *((0.66, 0.28), (0.48, 0.46), (0.2, 0.38), (0.2, 0.12), (0.46, 0.02), (0.7, 0.2)),
    *((0.56, 0.55), (0.18, 0.86), (0.22, 0.97), (0.5, 0.84), (0.9, 0.97)),
)
FOOTLESS_2 = curve(
    (0.18, 0.24), (0.42, 0.03), (0.76, 0.2), (0.6, 0.52), (0.26, 0.86), (0.22, 0.96), (0.42, 0.93), (0.6, 0.96)
)
LOOPED_3 = curve(
    *((0.36, 0.22), (0.22, 0.16), (0.34, 0.04), (0.66, 0.06), (0.68, 0.28), (0.46, 0.44)),
    *((0.74, 0.56), (0.74, 0.84), (0.46, 0.97), (0.16, 0.86)),
)
KNOTTED_3 = curve(
    *((0.2, 0.12), (0.52, 0.03), (0.72, 0.2), (0.52, 0.46), (0.34, 0.48), (0.44, 0.4)),
    *((0.74, 0.58), (0.72, 0.88), (0.42, 0.97), (0.16, 0.84)),
)
S_5 = curve(
    *((0.8, 0.08), (0.5, 0.04), (0.26, 0.22), (0.42, 0.42)),
    *((0.72, 0.62), (0.66, 0.88), (0.4, 0.97), (0.16, 0.88)),
)
FLAT_6 = curve(
    *((0.74, 0.02), (0.5, 0.34), (0.3, 0.72), (0.38, 0.97), (0.64, 0.92), (0.68, 0.72), (0.46, 0.66), (0.3, 0.8)),
)
ENTERED_9 = curve(
    *((-0.45, 0.14), (0.0, 0.12), (0.4, 0.1), (0.7, 0.12), (0.5, 0.04), (0.28, 0.24), (0.5, 0.42), (0.7, 0.14)),
    *((0.72, 0.6), (0.6, 0.92), (0.34, 0.97)),
)
LONG_9 = curve((0.7, 0.1), (0.46, 0.02), (0.3, 0.18), (0.46, 0.34), (0.68, 0.22), (0.7, 0.1))
OPEN_8 = curve(
    *((0.72, 0.08), (0.46, 0.03), (0.26, 0.2), (0.48, 0.46), (0.74, 0.74)),
    *((0.5, 0.97), (0.24, 0.78), (0.46, 0.54), (0.68, 0.36)),
)
OPEN_8_LEFT = curve(
    *((0.3, 0.08), (0.56, 0.03), (0.72, 0.2), (0.5, 0.46), (0.24, 0.74)),
    *((0.5, 0.97), (0.74, 0.78), (0.52, 0.54), (0.32, 0.36)),
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
    "0 with a tail": (0, [tailed_zero]),
    "1 with a long upstroke": (1, [one("sharp")]),
    "1 looped at the top": (1, [one("looped")]),
    "1 doubled at the top": (1, [one("doubled")]),
    "1 with a crossing upstroke": (1, [one("crossing")]),
    "2 with a curled head": (2, [CURLED_2]),
    "2 with a spiral": (2, [SPIRAL_2]),
    "2 with a ring": (2, [RINGED_2]),
    "2 without a foot": (2, [FOOTLESS_2]),
    "2 with corners": (2, [line((0.18, 0.2), (0.45, 0.04), (0.8, 0.14), (0.15, 0.94), (0.86, 0.94))]),
    "3 with a looped top": (3, [LOOPED_3]),
    "3 with a knot": (3, [KNOTTED_3]),
    "4 like a lightning": (4, [line((0.6, 0.02), (0.16, 0.58), (0.78, 0.52), (0.5, 0.98))]),
    "5 in one S": (5, [S_5]),
    "6 with a long stem": (6, [FLAT_6]),
    "8, open": (8, [OPEN_8]),
    "8, open to the left": (8, [OPEN_8_LEFT]),
    "9 with an entry stroke": (9, [ENTERED_9]),
    "9 with a long stem": (9, [LONG_9, line((0.7, 0.08), (0.6, 0.98))]),
}
"""Habits that no stroke can be added for: the digit, and the strokes in the order of their drawing."""

Adding = Callable[[Paths, np.random.Generator], Paths]

ADDITIONS: dict[str, tuple[int, list[Stroke], tuple[Adding, ...]]] = {
    "0, slashed": (0, ZERO, (slash,)),
    "0, dotted": (0, ZERO, (dot,)),
    "1 with a flag": (1, STEM, (flag,)),
    "1 with a foot": (1, STEM, (foot,)),
    "1 with flag and foot": (1, STEM, (flag, foot)),
    "1 with a separate upstroke": (1, STEM, (upstroke,)),
    "1 with upstroke and foot": (1, STEM, (upstroke, foot)),
    "7, crossed": (7, SEVEN, (cross,)),
    "7 with a bent bar": (7, SEVEN, (bent_cross,)),
    "7 with a double bar": (7, SEVEN, (double_cross,)),
    "7 with a serif": (7, SEVEN, (serif,)),
    "7 with serif and bar": (7, SEVEN, (serif, cross)),
}
"""Habits that are a stroke more: the digit, a plain one drawn by rule, and what is added."""

NAMES = (*ADDITIONS, *RULES)


def draw(name: str, rng: np.random.Generator) -> tuple[Strokes, int]:
    """Draw the habit `name`: return the strokes, in any order and direction, and the digit."""
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
    """Add a stroke to a drawing where a habit adds one to this digit; else return it as it is."""
    paths = unit_box(strokes.paths)
    if label == 0:
        paths = (slash if rng.random() < 0.8 else dot)(paths, rng)
    elif label == 7 and len(paths) == 1:
        bar = (cross, bent_cross, double_cross)[int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
        choice = rng.random()
        if choice < 0.8:
            paths = bar(paths, rng)
        if choice > 0.7:
            paths = serif(paths, rng)
    elif label == 1 and len(paths) == 1 and np.ptp(paths[0], axis=0)[0] < 0.25:
        # What has a width has a flag already.
        choice = rng.random()
        if choice < 0.8:
            paths = (flag if rng.random() < 0.5 else upstroke)(paths, rng)
        if choice > 0.55:
            paths = foot(paths, rng)
    return Strokes(tuple(paths))


def shuffled(paths: Paths, rng: np.random.Generator) -> Paths:
    """Strokes in any order, each in either direction."""
    return [paths[i] if rng.random() < 0.5 else paths[i][::-1] for i in rng.permutation(len(paths))]
