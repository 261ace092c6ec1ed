"""A drawing while it grew: what was there after each part of the pen's way."""

from __future__ import annotations

import numpy as np

from digitscope.digits.strokes import Strokes

Array = np.ndarray


def moments(strokes: Strokes, n: int) -> list[Strokes]:
    """The drawing after 1/n, 2/n, ... of the whole way that the pen was down; the last one is all of it.

    A path is cut between its points where the share ends. A dot has no length: it is there as soon as the pen has
    come to it.
    """
    along = [np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))]) for path in strokes.paths]
    starts = np.cumsum([0.0, *(float(own[-1]) for own in along)])
    # The last one is not cut: no rounding may take its end away.
    cuts = [_first(strokes, along, starts, float(starts[-1]) * k / n) for k in range(1, n)]
    return [*cuts, strokes]


def _first(strokes: Strokes, along: list[Array], starts: Array, length: float) -> Strokes:
    """So much of the way; `along` is how far each point lies along its path, `starts` where each path begins."""
    paths: list[Array] = []
    for path, own, start in zip(strokes.paths, along, starts, strict=False):
        left = length - float(start)
        if left >= own[-1]:
            paths.append(path)
            continue
        if left > 0:
            end = [np.interp(left, own, path[:, 0]), np.interp(left, own, path[:, 1])]
            paths.append(np.concatenate([path[own < left], [end]]))
        break
    return Strokes(tuple(paths), strokes.size)
