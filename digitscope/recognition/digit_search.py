"""Which parts of a line are one digit: a search for the cut that the network is surest of.

Parts are cut into more atoms than there are digits; every short run of neighbouring atoms may be a digit, and dynamic
programming finds the runs with the best sum of log likelihoods. It is the search that strokes are cut by as well (LeCun
et al., "Gradient-based learning applied to document recognition", 1998, section VII). Dots, dashes, plus and equals
signs are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnn.verdict import judge
from digitscope.digits.io.photo.cut import cut
from digitscope.digits.io.photo.frame import frame
from digitscope.digits.io.photo.parts import Part

Array = np.ndarray

MOST_IN_DIGIT = 5
"""Atoms that one digit may be made of."""
PRICE = 0.7
"""What each further digit costs, in logarithms of likelihood: two halves of a digit must not win too easily."""
CUT = 0.5
"""What a cut through ink costs."""
OVERLAP = 6.0
"""What it costs when two digits lie above each other over the narrower one's whole width."""
SMALL = 4.0
"""What a digit without any height beside its neighbours would cost; from SMALLEST of their height on, nothing."""
SMALLEST = 0.5
WIDE, USUAL_WIDTH = 4.0, 1.1
"""What a digit costs for each height that it is wider than USUAL_WIDTH heights: two that touch look like a wide one."""
DROPPED, DASH = 5.0, 1.0
"""What it costs to leave out a part as high as a digit, and a dash."""
LEAST = 1e-6
"""The smallest likelihood whose logarithm is taken."""
WHOLE = 0.97
"""A part that is one digit with this likelihood is not cut."""
APART = 0.25
"""Heights: parts of one digit are no further from each other."""
WIDEST = 1.6
"""Heights: nothing wider is put together as one digit."""


@dataclass
class Candidate:
    """Parts taken as one digit, in a mask's pixels."""

    members: list[Part]
    box: tuple[int, int, int, int]
    picture: Array
    output: Array


class DigitSearch:
    """A line's parts, cut into atoms, and every run of atoms that may be one digit."""

    def __init__(self, row: Sequence[Part], usual: float, sure: Sequence[bool]) -> None:
        self.atoms: list[Part] = []
        self.whole: list[int] = []
        for number, part in enumerate(row):
            pieces = [part] if sure[number] and part.width < 1.1 * usual else cut(part, usual)
            self.atoms += pieces
            self.whole += [number] * len(pieces)
        tops = [part.height for part in row if part.height >= 0.25 * usual and not part.dash(usual)]
        self.height = float(np.median(tops)) if tops else usual
        self.spans: list[tuple[int, int]] = []
        self.pictures: list[Array] = []
        self.boxes: list[tuple[int, int, int, int]] = []
        n = len(self.atoms)
        for i in range(n):
            for j in range(i + 1, min(i + MOST_IN_DIGIT, n) + 1):
                members = self.atoms[i:j]
                box = _box(members)
                if j - i not in (1, n) and (box[2] - box[0] > WIDEST * self.height or not self._near(i, j)):
                    continue
                if not self._may_be_digit(members, box):
                    continue
                self.spans.append((i, j))
                self.boxes.append(box)
                self.pictures.append(frame(_joined(members, box)))

    def _near(self, i: int, j: int) -> bool:
        """Whether no wide gap divides these atoms."""
        right = self.atoms[i].right
        for atom in self.atoms[i + 1 : j]:
            if atom.left - right > APART * self.height:
                return False
            right = max(right, atom.right)
        return True

    def _may_be_digit(self, members: list[Part], box: tuple[int, int, int, int]) -> bool:
        width, height = box[2] - box[0], box[3] - box[1]
        if height < 0.25 * self.height:
            return False
        # Dashes, above each other or alone: a minus, an equals sign.
        if height < 0.6 * self.height and all(part.dash(self.height) for part in members):
            return False
        if height < 0.5 * width:
            return False
        return not (len(members) == 1 and _is_plus(members[0]))

    def best(self, outputs: Array) -> tuple[float, list[Candidate]]:
        """How many digits' worth of ink is left out in the best reading, and its digits from left to right.

        `outputs` (n, K) are what the network says to `pictures`.
        """
        n = len(self.atoms)
        scores = np.log(likelihood(outputs)) if len(outputs) else np.zeros(0)
        at: dict[int, list[int]] = {}
        for k, (i, j) in enumerate(self.spans):
            height = self.boxes[k][3] - self.boxes[k][1]
            scores[k] -= PRICE + SMALL * max(0.0, 1 - height / self.height / SMALLEST)
            scores[k] -= WIDE * max(0.0, (self.boxes[k][2] - self.boxes[k][0]) / self.height - USUAL_WIDTH)
            # A cut through ink at the run's end.
            if j < n and self.whole[j - 1] == self.whole[j]:
                scores[k] -= CUT
            at.setdefault(i, []).append(k)
        # States: how many atoms are done, and the last digit's span (-1 for none).
        best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, -1): (0.0, None)}
        for i in range(n):
            states = [(state, value[0]) for state, value in best.items() if state[0] == i]
            for (_, last), value in states:
                state = (i, last)
                dropped = value - self._drop(i)
                self._offer(best, (i + 1, last), dropped, state)
                for k in at.get(i, []):
                    cost = OVERLAP * _overlap(self.boxes[last], self.boxes[k]) if last >= 0 else 0.0
                    self._offer(best, (self.spans[k][1], k), value + scores[k] - cost, state)
        ends = [(value[0], state) for state, value in best.items() if state[0] == n]
        state = max(ends)[1]
        chosen: list[int] = []
        while (before := best[state][1]) is not None:
            if state[1] != before[1]:
                chosen.append(state[1])
            state = before
        read_atoms = {atom for k in chosen for atom in range(*self.spans[k])}
        lost = sum(self._drop(i) for i in range(n) if i not in read_atoms) / DROPPED
        pieces = []
        for k in reversed(chosen):
            i, j = self.spans[k]
            pieces.append(Candidate(self.atoms[i:j], self.boxes[k], self.pictures[k], outputs[k]))
        return lost, pieces

    def _drop(self, i: int) -> float:
        atom = self.atoms[i]
        size = max(atom.height, atom.width) / self.height
        if atom.dash(self.height) or _is_plus(atom):
            return min(DASH, DROPPED * size)
        # A dot costs nothing.
        return DROPPED * float(np.clip((size - 0.2) / 0.25, 0, 1))

    @staticmethod
    def _offer(
        best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]],
        state: tuple[int, int],
        value: float,
        before: tuple[int, int],
    ) -> None:
        if state not in best or value > best[state][0]:
            best[state] = (float(value), before)


def _is_plus(part: Part) -> bool:
    """Whether two bars cross in the middle, and there is nothing else."""
    height, width = part.mask.shape
    if not 0.6 < width / height < 1.7:
        return False
    level = part.mask.sum(axis=1)
    upright = part.mask.sum(axis=0)
    row, column = int(level.argmax()), int(upright.argmax())
    if not (0.3 < row / height < 0.7 and 0.3 < column / width < 0.7):
        return False
    if level[row] < 0.8 * width or upright[column] < 0.8 * height:
        return False
    reach = 0.75 * part.thickness + 1
    rows, columns = np.indices(part.mask.shape)
    beside = (np.abs(rows - row) > reach) & (np.abs(columns - column) > reach)
    return bool((part.mask & beside).sum() < 0.08 * part.mask.sum())


def _box(members: Sequence[Part]) -> tuple[int, int, int, int]:
    return (
        min(part.left for part in members),
        min(part.top for part in members),
        max(part.right for part in members),
        max(part.bottom for part in members),
    )


def _joined(members: Sequence[Part], box: tuple[int, int, int, int]) -> Array:
    mask = np.zeros((box[3] - box[1], box[2] - box[0]), bool)
    for part in members:
        top, left = part.top - box[1], part.left - box[0]
        mask[top : top + part.height, left : left + part.width] |= part.mask
    return mask


def _overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> float:
    shared = min(first[2], second[2]) - max(first[0], second[0])
    return float(np.clip(shared / max(1, min(first[2] - first[0], second[2] - second[0])), 0, 1))


def likelihood(outputs: Array) -> Array:
    """How likely each of the network's outputs (n, K) is exactly one digit, at least LEAST."""
    return np.maximum(judge(outputs).likelihood, LEAST)
