"""Training examples beside MNIST: augmented pen drawings, habits drawn by rule, and negatives.

MNIST's writers were Americans around 1990. People elsewhere slash a zero, hook a nine, flag a one. So each drawing is
inked several times, each time with other stroke augmentation, and rare habits are added by rule. Pictures that are no
digit carry the label NONE, an eleventh class (a background class, as in Dhamija,
Günther and Boult, "Reducing network agnostophobia", 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from digitscope.digits.preprocess import INK, SIDE, prepare
from digitscope.digits.strokes import Drawing, Strokes
from digitscope.digits.synthesis import habits, letters, negatives
from digitscope.digits.synthesis.stroke_augmentation import few_lines, few_units, vary

Array = np.ndarray

NONE = 10
"""The label of negatives: pictures that are no digit."""
COPIES = 6
"""Pictures made from each drawing: one as it is, the others augmented."""
NEGATIVE_COPIES = 16
"""Pictures made from each drawing that is no digit; pen data has few of those."""
WITH_HABIT = 0.25
"""The share of drawings that get an additional stroke by a habit, where one fits their digit."""
RULED, LETTERS, SCRIBBLES = 500, 300, 10_000
"""Pictures by rule: of each habit, of each letter, and of scribbles, signs and doodles."""
COARSE = 0.08
"""The share of varied drawings that come from a slow or coarse device: of straight lines, or of few units."""
STRAIGHT = (0.12, 0.4)
"""Boxes: the length of those lines."""
UNITS = (5.0, 16.0)
"""How many units high or wide a coarse drawing is."""
PAIRS = 8_000
"""Negatives of two digits side by side: "10" is not one digit."""
TWINS = 0.2
"""The share of those whose two digits are the same: two rings are no zero, two sticks no eleven in one."""
WIDEST = 2.0
"""Times its height: several strokes that are wider together are several digits, whatever their label says.

A collection cuts its texts by hand, and not always well: ten of 4,863 UNIPEN "zeros" are two to four in a row.
"""
PENS = (INK - 0.4, INK + 0.6)
"""Pixels: the range of the line's width."""


def training_examples(drawings: Sequence[Drawing], seed: int) -> tuple[Array, Array]:
    """Make pictures (n, 28, 28) uint8 and labels (n,) uint8 from 0 to NONE; n is about COPIES a drawing plus 68,000.

    Takes half a millisecond a picture. The same seed gives the same pictures.
    """
    rng = np.random.default_rng(seed)
    made = [*_from_pens(drawings, rng), *_by_rule(rng), *_pairs(drawings, rng)]
    readable = [(picture, label) for picture, label in made if picture is not None]
    pictures = np.array([picture for picture, _ in readable], np.uint8).reshape(-1, SIDE, SIDE)
    return pictures, np.array([label for _, label in readable], np.uint8)


Made = Iterable[tuple[Array | None, int]]


def _from_pens(drawings: Sequence[Drawing], rng: np.random.Generator) -> Made:
    for drawing in drawings:
        label = NONE if drawing.label is None or _is_several(drawing.strokes) else drawing.label
        yield prepare(drawing.strokes).picture, label
        for _ in range((NEGATIVE_COPIES if drawing.label is None else COPIES) - 1):
            yield _inked(another(drawing, rng), rng), label


def _is_several(strokes: Strokes) -> bool:
    if len(strokes.paths) < 2:
        return False
    width, height = np.ptp(np.concatenate(strokes.paths), axis=0)
    return bool(width > WIDEST * height)


def another(drawing: Drawing, rng: np.random.Generator) -> Strokes:
    """Augment a drawing; now and then add a habit that its writer did not have."""
    strokes = drawing.strokes
    if drawing.label is not None and not strokes.empty and rng.random() < WITH_HABIT:
        strokes = habits.add_habit(strokes, drawing.label, rng)
    return _by_any_device(vary(strokes, rng), rng)


def _by_any_device(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    if strokes.empty or rng.random() >= COARSE:
        return strokes
    if rng.random() < 0.5:
        return few_lines(strokes, float(rng.uniform(*STRAIGHT)))
    return few_units(strokes, float(rng.uniform(*UNITS)), rng)


def _by_rule(rng: np.random.Generator) -> Made:
    for name in habits.NAMES:
        for _ in range(RULED):
            strokes, label = habits.draw(name, rng)
            yield _inked(_by_any_device(strokes, rng), rng), label
    for name in letters.SKELETONS:
        for _ in range(LETTERS):
            yield _inked(letters.draw(name, rng), rng), NONE
    for _ in range(SCRIBBLES):
        yield _inked(negatives.draw(rng), rng), NONE


def _pairs(drawings: Sequence[Drawing], rng: np.random.Generator) -> Made:
    alike: dict[int, list[Drawing]] = {}
    for drawing in drawings:
        if drawing.label is not None and not drawing.strokes.empty and not _is_several(drawing.strokes):
            alike.setdefault(drawing.label, []).append(drawing)
    digits = [drawing for group in alike.values() for drawing in group]
    for _ in range(PAIRS):
        if digits:
            first = digits[int(rng.integers(len(digits)))]
            others = alike[first.label] if first.label is not None and rng.random() < TWINS else digits
            two = [another(drawing, rng) for drawing in (first, others[int(rng.integers(len(others)))])]
        else:
            two = [habits.draw(habits.NAMES[int(rng.integers(len(habits.NAMES)))], rng)[0] for _ in range(2)]
        yield _inked(side_by_side(two, rng), rng), NONE


def side_by_side(digits: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Put digits in a row as in a written number: of about one height, close together, now and then touching."""
    paths: list[Array] = []
    right = 0.0
    for strokes in digits:
        points = np.concatenate(strokes.paths)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = rng.normal(1, 0.08) / max(high[1] - low[1], 0.4 * (high[0] - low[0]), 1e-9)
        place = np.array([right, rng.normal(0, 0.05)])
        paths += [(path - (low[0], (low[1] + high[1]) / 2)) * scale + place for path in strokes.paths]
        right += (high[0] - low[0]) * scale + float(np.clip(rng.normal(0.22, 0.12), 0.03, 0.6))
    return Strokes(tuple(paths))


def _inked(strokes: Strokes, rng: np.random.Generator) -> Array | None:
    return prepare(strokes, float(rng.uniform(*PENS))).picture
