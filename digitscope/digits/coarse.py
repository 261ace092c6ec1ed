"""Drawings stored at few units: smooth pen strokes that round to the points that were kept.

A cheap tablet, an old file or a coarse mouse keeps a digit as positions on a grid that is only six to sixteen units
high. Inked as it stands it has stairs where the pen drew a slope. Every stored position says that the pen was within
half a unit of it; among all strokes for which that is true one that bends little is taken (a smoothing spline with a
bounded residual, as in Reinsch, "Smoothing by spline functions", 1967).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray

MOST_UNITS = 16
"""A drawing whose longer side has more units is fine enough to be inked as it stands."""
FEWEST_STEPS = 6
"""With fewer pieces of line in the whole drawing nothing tells a coarse grid from a figure with few corners."""
LONGEST_STEP = 2.9
"""Units: a pen is sampled at short steps; a median above this belongs to a figure with chosen corners."""
ROUNDS = 60
"""Steps of the projected gradient descent; more of them smooth real corners away."""
PIECES = 4
"""Points of the spline for each step between two stored positions."""


def grid_unit(paths: Sequence[Array]) -> float | None:
    """The unit of the grid that paths (k, 2) lie on, if it is a coarse one; None for all ordinary drawings."""
    points = np.concatenate(paths)
    extent = float(np.ptp(points, axis=0).max())
    steps = np.abs(np.concatenate([np.diff(path, axis=0) for path in paths]))
    moved = steps[steps > 0]
    if not len(moved):
        return None
    unit = float(moved.min())
    if extent > MOST_UNITS * unit:
        return None
    places = (points - points[0]) / unit
    lengths = np.hypot(*steps.T) / unit
    lengths = lengths[lengths > 0]
    is_grid = bool(np.abs(places - np.round(places)).max() < 1e-3)
    if is_grid and len(lengths) >= FEWEST_STEPS and float(np.median(lengths)) <= LONGEST_STEP:
        return unit
    return None


def smoothed(paths: tuple[Array, ...]) -> tuple[Array, ...]:
    """The paths of a coarse drawing as the pen may have drawn them; those of any other drawing as they are."""
    unit = grid_unit(paths)
    if unit is None:
        return paths
    return tuple(catmull_rom(_least_bent(path, unit / 2), PIECES) for path in paths)


def _least_bent(path: Array, room: float) -> Array:
    """Move points (k, 2) by at most `room` in x and y so that the squared second differences become small."""
    kept = path[np.concatenate([[True], (np.diff(path, axis=0) != 0).any(axis=1)])]
    if len(kept) < 3:
        return kept
    points = kept.copy()
    for _ in range(ROUNDS):
        bend = points[:-2] - 2 * points[1:-1] + points[2:]
        slope = np.zeros_like(points)
        slope[:-2] += bend
        slope[1:-1] -= 2 * bend
        slope[2:] += bend
        # 1/16: the inverse of the largest eigenvalue, so that no step goes too far.
        points = np.clip(points - slope / 16, kept - room, kept + room)
    return points


def catmull_rom(points: Array, pieces: int = 8) -> Array:
    """A smooth path (m, 2) through points (k, 2) (Catmull and Rom, "A class of local interpolating splines", 1974)."""
    if len(points) < 2:
        return points
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    before, start, end, behind = (padded[i : i + len(points) - 1, None] for i in range(4))
    path = start + t * (
        (end - before) / 2
        + t * (before - 2.5 * start + 2 * end - behind / 2 + t * (1.5 * (start - end) + (behind - before) / 2))
    )
    return np.concatenate([path.reshape(-1, 2), points[-1:]])
