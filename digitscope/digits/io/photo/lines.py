"""Lines of writing: which parts stand in one row, and which small ones belong to it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from digitscope.digits.io.photo.parts import BODY, Part

OVERLAP = 0.5
"""Neighbours in a line overlap from top to bottom by this share of the smaller one's height."""
FAR = 3.0
"""Heights: neighbours that are further apart belong to a line only if it goes on straight from one to the other."""
ATTACHED = 0.4
"""Heights: a small part may lie so far above or below the bodies of its line."""


def lines(found: list[Part], usual: float) -> list[list[Part]]:
    """The parts of each line from left to right, the lines from top to bottom; parts far from any line are left out."""
    groups: dict[int, list[Part]] = defaultdict(list)
    for part in found:
        groups[part.cluster].append(part)
    bodies = [g for g in groups.values() if _height(g) >= BODY * usual]
    small = [part for g in groups.values() if _height(g) < BODY * usual for part in g]
    if not bodies:
        return []
    parent = list(range(len(bodies)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    boxes = np.array([_box(g) for g in bodies])
    left, top, right, bottom = boxes.T
    pairs = []
    for i in range(len(bodies)):
        for j in range(len(bodies)):
            if i == j or left[i] + right[i] > left[j] + right[j]:
                continue
            shared = min(bottom[i], bottom[j]) - max(top[i], top[j])
            gap = left[j] - right[i]
            if shared >= OVERLAP * min(bottom[i] - top[i], bottom[j] - top[j]) and gap < FAR * usual:
                pairs.append((gap, i, j))
    # The nearest first, so that a line is followed from neighbour to neighbour.
    for _, i, j in sorted(pairs):
        parent[root(i)] = root(j)
    rows: dict[int, list[int]] = defaultdict(list)
    for i in range(len(bodies)):
        rows[root(i)].append(i)
    merged = _merged([sorted(row, key=lambda i: left[i]) for row in rows.values()], boxes, usual)
    result = [[part for i in row for part in bodies[i]] for row in merged]
    spans = [boxes[row] for row in merged]
    for part in small:
        away = [_distance(part, span) for span in spans]
        nearest = int(np.argmin(away))
        if away[nearest] <= ATTACHED * usual:
            result[nearest].append(part)
    order = np.argsort([float(np.mean(span[:, 1] + span[:, 3])) for span in spans], kind="stable")
    return [sorted(result[k], key=lambda part: part.left + part.right) for k in order]


def _merged(rows: list[list[int]], boxes: np.ndarray, usual: float) -> list[list[int]]:
    """Rows whose ends face each other across a wide gap are one line."""
    rows = sorted(rows, key=lambda row: boxes[row[0], 0])
    done: list[list[int]] = []
    for row in rows:
        for other in done:
            last, first = boxes[other[-1]], boxes[row[0]]
            level = abs((last[1] + last[3]) - (first[1] + first[3])) / 2
            if first[0] >= last[2] and level < 0.45 * usual:
                other.extend(row)
                break
        else:
            done.append(list(row))
    return done


def _distance(part: Part, span: np.ndarray) -> float:
    """How far a small part lies above or below the bodies next to it; far to the side counts as well."""
    aside = np.maximum(np.maximum(span[:, 0] - part.right, part.left - span[:, 2]), 0)
    near = span[aside.argmin()]
    above = max(float(near[1]) - part.bottom, part.top - float(near[3]), 0.0)
    return above + 0.2 * float(aside.min())


def _box(group: list[Part]) -> tuple[int, int, int, int]:
    return (
        min(part.left for part in group),
        min(part.top for part in group),
        max(part.right for part in group),
        max(part.bottom for part in group),
    )


def _height(group: list[Part]) -> int:
    return _box(group)[3] - _box(group)[1]
