"""python -m cnn evaluate: how well a network reads MNIST's test images, or drawings made with a pen."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from digits.preprocess import prepare_all
from digits.strokes import Drawing, StrokesError, read_unipen

from cnn.commands import SHIPPED, CommandError, load_mnist, load_network
from cnn.losses import cross_entropy, one_hot

Array = np.ndarray


@dataclass(frozen=True)
class Evaluation:
    """What was measured. A picture that was refused, for there was nothing to read, is not right."""

    labels: Array
    predicted: Array
    """(n,) int, -1 where refused."""
    loss: float
    """Mean cross-entropy over those that were read."""

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
            for digit in range(10)
            if (self.labels == digit).any()
        }

    def confusions(self, most: int = 8) -> list[tuple[int, int, int]]:
        """What was most often taken for what: (digit, answer, times)."""
        table = np.zeros((10, 10), int)
        read = self.predicted >= 0
        np.add.at(table, (self.labels[read], self.predicted[read]), 1)
        np.fill_diagonal(table, 0)
        order = np.argsort(table, axis=None, kind="stable")[::-1][:most]
        pairs = [(int(i) // 10, int(i) % 10) for i in order]
        return [(true, said, int(table[true, said])) for true, said in pairs if table[true, said]]


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("evaluate", help="measure a network", description=__doc__)
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="weights file (default: the shipped one)")
    parser.add_argument(
        "--strokes",
        type=Path,
        nargs="+",
        metavar="FILE",
        help='UNIPEN text (.gz too) instead of MNIST\'s 10,000 test images; drawings labelled "?" are left out',
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument("--json", action="store_true", help="one JSON object: n, accuracy, per_class, refused, loss")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.limit is not None and options.limit < 1:
        raise CommandError(f"--limit must be 1 or more, but is {options.limit}.")
    network, _ = load_network(options.weights)
    if options.strokes:
        drawings = labelled(options.strokes)[: options.limit]
        pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
        labels = np.array([drawing.label for drawing in drawings])
        what = "pen drawings"
    else:
        pictures, labels = (array[: options.limit] for array in load_mnist().test)
        readable = np.ones(len(labels), bool)
        what = "MNIST test images"
    result = measure(network.predict_output(pictures), labels.astype(int), readable)
    if options.json:
        facts = {
            "n": len(labels),
            "accuracy": result.accuracy,
            "per_class": result.per_class,
            "refused": result.refused,
            "loss": result.loss,
        }
        print(json.dumps(facts))
        return 0
    low, high = wilson(result.accuracy, len(labels))
    print(f"{len(labels):,} {what}: accuracy {result.accuracy:.4f} (95 % interval {low:.4f} to {high:.4f})")
    print(f"refused {result.refused:.4f}, loss {result.loss:.4f}")
    print("by digit  " + "  ".join(f"{digit}: {share:.4f}" for digit, share in result.per_class.items()))
    if confusions := result.confusions():
        print("taken for " + "  ".join(f"{true} as {said}: {times}" for true, said, times in confusions))
    return 0


def labelled(paths: list[Path]) -> list[Drawing]:
    """All drawings in the files that have a digit for a label, or a CommandError."""
    try:
        drawings = [drawing for path in paths for drawing in read_unipen(path) if drawing.label is not None]
    except StrokesError as error:
        raise CommandError(str(error)) from error
    if not drawings:
        raise CommandError(f"{', '.join(map(str, paths))}: no drawing is labelled with a digit.")
    return drawings


def measure(probabilities: Array, labels: Array, readable: Array) -> Evaluation:
    """Compare probabilities (n, 10) with labels (n,); `readable` (n,) bool says which were read at all."""
    predicted = np.where(readable, probabilities.argmax(axis=1), -1)
    loss = cross_entropy(one_hot(labels[readable], 10), probabilities[readable].T) if readable.any() else 0.0
    return Evaluation(labels, predicted, loss)


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval for a share measured on n cases (Wilson, JASA 22, 1927)."""
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half
