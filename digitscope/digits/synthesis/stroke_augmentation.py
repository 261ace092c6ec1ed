"""Stroke augmentation: vary a drawing as other writers, pens and moods would have drawn it.

The picture of a drawing can be warped (`warp.py`), but only its strokes know what a hand does: it slants,
hurries and cuts corners, trembles, sets a stroke beside where it should begin. All of it happens in a box of 1 x 1,
so that tablets with other units vary alike.
"""

from __future__ import annotations

import numpy as np

from digitscope.digits.preprocess import resample
from digitscope.digits.strokes import Strokes

Array = np.ndarray

SLANT = 9.0
"""Degrees: standard deviation; most of the world's hands lie within 25."""
MOST_SLANT = 26.0
TURN = 5.0
"""Degrees: standard deviation."""
STRETCH = 0.2
"""Standard deviation of the logarithm of width over height."""
BEND = 0.035
"""How far the slow waves of a bent paper move a point, in boxes: standard deviation."""
LOOSE = 0.018
"""How far a whole stroke lands beside its place, in boxes: standard deviation."""
SHAKY, HASTY = 0.2, 0.35
"""The shares of drawings that are made by a trembling, and by a hurried hand."""
FLICKED = 0.15
"""The share of drawings with a flick where a stroke begins or ends, as the pen comes from or leaves for a neighbour."""
UNEVEN = 0.12
"""How much one half of the box grows at the other's cost, up and down as well as sideways: standard deviation."""
STEP = 0.015
"""Boxes between two points while a drawing is varied."""


def vary(strokes: Strokes, rng: np.random.Generator, same_person: bool = False) -> Strokes:
    """Return the same drawing by another hand, or by the `same_person` on another day; an empty one stays empty.

    Only another hand adds a flick or draws one half larger than the other: those belong to how a person writes.
    """
    if strokes.empty:
        return strokes
    paths = [resample(path, STEP) for path in unit_box(strokes.paths)]
    if rng.random() < HASTY:
        paths = [hurry(path, rng.uniform(0.05, 0.16)) for path in paths]
    if rng.random() < SHAKY:
        paths = [tremble(path, rng.uniform(0.006, 0.018), rng) for path in paths]
    if not same_person and rng.random() < FLICKED:
        i = int(rng.integers(len(paths)))
        paths[i] = flicked(paths[i], rng)
    paths = [path + rng.normal(0, LOOSE, 2) for path in paths]
    points = np.concatenate(paths)
    if not same_person:
        points = points + (points**2 - 0.25) * rng.normal(0, UNEVEN, 2)
    bent = _bend(points, rng) @ _slanted(rng).T
    return Strokes(tuple(np.split(bent, np.cumsum([len(path) for path in paths])[:-1])))


def unit_box(paths: tuple[Array, ...]) -> list[Array]:
    """Move and scale paths so that they fit into -0.5 to 0.5 each way, aspect kept."""
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max()) or 1.0
    return [(path - (low + high) / 2) / extent for path in paths]


def hurry(path: Array, share: float) -> Array:
    """Cut corners: every point becomes the mean of its neighbours along a `share` of a box; the ends stay."""
    reach = int(share / STEP / 2)
    if reach < 1 or len(path) < 2 * reach + 2:
        return path
    padded = np.concatenate([np.repeat(path[:1], reach, 0), path, np.repeat(path[-1:], reach, 0)])
    sums = np.concatenate([np.zeros((1, 2)), padded.cumsum(axis=0)])
    smooth = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    # Towards its ends a path follows its old course, or it would lose its length.
    away = np.minimum(np.arange(len(path)), np.arange(len(path))[::-1])[:, None]
    trust = np.clip(away / reach, 0, 1)
    return trust * smooth + (1 - trust) * path


def tremble(path: Array, size: float, rng: np.random.Generator) -> Array:
    """Add the waves of an unsteady hand, `size` boxes large and a few hundredths of a box long."""
    noise = rng.standard_normal((len(path) + 6, 2))
    calm = (noise[:-6] + noise[2:-4] + noise[4:-2] + noise[1:-5] + noise[3:-3]) / np.sqrt(5)
    return path + size * calm


def flicked(path: Array, rng: np.random.Generator) -> Array:
    """The path with a short stroke more where it begins or ends, sharply turned or in its own direction."""
    at_start = rng.random() < 0.5
    way = path if at_start else path[::-1]
    run = way[0] - way[min(4, len(way) - 1)]
    angle = np.arctan2(run[1], run[0]) + rng.normal(0, 1.2)
    far = way[0] + rng.uniform(0.03, 0.12) * np.array([np.cos(angle), np.sin(angle)])
    longer = np.concatenate([resample(np.array([far, way[0]]), STEP)[:-1], way])
    return longer if at_start else longer[::-1]


def few_lines(strokes: Strokes, share: float) -> Strokes:
    """Sample the drawing as a slow tablet or mouse does: straight lines about a `share` of a box long."""
    paths = []
    for path in unit_box(strokes.paths):
        fine = resample(path, STEP)
        pieces = max(1, round((len(fine) - 1) * STEP / share))
        paths.append(fine[np.unique(np.linspace(0, len(fine) - 1, pieces + 1).astype(int))])
    return Strokes(tuple(paths))


def few_units(strokes: Strokes, units: float, rng: np.random.Generator) -> Strokes:
    """Round all positions to a grid; the drawing's longest side has the given number of units."""
    offset = rng.random(2)
    return Strokes(tuple(np.round(path * units + offset) for path in unit_box(strokes.paths)))


def slanted(strokes: Strokes, degrees: float) -> Strokes:
    """Slant the drawing to the right by an angle in degrees, to the left if below 0."""
    lean = np.tan(np.radians(degrees))
    return Strokes(tuple(path @ np.array([[1, 0], [-lean, 1]]) for path in strokes.paths), strokes.size)


def shaky(strokes: Strokes, rng: np.random.Generator, size: float = 0.015) -> Strokes:
    """Add the tremble of an unsteady pen."""
    return Strokes(tuple(tremble(resample(path, STEP), size, rng) for path in unit_box(strokes.paths)))


def hasty(strokes: Strokes, share: float = 0.14) -> Strokes:
    """Cut corners as a hurried writer does."""
    return Strokes(tuple(hurry(resample(path, STEP), share) for path in unit_box(strokes.paths)))


def on_board(strokes: Strokes, side: float, share: float, rng: np.random.Generator) -> Strokes:
    """The drawing on a board of `side` pixels, `share` of it large, wherever there is room, on whole pixels."""
    points = np.concatenate(strokes.paths)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = share * side / (float(extent.max()) or 1.0)
    corner = rng.random(2) * (side - extent * scale)
    return Strokes(tuple(np.round((path - low) * scale + corner) for path in strokes.paths), side)


def _bend(points: Array, rng: np.random.Generator) -> Array:
    """Slow waves over the whole box: each coordinate is moved by three sines with random directions."""
    waves = rng.normal(0, 3.5, (3, 2))
    phases = rng.uniform(0, 2 * np.pi, 3)
    sizes = rng.normal(0, BEND / np.sqrt(1.5), (3, 2))
    return points + np.sin(points @ waves.T + phases) @ sizes


def _slanted(rng: np.random.Generator) -> Array:
    """The matrix of a slant, a turn and a stretch."""
    slant = np.tan(np.radians(np.clip(rng.normal(0, SLANT), -MOST_SLANT, MOST_SLANT)))
    turn = np.radians(rng.normal(0, TURN))
    stretch = np.exp(rng.normal(0, STRETCH) / 2)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return turned @ np.array([[1, -slant], [0, 1]]) @ np.diag([stretch, 1 / stretch])
