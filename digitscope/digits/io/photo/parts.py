"""Parts: what hangs together in a mask, with its box and the width of its line, without dirt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

BODY = 0.45
"""A part with this share of the usual height may be a digit by itself."""
SPECK = 0.12
"""Parts whose longer side has less than this share of the usual height are dirt."""
SLIVER = 0.07
"""The share of the picture's side that a strip along its edge is wide at most."""
FAINT = 0.55
"""Parts with less than this share of the usual ink are shadows, or shine through from the other side."""
MOST_PARTS = 400
"""More parts than this are a texture, and only the largest are looked at."""


@dataclass(frozen=True)
class Part:
    """Connected ink."""

    mask: Array
    """(h, w) bool, cut to its box."""
    left: int
    top: int
    thickness: float
    """Of its line, in pixels."""
    strength: float
    """How far its ink goes from paper to full ink, on average."""
    cluster: int
    """Parts so near to each other that only a thin gap divides them have the same number."""

    @property
    def right(self) -> int:
        """The first column behind it."""
        return self.left + self.mask.shape[1]

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.mask.shape[0]

    @property
    def width(self) -> int:
        return self.mask.shape[1]

    @property
    def height(self) -> int:
        return self.mask.shape[0]

    def dash(self, usual: float) -> bool:
        """Whether it lies like a dash beside digits of the `usual` height."""
        return self.height < 0.5 * self.width and self.height < 0.6 * usual


def parts(mask: Array, strength: Array) -> tuple[list[Part], float]:
    """The parts of a mask (h, w) bool that may belong to digits, and the digits' usual height in pixels."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return [], 0.0
    inside = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    ridge = mask & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)))
    left, top, width, height, area = stats[1:].T.astype(float)
    longer = np.maximum(width, height)
    labels_of_ridge, depth = labels[ridge], inside[ridge]
    total = np.bincount(labels_of_ridge, depth, count)[1:]
    number = np.bincount(labels_of_ridge, minlength=count)[1:]
    thickness = 2 * total / np.maximum(number, 1)
    thickest = 2 * np.maximum.reduceat(
        depth[np.argsort(labels_of_ridge, kind="stable")],
        np.searchsorted(np.sort(labels_of_ridge), np.arange(1, count)),
    )
    dark = np.bincount(labels.ravel(), strength.ravel(), count)[1:] / area
    rows, columns = mask.shape
    touching = (left <= 1) | (top <= 1) | (left + width >= columns - 1) | (top + height >= rows - 1)
    keep = np.ones(count - 1, bool)
    inner = ~touching
    # A dark corner or the table's edge is a broad patch, or runs along the picture's side.
    if inner.any() and longer[inner].max() > 0.06 * max(rows, columns):
        tall = inner & (longer > 0.3 * longer[inner].max())
        usual = float(np.median(thickness[tall]))
        longest = float(longer[inner].max())
        patch = touching & (
            (thickest > 4 * usual + 2)
            | (longer > 4 * longest)
            | ((width > 0.9 * columns) & (height < 0.3 * rows))
            | ((height > 0.9 * rows) & (width < 0.15 * columns) & (longest < 0.75 * rows))
        )
        # So does a strip that clings to the picture's edge, where there is something larger inside.
        strip = touching & (longer < longest) & (np.minimum(width, height) < SLIVER * min(rows, columns))
        at_side = ((left <= 1) | (left + width >= columns - 1)) & (width < SLIVER * columns)
        at_end = ((top <= 1) | (top + height >= rows - 1)) & (height < SLIVER * rows)
        keep &= ~(patch | (strip & (at_side | at_end)))
    if not keep.any():
        return [], 0.0
    tallest = float(longer[keep].max())
    bodies = keep & (height > 0.4 * tallest)
    usual = float(np.median(height[bodies])) if bodies.any() else tallest
    usual = max(usual, 0.5 * tallest)
    keep &= (longer >= max(SPECK * usual, 2)) & (area >= 0.002 * usual * usual)
    if (keep & (longer > 0.6 * usual)).any():
        keep &= dark > FAINT * float(np.median(dark[keep & (longer > 0.6 * usual)]))
    if not keep.any():
        return [], 0.0
    chosen = np.flatnonzero(keep)
    if len(chosen) > MOST_PARTS:
        chosen = chosen[np.argsort(-area[chosen])[:MOST_PARTS]]
    pen = float(np.median(thickness[chosen]))
    reach = int(np.clip(0.9 * pen, 1, 0.12 * usual + 1))
    near = cv2.dilate(np.isin(labels, chosen + 1).astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8))
    clusters = cv2.connectedComponents(near, connectivity=8)[1]
    found = []
    for index in chosen:
        x, y, w, h = (int(stats[index + 1, k]) for k in range(4))
        own = labels[y : y + h, x : x + w] == index + 1
        first = int(own[0].argmax())
        found.append(Part(own, x, y, float(thickness[index]), float(dark[index]), int(clusters[y, x + first])))
    return found, usual
