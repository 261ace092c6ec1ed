"""Ink and paper: several ways to tell them apart, because no single one is right for every light and every pen.

Each way gives a mask. Which mask is believed is decided later, by what a reader can make of it. The differences are
taken in colour, so that yellow on light blue is as good as black on white, and against the paper around each pixel,
so that light may fall from one side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitscope.digits.io.photo.decode import Photo

Array = np.ndarray

LEAST_CONTRAST = 14.0
"""Steps of 255 that ink must differ from its paper."""
NOISES = 5.0
"""Ink must differ from the paper by this multiple of the paper's own noise."""
SMALL_SIDE, MOST_ENLARGED = 256, 8
"""A picture whose shorter side has fewer pixels is enlarged, so that thin lines do not break at their corners."""
PAPER_SIDE = 120
"""The paper is estimated on a picture so small."""
SURFACE_SIDE = 200
"""Surfaces are looked for on a picture so small."""
STEP = 9
"""The difference of neighbouring pixels, of 255, from which on it is the edge of a surface."""
LEAST_SURFACE = 0.15
"""The share of the picture that a surface covers at least."""
EVEN = 12
"""Steps of 255: a border that differs by less is all of one colour."""


@dataclass(frozen=True)
class Sheet:
    """A picture, or the piece of paper on it, ready to be told apart into ink and paper."""

    colours: Array
    """(h, w, 3) float32, 0 to 255."""
    scale: float
    """Pixels of the file's upright picture for each pixel here."""
    left: int = 0
    top: int = 0
    """Where it begins, in pixels of this size."""
    inside: Array | None = None
    """(h, w) bool: what belongs to it; None for everything."""
    borders: Array | None = None
    """(h, w) bool: where one surface meets another, which is no ink; None for nowhere."""


@dataclass(frozen=True)
class Binary:
    """One way to tell ink from paper."""

    name: str
    mask: Array
    """(h, w) bool."""
    contrast: float
    """Steps of 255 between the ink and its paper."""
    strength: Array
    """(h, w) float32: how far each pixel goes from paper towards ink, 1 being full ink."""


def sheets(photo: Photo) -> list[Sheet]:
    """The picture on each paper that may show through where it is transparent: one, or two."""
    cv2 = _cv2()
    pixels = photo.pixels
    height, width = pixels.shape[:2]
    enlarged = int(np.clip(-(-SMALL_SIDE // min(height, width)), 1, MOST_ENLARGED))
    enlarged = max(1, min(enlarged, 8 * SMALL_SIDE // max(height, width)))
    opaque = pixels[..., 3:].astype(np.float32) / 255
    colours = pixels[..., :3].astype(np.float32)
    papers: list[Array] = [np.zeros(3, np.float32)]
    if opaque.min() < 0.98:
        seen = colours[opaque[..., 0] > 0.5]
        middle = np.median(seen, axis=0) if len(seen) else np.zeros(3)
        # A drawing shows on white or on black; a cut-out picture of paper goes on with its own paper.
        papers = [np.full(3, 255.0 if middle.mean() < 128 else 0.0, np.float32)]
        if (opaque > 0.5).mean() > 0.5:
            papers.insert(0, middle.astype(np.float32))
    found = []
    for paper in papers:
        flat = colours * opaque + paper * (1 - opaque)
        if enlarged > 1:
            flat = cv2.resize(flat, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_CUBIC)
            flat = np.clip(flat, 0, 255)
        elif min(height, width) > 2 * SMALL_SIDE:
            flat = cv2.GaussianBlur(flat, (0, 0), 0.8)
        found.append(Sheet(flat, photo.scale / enlarged))
    return found


def surfaces(sheet: Sheet) -> list[Sheet]:
    """The sheet itself, then each even surface on it: paper on a table, a patch pasted on another white.

    A surface is where the picture, its thin strokes closed, changes only little by little.
    """
    cv2 = _cv2()
    height, width = sheet.colours.shape[:2]
    share = min(1.0, SURFACE_SIDE / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.resize(sheet.colours, size, interpolation=cv2.INTER_AREA)
    kernel = np.ones((3, 3), np.uint8)
    steps = cv2.morphologyEx(cv2.medianBlur(small.astype(np.uint8), 5), cv2.MORPH_GRADIENT, kernel).max(axis=2)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((steps < STEP).astype(np.uint8), connectivity=4)
    area = size[0] * size[1]
    large = [label for label in range(1, count) if stats[label, 4] > 0.04 * area]
    if len(large) < 2:
        return [sheet]
    borders = np.zeros(size[::-1], np.uint8)
    hulls = []
    colours_of = {label: np.median(small[labels == label], axis=0) for label in large}
    for label in large:
        own = (labels == label).astype(np.uint8)
        outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = max(outlines, key=len)
        hull = cv2.convexHull(outline)
        solid = cv2.contourArea(outline) / max(cv2.contourArea(hull), 1.0)
        if solid < 0.85:
            continue
        filled = np.zeros(size[::-1], np.uint8)
        cv2.fillConvexPoly(filled, hull, 1)
        if not LEAST_SURFACE < filled.mean() < 0.97:
            continue
        # A line so thick that it is a surface itself is still narrow.
        if cv2.distanceTransform(np.pad(own, 1), cv2.DIST_L2, 3).max() < 0.1 * max(size):
            continue
        # The inside of a 0 is as even as a sheet, but there is the same paper around it, and nothing in it.
        if any(np.abs(colours_of[other] - colours_of[label]).max() <= 2 * STEP for other in large if other != label):
            continue
        deep = cv2.erode(filled, np.ones((9, 9), np.uint8), borderValue=1) > 0
        if np.count_nonzero(deep & (steps >= STEP)) < 12:
            continue
        hulls.append(filled)
        wide = cv2.dilate(filled, np.ones((9, 9), np.uint8))
        borders |= wide & ~cv2.erode(filled, kernel, borderValue=1) & 1
    if not hulls:
        return [sheet]

    def full(one: Array) -> Array:
        return cv2.resize(one, (width, height), interpolation=cv2.INTER_NEAREST) > 0

    found = [Sheet(sheet.colours, sheet.scale, borders=full(borders))]
    for filled in hulls:
        inside = full(cv2.erode(filled, kernel, iterations=2, borderValue=1))
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if len(rows) < 16 or len(columns) < 8:
            continue
        cut = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        found.append(Sheet(sheet.colours[cut], sheet.scale, int(columns[0]), int(rows[0]), inside[cut]))
    return found


def binaries(sheet: Sheet, paper: str, usual: bool = True) -> list[Binary]:
    """Masks of the ink, the likelier ones first; an empty list when nothing stands out from the paper.

    `paper` says how the paper is estimated: "even" (one colour all over), "wide" or "narrow" (see `_paper`). The
    `usual` masks look for ink of the colour that differs most from the paper, the others for anything else.
    """
    cv2 = _cv2()
    colours = sheet.colours
    behind = _even(colours) if paper == "even" else _paper(sheet, 0.6 if paper == "wide" else 0.2)
    if behind is None:
        return []
    difference = colours - behind
    if sheet.inside is not None:
        difference *= sheet.inside[..., None]
    distance = np.sqrt((difference**2).sum(axis=2) / 3)
    floor = max(LEAST_CONTRAST, NOISES * _noise(distance))
    inked = distance > max(_otsu(distance), floor)
    if not inked.any():
        return []
    # What is written goes one way in colour from its paper; glare goes the other way.
    around = max(5, min(distance.shape) // 6)
    fine = difference - cv2.blur(difference, (around, around))
    inks = _inks(difference[inked], fine[inked])
    if usual:
        found = _masks(cv2, np.maximum(difference @ inks[0], 0), floor, paper) if inks else []
    else:
        found = [one for ink in inks[1:] for one in _masks(cv2, np.maximum(difference @ ink, 0), floor, paper)[:2]]
        found += _masks(cv2, distance, floor, paper)[:2]
    if sheet.borders is not None:
        found = [Binary(one.name, _off(one.mask, sheet.borders), one.contrast, one.strength) for one in found]
    return _different(found)


def _off(mask: Array, borders: Array) -> Array:
    """The mask without parts that lie for the most part where surfaces meet."""
    cv2 = _cv2()
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    total = np.bincount(labels.ravel(), minlength=count)
    there = np.bincount(labels[borders], minlength=count)
    keep = there < 0.5 * total
    keep[0] = False
    return keep[labels]


def _masks(cv2: Any, along: Array, floor: float, prefix: str) -> list[Binary]:
    """Thresholds on how far each pixel goes towards the ink."""
    threshold = _otsu(along)
    core = along > max(threshold, floor)
    if not core.any():
        return []
    full = float(np.percentile(along[core], 75))
    if full < floor:
        return []
    strength = np.minimum(along / full, 1.5)
    # Half of what the darkest ink near by has: a pencil in uneven light, a stroke that grows faint.
    reach = max(3, round(min(along.shape) / 12)) | 1
    near = cv2.blur(cv2.dilate(along, np.ones((reach, reach), np.uint8)), (reach, reach))
    local = along > np.maximum(0.5 * near, max(floor, 0.3 * full))
    # Faint pixels that hang together with dark ones.
    weak = along > max(floor, 0.3 * full)
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    kept = np.zeros(count, bool)
    kept[np.unique(labels[along > max(0.6 * full, floor)])] = True
    kept[0] = False
    return [
        Binary(prefix + " half", along > max(0.5 * full, floor), full, strength),
        Binary(prefix + " local", local, full, strength),
        Binary(prefix + " grown", kept[labels], full, strength),
        Binary(prefix + " otsu", core, full, strength),
    ]


def _even(colours: Array) -> Array | None:
    """One colour for all of the paper, (3,): the border's, where nearly all of the border agrees on it."""
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    paper = np.median(border, axis=0)
    same = np.abs(border - paper).max(axis=1) < EVEN
    if same.mean() < 0.55:
        return None
    return paper.astype(np.float32)


def _paper(sheet: Sheet, window_share: float) -> Array:
    """The paper's colour behind every pixel, (h, w, 3): what is left of the neighbourhood without its ink.

    The first guess is the median of a window with this share of the shorter side: a wide one outlasts a thick digit
    that fills its picture, a narrow one follows the edges of shadows.
    """
    cv2 = _cv2()
    colours = sheet.colours
    height, width = colours.shape[:2]
    share = min(1.0, PAPER_SIDE / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
    valid = np.ones(size[::-1], bool)
    if sheet.inside is not None:
        valid = cv2.resize(sheet.inside.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
        if valid.any():
            small = np.where(valid[..., None], small, np.median(small[valid], axis=0))
    window = max(3, int(min(size) * window_share)) | 1
    pad = window // 2 + 1
    wide = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REPLICATE).astype(np.uint8)
    guess = cv2.medianBlur(wide, min(window, 255))[pad:-pad, pad:-pad].astype(np.float32)
    away = np.sqrt(((small - guess) ** 2).sum(axis=2) / 3)
    ink = (away > max(_otsu(away), LEAST_CONTRAST / 2)) | ~valid
    ink = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    # Then the mean of what is no ink, by normalised convolution (Knutsson and Westin, 1993).
    clear = (~ink).astype(np.float32)
    sigma = max(1.0, min(size) * window_share / 9)
    weight = cv2.GaussianBlur(clear, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    total = cv2.GaussianBlur(small * clear[..., None], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    trust = np.clip(weight / 0.15, 0, 1)[..., None]
    paper = trust * total / np.maximum(weight, 1e-6)[..., None] + (1 - trust) * guess
    return cv2.resize(paper.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def _inks(difference: Array, fine: Array) -> list[Array]:
    """Unit vectors in colour from paper to ink, (3,) float32, the likelier one first.

    `difference` (n, 3) is how pixels differ from their paper, `fine` (n, 3) from what is close around them: strokes are
    fine, glare and shadows are not.
    """
    weights = np.linalg.norm(difference, axis=1)
    spread = (difference * weights[:, None]).T @ difference
    main = np.linalg.eigh(spread.astype(float))[1][:, -1].astype(np.float32)
    side = difference @ main
    finer = fine @ main
    first = np.sign((finer * np.abs(finer)).sum()) or 1.0
    found = []
    for sign in (first, -first):
        chosen = sign * side > 0
        if chosen.mean() < 0.1:
            continue
        mean = (difference[chosen] * weights[chosen, None]).sum(axis=0)
        length = float(np.linalg.norm(mean))
        if length > 0:
            # A difference of d in all three channels counts as d.
            found.append((mean / length / np.sqrt(3)).astype(np.float32))
    return found


def _noise(distance: Array) -> float:
    """How much paper differs from itself: the usual size of the smaller half of the differences."""
    return float(np.percentile(distance, 35))


def _otsu(values: Array) -> float:
    """The threshold that parts values into two classes with the least spread (Otsu, IEEE Trans. SMC 9, 1979)."""
    cv2 = _cv2()
    top = float(values.max())
    if top <= 0:
        return 0.0
    threshold, _ = cv2.threshold((values * (255 / top)).astype(np.uint8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(threshold) * top / 255


def _different(found: list[Binary]) -> list[Binary]:
    """Those that are not almost the same as one before."""
    kept: list[Binary] = []
    for one in found:
        area = one.mask.sum()
        if area and all(np.count_nonzero(one.mask ^ other.mask) > 0.04 * max(area, other.mask.sum()) for other in kept):
            kept.append(one)
    return kept


def _cv2() -> Any:
    # Only pictures need it: whoever draws does not wait for it, nor downloads it into a browser.
    import cv2

    return cv2
