"""Ruled lines, squared paper and printed boxes: taken out only where they continue beyond the digit.

A stroke may be straight and as long as the digit is high, so neither makes a line a rule. A rule runs through far more
of the picture than what is written on it, or comes with others beside it, or closes a box around it. Where a stroke
crosses a rule its pixels stay (run lengths across the line; Govindan and Shivaprasad, "Character recognition - a
review", 1990, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

SEARCH_SIDE = 160
"""Rules are looked for on a mask so small, in which a thin line that is not quite straight stays in one row."""
COVERED = 0.72
"""The share of the width that a rule covers at least."""
MOST_TILT, TILTS = 9.0, 31
"""Degrees to either side, and in how many steps."""
MOST_LINES = 40
THIN = 0.05
"""A rule is at most so thick, as a share of the picture's side across it, plus two pixels."""
MARGIN = 0.06
"""Rules go on so far to both sides of what is written, as a share of the picture's side."""
END = 0.02
"""A rule ends at the paper's end, as a share of the picture's side."""
BEYOND, FAR_BEYOND = 1.9, 3.5
"""So many times as long as anything written are lines that are certainly rules: several from end to end, or any."""


@dataclass(frozen=True)
class Rule:
    """A straight line through a picture."""

    pixels: tuple[Array, Array]
    """Rows and columns of the pixels that belong to it alone."""
    upright: bool
    start: float
    stop: float
    """Where it begins and ends, along itself."""
    place: float
    """Where it is across its middle."""
    thickness: float


def without_rules(mask: Array) -> tuple[Array, bool]:
    """The mask (h, w) bool without its rules, and whether they are certainly rules and no strokes.

    A mask without any comes back as it is, and the answer is True.
    """
    mask = _without_boxes(mask)
    rules = [*_lines(mask, upright=False), *_lines(mask, upright=True)]
    if not rules:
        return mask, True
    bare = _taken_out(mask, rules)
    return bare, _certain(mask, bare, rules)


def _certain(mask: Array, bare: Array, rules: list[Rule]) -> bool:
    """Whether the rules go on beyond what is written: far longer than any part of it, or several on both its sides."""
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(bare.astype(np.uint8), connectivity=8)
    stats = stats[1:]
    if not len(stats):
        return False
    longer = stats[:, 2:4].max(axis=1)
    stats = stats[longer >= 0.3 * longer.max()]
    longest = float(stats[:, 2:4].max())
    beyond = []
    for upright in (False, True):
        own = [rule for rule in rules if rule.upright == upright]
        if not own:
            continue
        side = mask.shape[0] if upright else mask.shape[1]
        first = float(stats[:, 1 if upright else 0].min())
        last = float((stats[:, 1] + stats[:, 3] if upright else stats[:, 0] + stats[:, 2]).max())
        start, stop = max(rule.start for rule in own), min(rule.stop for rule in own)
        length = stop - start
        ends = start <= END * side + 1 and stop >= (1 - END) * side - 1
        around = ends and start < first - MARGIN * side and stop > last + MARGIN * side
        far = length > FAR_BEYOND * longest or (ends and len(own) > 1 and length > BEYOND * longest)
        beyond.append((far, around, len(own)))
    if all(far for far, _, _ in beyond):
        return True
    return all(around for _, around, _ in beyond) and sum(number for _, _, number in beyond) >= 2


def _taken_out(mask: Array, rules: list[Rule]) -> Array:
    bare = mask.copy()
    for rule in rules:
        bare[rule.pixels] = False
    return bare


def _without_boxes(mask: Array) -> Array:
    """The mask without printed boxes and tables that have something inside."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found = False
    order = np.argsort(-(stats[1:, 2].astype(int) * stats[1:, 3]))[:6] + 1
    for label in order.tolist():
        left, top, width, height, _area = (int(v) for v in stats[label])
        if min(width, height) < max(24, 0.12 * min(mask.shape)):
            continue
        own = labels[top : top + height, left : left + width] == label
        level, upright = _lines(own, upright=False), _lines(own, upright=True)
        if len(level) < 2 or len(upright) < 2:
            continue
        reach_y, reach_x = 0.12 * height + 2, 0.12 * width + 2
        sides = (
            any(rule.place < reach_y for rule in level)
            and any(rule.place > height - reach_y for rule in level)
            and any(rule.place < reach_x for rule in upright)
            and any(rule.place > width - reach_x for rule in upright)
        )
        if not sides:
            continue
        bare = _taken_out(own, [*level, *upright])
        margin_y, margin_x = int(reach_y), int(reach_x)
        inner = mask[top + margin_y : top + height - margin_y, left + margin_x : left + width - margin_x]
        inner_bare = inner & ~(own & ~bare)[margin_y : height - margin_y, margin_x : width - margin_x]
        if inner_bare.sum() < 0.1 * min(width, height):
            continue
        if not found:
            mask = mask.copy()
            found = True
        view = mask[top : top + height, left : left + width]
        view[own & ~bare] = False
        # What is left of the frame itself: its corners and rough edges.
        band = np.ones((height, width), bool)
        band[margin_y // 2 : height - margin_y // 2, margin_x // 2 : width - margin_x // 2] = False
        rest, pieces = cv2.connectedComponents((own & bare).astype(np.uint8), connectivity=8)
        for piece in range(1, rest):
            chosen = pieces == piece
            if band[chosen].mean() > 0.5:
                view[chosen] = False
    return mask


def _lines(mask: Array, upright: bool) -> list[Rule]:
    """Straight thin lines across the mask, level ones or `upright` ones."""
    one = mask.T if upright else mask
    height, width = one.shape
    block = max(1, -(-width // SEARCH_SIDE))
    rows, columns = -(-height // block), -(-width // block)
    if columns < 12 or not one.any():
        return []
    padded = np.zeros((rows * block, columns * block), bool)
    padded[:height, :width] = one
    small = np.logical_or.reduce(padded.reshape(rows, block, columns, block), axis=(1, 3))
    if small.sum(axis=1).max() < 0.25 * columns:
        # Not even a tilted line puts less than this into some row, unless it is tilted too far.
        return []
    around = np.pad(small, ((1, 1), (0, 0)))
    wide = around[:-2] | around[1:-1] | around[2:]
    across = np.arange(columns) - (columns - 1) / 2
    slopes = np.tan(np.radians(np.linspace(-MOST_TILT, MOST_TILT, TILTS)))
    margin = int(np.ceil(abs(slopes).max() * columns / 2)) + 1
    tall = np.pad(wide, ((margin, margin), (0, 0)))
    places = np.arange(rows)[:, None] + margin
    found: list[Rule] = []
    tried = np.zeros(rows, bool)
    coverage = np.stack(
        [tall[places + np.round(slope * across).astype(int), np.arange(columns)].mean(axis=1) for slope in slopes]
    )
    # Of neighbouring rows and slopes that see the same line, the best one is followed.
    while len(found) < MOST_LINES:
        best = np.where(tried, 0.0, coverage.max(axis=0))
        row = int(best.argmax())
        if best[row] < COVERED:
            break
        near = np.flatnonzero(coverage[:, row] >= coverage[:, row].max() - 1e-9)
        slope = slopes[near[len(near) // 2]]
        tried[max(0, row - 2) : row + 3] = True
        rule = _followed(one, (row + 0.5) * block, slope, 2.0 * block + 2, upright)
        if rule is not None:
            found.append(rule)
            reach = int(rule.thickness / block) + 3
            tried[max(0, row - reach) : row + reach + 1] = True
    return found


def _followed(one: Array, middle: float, slope: float, reach: float, upright: bool) -> Rule | None:
    """The line near row `middle` in mid-width: its thickness, its ends, its pixels that no stroke shares."""
    height, width = one.shape
    x = np.arange(width)
    line = middle + slope * (x - (width - 1) / 2)
    most = int(THIN * height + 2)
    half = int(reach) + most + 2
    offsets = np.arange(-half, half + 1)[:, None]
    for _ in range(2):
        base = np.round(line).astype(int)
        near = base + offsets
        band = one[np.clip(near, 0, height - 1), x] & (near >= 0) & (near < height)
        searched = np.abs(offsets) <= int(reach)
        any_hit = (band & searched).any(axis=0)
        if any_hit.mean() < COVERED * 0.9:
            return None
        # In each column the run of ink that is nearest to the line; a run that leaves the band is no thin one.
        nearest = np.where(band & searched, np.abs(offsets), 10**6).argmin(axis=0)
        changes = np.diff(np.pad(band, ((1, 1), (0, 0))).astype(np.int8), axis=0)
        index = np.arange(len(band))[:, None]
        starts = np.where((changes[:-1] == 1) & (index <= nearest), index, -1).max(axis=0)
        ends = np.where((changes[1:] == -1) & (index >= nearest), index, len(band)).min(axis=0) + 1
        runs = ends - starts
        thickness = float(np.median(runs[any_hit]))
        thin = any_hit & (runs <= 1.5 * thickness + 1)
        if thickness > most or thin.mean() < 0.5:
            return None
        centres = base - half + (starts + ends - 1) / 2
        # A sheet may be bent a little: a parabola follows it.
        fit = np.polynomial.Polynomial.fit(x[thin], centres[thin], 2)
        thin &= np.abs(centres - fit(x)) <= max(1.5, thickness)
        line, reach = fit(x), max(2.0, thickness)
        if thin.mean() < 0.5:
            return None
    columns = np.flatnonzero(thin)
    own = runs[columns]
    column_of = np.repeat(columns, own)
    row_of = (
        np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own) + np.repeat((base - half + starts)[columns], own)
    )
    pixels = (column_of, row_of) if upright else (row_of, column_of)
    return Rule(pixels, upright, float(columns[0]), float(columns[-1] + 1), float(np.median(line)), thickness)
