"""Cutting a part into atoms where digits may touch: more cuts than needed, for a search to choose from.

A cut goes straight down where a column holds little ink (over-segmentation; Casey and Lecolinet, "A survey of methods
and strategies in character segmentation", IEEE Trans. PAMI 18, 1996).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from digitscope.digits.io.photo.parts import Part

Array = np.ndarray

NARROW = 0.6
"""A part narrower than this share of the usual height is one digit."""
MOST_CUTS = 9
MOST_INK = 3.0
"""Widths of the line: a column with more ink is no place for a cut."""
NEAREST = 0.18
"""Heights that must lie between two cuts, and between a cut and the part's end."""


def cut(part: Part, usual: float) -> list[Part]:
    """The part in pieces from left to right; itself alone where it has no place for a cut."""
    if part.width < NARROW * usual or part.dash(usual):
        return [part]
    ink = part.mask.sum(axis=0).astype(float)
    soft = np.convolve(np.pad(ink, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    least = max(2, round(NEAREST * usual))
    places: list[int] = []
    candidates = [
        x
        for x in range(least, part.width - least)
        if soft[x] == soft[max(0, x - least // 2) : x + least // 2 + 1].min() and soft[x] <= MOST_INK * part.thickness
    ]
    for x in sorted(candidates, key=lambda x: soft[x]):
        if all(abs(x - other) >= least for other in places):
            places.append(x)
        if len(places) == MOST_CUTS:
            break
    edges = [0, *sorted(places), part.width]
    found = []
    for start, stop in pairwise(edges):
        piece = part.mask[:, start:stop]
        rows = np.flatnonzero(piece.any(axis=1))
        columns = np.flatnonzero(piece.any(axis=0))
        if not len(rows):
            continue
        found.append(
            Part(
                piece[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1],
                part.left + start + int(columns[0]),
                part.top + int(rows[0]),
                part.thickness,
                part.strength,
                part.cluster,
            )
        )
    return found
