"""Prefixes of a drawing: the strokes as they were when the pen had gone a part of its way."""

from __future__ import annotations

import numpy as np

from digitscope.digits.strokes import Strokes

Array = np.ndarray


def moments(strokes: Strokes, n: int) -> list[Strokes]:
    """Return `n` prefixes of a drawing: after 1/n, 2/n, ... of the pen's way on the paper; the last is the drawing.

    A path is cut between its points where the share ends. A dot has no length: it belongs to every prefix that
    reaches it.
    """
    along = [np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))]) for path in strokes.paths]
    starts = np.cumsum([0.0, *(float(own[-1]) for own in along)])
    # The last one is not cut: rounding must not take its end away.
    cuts = [_first(strokes, along, starts, float(starts[-1]) * k / n) for k in range(1, n)]
    return [*cuts, strokes]


def _first(strokes: Strokes, along: list[Array], starts: Array, length: float) -> Strokes:
    """Return the prefix of `length` units.

    `along` holds each point's distance (k,) from the start of its path, `starts` the length of all paths before it.
    """
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
