"""What a picture says: lines of digits in groups, each with its place, its framed picture and its probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.verdict import Verdict

Array = np.ndarray


@dataclass
class FoundDigit:
    """One digit in a picture."""

    box: tuple[float, float, float, float]
    """Left, top, right, bottom in the file's upright picture."""
    picture: Array
    """(28, 28) uint8, framed as the network wants it."""
    probabilities: Array
    """(10,) of each digit, given that it is one."""
    nothing: float
    """The probability that it is no digit."""
    refused: bool

    @classmethod
    def judged(cls, box: tuple[float, float, float, float], picture: Array, verdict: Verdict) -> FoundDigit:
        """Put together what was found with the verdict on it alone."""
        return cls(box, picture, verdict.probabilities[0], float(verdict.nothing[0]), bool(verdict.refused[0]))

    @property
    def digit(self) -> int | None:
        """What it is read as; None where refused."""
        return None if self.refused else self.best

    @property
    def best(self) -> int:
        """The likeliest digit, refused or not."""
        return int(self.probabilities.argmax())

    @property
    def likelihood(self) -> float:
        """How likely it is the digit that it is read as."""
        return float(self.probabilities.max() * (1 - self.nothing))


@dataclass
class Line:
    """Digits in a row, in groups that wider gaps divide."""

    groups: list[list[FoundDigit]]

    @property
    def digits(self) -> list[FoundDigit]:
        """All of them, from left to right."""
        return [digit for group in self.groups for digit in group]

    def __str__(self) -> str:
        """The digits, "?" where one was refused, with a space between groups."""
        return " ".join("".join("?" if d.digit is None else str(d.digit) for d in group) for group in self.groups)


@dataclass
class PictureReading:
    """What a picture says."""

    lines: list[Line]
    reason: str = ""
    """Why nothing was found, and what to do better: one sentence."""

    @property
    def digits(self) -> list[FoundDigit]:
        """All digits in reading order."""
        return [digit for line in self.lines for digit in line.digits]

    def __str__(self) -> str:
        """A text line for each line."""
        return "\n".join(map(str, self.lines))
