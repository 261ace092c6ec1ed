"""Reading a picture: where the ways to find ink, the ways to cut it into digits, and the network meet.

Every way to tell ink from paper gives a mask; in each, lines of writing are found and cut into digits so that the
network is surest of all of them together: the search over an over-segmentation that strokes are cut by as well (LeCun
et al., "Gradient-based learning applied to document recognition", 1998, section VII). The way that explains the most
ink as digits with the least doubt is believed, and where the ways agree on a digit's place their answers are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge
from digitscope.digits.io.photo.advice import advice
from digitscope.digits.io.photo.binarise import Binary, Sheet, binaries, sheets, surfaces
from digitscope.digits.io.photo.decode import Photo, reduced
from digitscope.digits.io.photo.frame import as_mnist, frame
from digitscope.digits.io.photo.lines import lines
from digitscope.digits.io.photo.parts import parts
from digitscope.digits.io.photo.rules import without_rules
from digitscope.recognition.digit_search import WHOLE, Candidate, DigitSearch, likelihood
from digitscope.recognition.picture_reading import FoundDigit, Line, PictureReading

Array = np.ndarray
Predict = Callable[[Array], Array]
"""Pictures (n, 28, 28) uint8 -> a network's probabilities (n, 10) or (n, 11)."""

STAGES = ((True, "even"), (True, "wide"), (True, "narrow"), (False, "even"), (False, "wide"))
"""Ways to find ink, in the order in which they are tried; see `binaries`."""
FIRST_SIDE = 900
"""Pixels: a picture is first looked at in this size."""
LEAST_HEIGHT = 40
"""Pixels: where digits are lower than this, the picture is looked at in full."""
SURE = 0.9
"""A reading whose worst digit is so likely needs no doubtful rule taken out, nor more ways tried."""
SURE_TOGETHER = 0.85
"""So far must a reading of three digits or more be trusted, see `_Attempt.trust`, that no more ways are tried."""
TEXTURE, MOST_UNREAD = 0.1, 2
"""A best reading that is trusted less, and of which more parts cannot be read, is a texture."""
SAME_PLACE, SAME_DIGIT = 0.4, 0.75
"""Two boxes share so much (intersection over union) when two readings mean the same place, and the same ink."""


@dataclass
class _Attempt:
    """One mask's reading."""

    rows: list[list[Candidate]]
    sheet: Sheet
    trust: float
    """How far it can be trusted: the square of the mean likelihood of its digits."""
    worst: float
    """The likelihood of its most doubtful digit."""
    digits: list[int]
    height: float
    """Of a usual digit, in the sheet's pixels."""
    name: str

    @cached_property
    def boxes(self) -> list[Array]:
        """All digits' boxes."""
        return [self.box(piece) for row in self.rows for piece in row]

    @property
    def sure(self) -> bool:
        """Whether there is little doubt: about any digit, or about many of them together."""
        return self.worst > SURE or (len(self.digits) > 2 and self.trust > SURE_TOGETHER)

    def box(self, piece: Candidate) -> Array:
        """A piece's box in the file's upright picture: (4,) left, top, right, bottom."""
        return (np.array(piece.box) + np.array([self.sheet.left, self.sheet.top] * 2)) * self.sheet.scale


def read_picture(photo: Photo, predict: Predict, refuse_above: float) -> PictureReading:
    """Read all digits in a picture, in lines and groups, with their boxes; or say what to do better."""
    framed = as_mnist(photo)
    if framed is not None:
        verdict = judge(averaged_outputs(predict, framed[None]), refuse_above)
        box = (0.0, 0.0, float(photo.size[0]), float(photo.size[1]))
        return PictureReading([Line([[FoundDigit.judged(box, framed, verdict)]])])
    near = reduced(photo, FIRST_SIDE)
    attempts = _attempts(near, predict, LEAST_HEIGHT if near is not photo else 0)
    if near is not photo and (not attempts or _best(attempts).height < LEAST_HEIGHT):
        attempts = _attempts(photo, predict) or attempts
    if not attempts:
        return PictureReading([], advice(near))
    best = _best(attempts)
    if best.trust < TEXTURE and len(best.digits) > MOST_UNREAD:
        return PictureReading([], advice(near))
    return PictureReading(_decided(best, attempts, predict, refuse_above))


def _attempts(photo: Photo, predict: Predict, least_height: float = 0) -> list[_Attempt]:
    """Readings of the ways to find ink, until those of one kind are sure and agree.

    Writing lower than `least_height` pixels is not gone into: it deserves a closer look.
    """
    attempts: list[_Attempt] = []
    for whole in sheets(photo):
        found = surfaces(whole)
        for usual, paper in STAGES:
            stage = []
            for sheet in found:
                for binary in binaries(sheet, paper, usual):
                    attempt = _best_of_rules(sheet, binary, predict)
                    if attempt is not None:
                        stage.append(attempt)
            attempts += stage
            if (stage and _best(stage).height < least_height) or _agreed(stage, len(found) > 1):
                return attempts
    return attempts


def _agreed(stage: Sequence[_Attempt], surfaces: bool) -> bool:
    """Whether ways of one kind are enough: sure, and nearly all of the same opinion."""
    if not stage:
        return False
    best = _best(stage)
    if not best.sure:
        return False
    same = sum(_agreement(attempt, best) * attempt.trust for attempt in stage)
    return same >= (0.5 if surfaces else 0.85) * sum(attempt.trust for attempt in stage)


def _best(attempts: Sequence[_Attempt]) -> _Attempt:
    """The reading that the others bear out most, each as far as it can be trusted.

    Minimum Bayes risk decoding (Goel and Byrne, Computer Speech and Language 14, 2000): a mask full of dirt may be
    read with confidence, but no other mask reads the same in it.
    """

    def borne_out(one: _Attempt) -> float:
        return one.trust * sum(other.trust * _agreement(one, other) for other in attempts)

    return max(attempts, key=borne_out)


def _agreement(one: _Attempt, other: _Attempt) -> float:
    """The share of digits that two readings have in common: the same digit at the same place."""
    if one is other:
        return 1.0
    left = list(zip(other.digits, other.boxes, strict=True))
    same = 0
    for digit, box in zip(one.digits, one.boxes, strict=True):
        for k, (its, place) in enumerate(left):
            if its == digit and _same_box(box, place, SAME_PLACE):
                same += 1
                del left[k]
                break
    return same / max(len(one.digits), len(other.digits))


def _best_of_rules(sheet: Sheet, binary: Binary, predict: Predict) -> _Attempt | None:
    """The reading of a mask without its rules; where they may be strokes, the better one of with and without."""
    bare, certain = without_rules(binary.mask)
    without = _attempt(sheet, bare, binary, predict)
    if certain:
        return without
    having = _attempt(sheet, binary.mask, binary, predict)
    if having is None or without is None:
        return having or without
    if len(having.digits) > len(without.digits) and without.worst > SURE:
        return without
    return having if having.worst > SURE or having.worst >= without.worst else without


def _attempt(sheet: Sheet, mask: Array, binary: Binary, predict: Predict) -> _Attempt | None:
    found, usual = parts(mask, binary.strength)
    rows = lines(found, usual)
    if not rows:
        return None
    # Parts that are surely one digit each need not be cut.
    wholes = [part for row in rows for part in row]
    outputs = predict(np.array([frame(part.mask) for part in wholes]))
    sure = iter(likelihood(outputs) > WHOLE)
    searches = [DigitSearch(row, usual, [bool(next(sure)) for _ in row]) for row in rows]
    pictures = [picture for search in searches for picture in search.pictures]
    if not pictures:
        return None
    outputs = predict(np.array(pictures))
    lost, done, start = 0.0, [], 0
    for search in searches:
        stop = start + len(search.pictures)
        dropped, pieces = search.best(outputs[start:stop])
        start = stop
        lost += dropped
        if pieces:
            done.append(pieces)
    if not done:
        return None
    said = judge(np.array([piece.output for row in done for piece in row]))
    # Each part that had to be left out counts as a digit that cannot be read.
    trust = float(said.likelihood.sum() / (len(said.likelihood) + lost)) ** 2
    worst = float(said.likelihood.min())
    return _Attempt(done, sheet, trust, worst, said.predicted.tolist(), _row_height(done), binary.name)


def _row_height(rows: Sequence[Sequence[Candidate]]) -> float:
    """The usual height of a digit, in the sheet's pixels."""
    return float(np.median([piece.box[3] - piece.box[1] for row in rows for piece in row]))


def _decided(best: _Attempt, attempts: list[_Attempt], predict: Predict, refuse_above: float) -> list[Line]:
    """The lines of the best reading; where others found the same digit, their answers count as well."""
    pieces = [piece for row in best.rows for piece in row]
    seen = [[piece] for piece in pieces]
    for other in attempts:
        if other is best:
            continue
        boxes = [(piece, other.box(piece)) for row in other.rows for piece in row]
        for own, piece in zip(seen, pieces, strict=True):
            for candidate, box in boxes:
                if _same_box(best.box(piece), box, SAME_DIGIT):
                    own.append(candidate)
                    break
    flat = [piece.picture for own in seen for piece in own]
    outputs = averaged_outputs(predict, np.array(flat))
    found, start = [], 0
    for own in seen:
        mean = outputs[start : start + len(own)].mean(axis=0)
        start += len(own)
        left, top, right, bottom = (float(v) for v in best.box(own[0]))
        verdict = judge(mean[None], refuse_above)
        found.append(FoundDigit.judged((left, top, right, bottom), own[0].picture, verdict))
    result, start = [], 0
    for row in best.rows:
        result.append(Line(_grouped(found[start : start + len(row)])))
        start += len(row)
    return result


def _same_box(one: Array, other: Array, least: float) -> bool:
    shared = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    if (shared <= 0).any():
        return False
    inner = float(shared.prod())
    return inner / (float((one[2:] - one[:2]).prod()) + float((other[2:] - other[:2]).prod()) - inner) > least


def _grouped(row: list[FoundDigit]) -> list[list[FoundDigit]]:
    """A gap as wide as a digit is high, and wider than usual, divides groups."""
    height = float(np.median([d.box[3] - d.box[1] for d in row]))
    gaps = [b.box[0] - a.box[2] for a, b in pairwise(row)]
    usual = float(np.median(gaps)) if gaps else 0.0
    groups = [[row[0]]]
    for gap, digit in zip(gaps, row[1:], strict=True):
        if gap > max(0.8 * height, usual + 0.5 * height):
            groups.append([])
        groups[-1].append(digit)
    return groups
