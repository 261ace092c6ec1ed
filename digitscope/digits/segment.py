"""Several digits in one drawing: which strokes belong together.

Every run of neighbouring strokes may be a digit; the reader says how well each would do as one, and dynamic
programming finds the cut with the best sum (over-segmentation and graph search, as in LeCun et al., "Gradient-based
learning applied to document recognition", 1998, section VII). Where one pen stroke writes two digits, nothing is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digitscope.digits.preprocess import Prepared, prepare
from digitscope.digits.strokes import Strokes

Array = np.ndarray

MOST_STROKES = 32
"""A drawing with more strokes is taken as a whole: no written number has as many."""
MOST_IN_DIGIT = 4
WHOLE = np.log(0.8)
"""A drawing that is one digit with this score is not cut: a 4, 5 or 7 of two strokes stays whole."""
PRICE = 0.7
"""What each further digit costs: without it two halves of an unclear digit would win too easily."""
OVERLAP = 6.0
"""What it costs when two digits lie above each other over the narrower one's whole width."""
SMALL = 3.0
"""What it costs when a digit has no height at all beside the highest one; from half of it on, nothing."""

Scores = Callable[[Array], Array]
"""Pictures (n, 28, 28) -> (n,) logarithms of how likely each is exactly one digit."""


@dataclass(frozen=True)
class Piece:
    """One digit of a drawing."""

    strokes: Strokes
    prepared: Prepared
    numbers: tuple[int, ...] = ()
    """Where its strokes stand among the whole drawing's, from 0; empty where the drawing was not cut."""


def split(strokes: Strokes, scores: Scores) -> list[Piece]:
    """The drawing's digits from left to right; one piece when it is one digit, or cannot be cut."""
    whole = Piece(strokes, prepare(strokes))
    if not 2 <= len(strokes.paths) <= MOST_STROKES or whole.prepared.picture is None:
        return [whole]
    if float(scores(whole.prepared.picture[None])[0]) > WHOLE:
        return [whole]
    lows = np.array([path.min(axis=0) for path in strokes.paths])
    highs = np.array([path.max(axis=0) for path in strokes.paths])
    by_place = np.argsort((lows[:, 0] + highs[:, 0]) / 2, kind="stable")
    by_time = np.arange(len(lows))
    # A bar that reaches over its neighbour comes at the right time; a stroke added in the end is at the right place.
    found = [_best_cut(strokes, [int(i) for i in order], scores, lows, highs) for order in (by_place, by_time)]
    _, pieces = max(found, key=lambda cut: cut[0])
    return sorted(pieces, key=_middle) if pieces else [whole]


def _best_cut(
    strokes: Strokes, order: Sequence[int], scores: Scores, lows: Array, highs: Array
) -> tuple[float, list[Piece]]:
    """The best way to cut strokes, taken in this order, into runs; its score, and the pieces."""
    n = len(order)
    extent = float((highs.max(axis=0) - lows.min(axis=0)).max())
    spans = [(i, j) for i in range(n) for j in range(i + 1, min(i + MOST_IN_DIGIT, n) + 1)]
    pieces = []
    for i, j in spans:
        part = Strokes(tuple(strokes.paths[k] for k in order[i:j]), extent)
        pieces.append(Piece(part, prepare(part), tuple(order[i:j])))
    readable = [k for k, piece in enumerate(pieces) if piece.prepared.picture is not None]
    if not readable:
        return -np.inf, []
    score = np.full(len(spans), -np.inf)
    score[readable] = scores(np.array([pieces[k].prepared.picture for k in readable]))
    boxes = [(lows[order[i:j]].min(axis=0), highs[order[i:j]].max(axis=0)) for i, j in spans]
    tallest = max(float((high - low)[1]) for low, high in boxes) or 1.0
    for k, (low, high) in enumerate(boxes):
        score[k] -= PRICE + SMALL * max(0.0, 1 - 2 * float((high - low)[1]) / tallest)
    # best[k]: the best score of a cut whose last piece is span k, and the span before it.
    best = np.full(len(spans), -np.inf)
    before = [-1] * len(spans)
    for k, (i, _) in enumerate(spans):
        if i == 0:
            best[k] = score[k]
            continue
        for other in range(k):
            if spans[other][1] == i:
                together = best[other] + score[k] - OVERLAP * _overlap(boxes[other], boxes[k])
                if together > best[k]:
                    best[k], before[k] = together, other
    ends = [k for k, (_, j) in enumerate(spans) if j == n]
    last = max(ends, key=lambda k: best[k])
    if not np.isfinite(best[last]):
        return -np.inf, []
    chosen = []
    k = last
    while k >= 0:
        chosen.append(pieces[k])
        k = before[k]
    return float(best[last]), chosen[::-1]


def _overlap(first: tuple[Array, Array], second: tuple[Array, Array]) -> float:
    """How much two boxes share from left to right, 0 to 1 of the narrower one's width."""
    shared = min(first[1][0], second[1][0]) - max(first[0][0], second[0][0])
    narrower = min(first[1][0] - first[0][0], second[1][0] - second[0][0])
    return float(np.clip(shared / narrower, 0, 1)) if narrower > 0 else float(shared >= 0)


def _middle(piece: Piece) -> float:
    points = np.concatenate(piece.strokes.paths)
    return float(points[:, 0].min() + points[:, 0].max())
