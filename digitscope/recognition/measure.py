"""What is measured of answers: accuracy, refusals, loss, calibration, confusions, and how sure a share is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from cnn.calibration import expected_calibration_error
from cnn.losses import cross_entropy, one_hot
from cnn.verdict import DIGITS, Verdict

Array = np.ndarray


@dataclass(frozen=True)
class Evaluation:
    """What was measured. A picture that was refused is not right."""

    labels: Array
    """(n,) int: 0 to 9."""
    predicted: Array
    """(n,) int, -1 where refused."""
    loss: float
    """Mean cross-entropy over those in which there was anything to read."""
    calibration_error: float
    """Expected calibration error of the same."""

    @property
    def accuracy(self) -> float:
        """The share that is right among all."""
        return float((self.labels == self.predicted).mean())

    @property
    def refused(self) -> float:
        """The share that was refused."""
        return float((self.predicted < 0).mean())

    @property
    def per_class(self) -> dict[str, float]:
        """The accuracy for each digit that occurs."""
        return {
            str(digit): float((self.predicted[self.labels == digit] == digit).mean())
            for digit in range(DIGITS)
            if (self.labels == digit).any()
        }

    def confusions(self, most: int = 8) -> list[tuple[int, int, int]]:
        """What was most often taken for what: (digit, answer, times)."""
        table = np.zeros((DIGITS, DIGITS), int)
        read = self.predicted >= 0
        np.add.at(table, (self.labels[read], self.predicted[read]), 1)
        np.fill_diagonal(table, 0)
        order = np.argsort(table, axis=None, kind="stable")[::-1][:most]
        pairs = [(int(i) // DIGITS, int(i) % DIGITS) for i in order]
        return [(true, said, int(table[true, said])) for true, said in pairs if table[true, said]]


def measure(verdict: Verdict, labels: Array, readable: Array) -> Evaluation:
    """Compare what is said with labels (n,); `readable` (n,) bool says in which there was anything to read."""
    said = replace(verdict, refused=verdict.refused | ~readable)
    loss = error = 0.0
    if readable.any():
        probabilities, truth = verdict.probabilities[readable], labels[readable]
        loss = cross_entropy(one_hot(truth, DIGITS), probabilities.T)
        error = expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth)
    return Evaluation(labels, said.predicted, loss, error)


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval for a share measured on n cases (Wilson, JASA 22, 1927)."""
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


@dataclass(frozen=True)
class Accuracy:
    """The number of right answers among `n`, its share, and that share's 95 % interval (Wilson)."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 without any answer."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval's ends, 0 to 1; all of it without any answer."""
        return wilson(self.share, self.n) if self.n else (0.0, 1.0)
