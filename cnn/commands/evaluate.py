"""python -m cnn evaluate: how well a network reads MNIST's test images, or drawings made with a pen."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from digits import habits
from digits.lessons import side_by_side
from digits.preprocess import prepare_all
from digits.scribe import hasty, shaky, slanted
from digits.split import split
from digits.strokes import Drawing

from cnn.calibration import expected_calibration_error
from cnn.commands import SHIPPED, CommandError, load_mnist, load_network, read_drawings, refuse_above
from cnn.losses import cross_entropy, one_hot
from cnn.network import CNN
from cnn.shifts import read
from cnn.verdict import DIGITS, Verdict, judge

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


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("evaluate", help="measure a network", description=__doc__)
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="weights file (default: the shipped one)")
    parser.add_argument(
        "--strokes",
        type=Path,
        nargs="+",
        metavar="FILE",
        help='UNIPEN text (.gz too) instead of MNIST\'s 10,000 test images; those labelled "?" should be refused',
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="WRITER", help="only these writers or laboratories")
    parser.add_argument("--without", nargs="+", default=[], metavar="WRITER", help="all but these")
    parser.add_argument(
        "--habits", action="store_true", help="500 drawings by rule of each habit; with --strokes also these, varied"
    )
    parser.add_argument(
        "--numbers", type=int, metavar="N", help="N four-digit numbers, each put together from one writer's drawings"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument("--json", action="store_true", help="one JSON object: n, accuracy, per_class, refused, loss")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.limit is not None and options.limit < 1:
        raise CommandError(f"--limit must be 1 or more, but is {options.limit}.")
    network, header = load_network(options.weights)
    bound = refuse_above(header)
    if options.habits:
        drawings = read_drawings(options.strokes, options.only, options.without) if options.strokes else []
        return _habits(network, bound, drawings, options.json)
    if options.numbers is not None:
        return _numbers(network, options)
    if options.strokes:
        drawings = read_drawings(options.strokes, options.only, options.without)[: options.limit]
        digits = [drawing for drawing in drawings if drawing.label is not None]
        pictures, readable = prepare_all(drawing.strokes for drawing in digits)
        labels = np.array([drawing.label for drawing in digits], int)
        what = "pen drawings"
    else:
        drawings = []
        pictures, labels = (array[: options.limit] for array in load_mnist().test)
        readable = np.ones(len(labels), bool)
        what = "MNIST test images"
    others = [drawing for drawing in drawings if drawing.label is None]
    refused_others = _refused(network, others, bound) if others else None
    if not len(labels) and refused_others is None:
        raise CommandError("There is nothing to measure.")
    result = (
        measure(judge(read(network.predict_output, pictures), bound), labels.astype(int), readable)
        if len(labels)
        else None
    )
    if options.json:
        print(json.dumps(_facts(result, refused_others, len(others))))
        return 0
    if result is not None:
        low, high = wilson(result.accuracy, len(labels))
        print(f"{len(labels):,} {what}: accuracy {result.accuracy:.4f} (95 % interval {low:.4f} to {high:.4f})")
        print(
            f"refused {result.refused:.4f}, loss {result.loss:.4f}, "
            f"expected calibration error {result.calibration_error:.4f}"
        )
        print("by digit  " + "  ".join(f"{digit}: {share:.4f}" for digit, share in result.per_class.items()))
        if confusions := result.confusions():
            print("taken for " + "  ".join(f"{true} as {said}: {times}" for true, said, times in confusions))
    if refused_others is not None:
        low, high = wilson(refused_others, len(others))
        print(
            f"{len(others):,} drawings that are no digit: refused {refused_others:.4f} "
            f"(95 % interval {low:.4f} to {high:.4f})"
        )
    return 0


def _facts(result: Evaluation | None, refused_others: float | None, others: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"n": 0}
    if result is not None:
        facts = {
            "n": len(result.labels),
            "accuracy": result.accuracy,
            "per_class": result.per_class,
            "refused": result.refused,
            "loss": result.loss,
            "calibration_error": result.calibration_error,
        }
    if refused_others is not None:
        facts |= {"no_digits": others, "no_digits_refused": refused_others}
    return facts


def _refused(network: CNN, drawings: Sequence[Drawing], bound: float) -> float:
    """The share of these that is refused, be it that there is nothing to read."""
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    return float((judge(read(network.predict_output, pictures), bound).refused | ~readable).mean())


TEST_SEED, OF_EACH = 2026, 500
"""Not the seed that lessons are drawn with; and how many drawings of each habit."""
IN_NUMBER = 4
LEAST = 1e-12


def _numbers(network: CNN, options: argparse.Namespace) -> int:
    """The share of numbers, composed of drawings, that are cut and read right."""
    if not options.strokes or options.numbers < 1:
        raise CommandError("--numbers needs --strokes FILE and at least 1.")
    rng = np.random.default_rng(TEST_SEED)
    by_writer: dict[str, list[Drawing]] = {}
    for drawing in read_drawings(options.strokes, options.only, options.without):
        if drawing.label is not None and not drawing.strokes.empty:
            by_writer.setdefault(drawing.writer, []).append(drawing)
    writers = sorted(by_writer)
    right = cut = 0

    def scores(pictures: Array) -> Array:
        verdict = judge(network.predict_output(pictures))
        return np.log(np.maximum(verdict.probabilities.max(axis=1) * (1 - verdict.nothing), LEAST))

    for _ in range(options.numbers):
        own = by_writer[writers[int(rng.integers(len(writers)))]]
        chosen = [own[int(rng.integers(len(own)))] for _ in range(IN_NUMBER)]
        pieces = split(side_by_side([drawing.strokes for drawing in chosen], rng), scores)
        pictures = [piece.prepared.picture for piece in pieces if piece.prepared.picture is not None]
        said = judge(read(network.predict_output, np.array(pictures))).probabilities.argmax(axis=1)
        cut += len(pieces) == IN_NUMBER
        right += said.tolist() == [drawing.label for drawing in chosen]
    share = right / options.numbers
    low, high = wilson(share, options.numbers)
    if options.json:
        print(json.dumps({"n": options.numbers, "accuracy": share, "cut_in_four": cut / options.numbers}))
    else:
        print(
            f"{options.numbers:,} numbers of four digits: right {share:.4f} (95 % interval {low:.4f} to {high:.4f}), "
            f"cut into four {cut / options.numbers:.4f}"
        )
    return 0


def _habits(network: CNN, bound: float, drawings: Sequence[Drawing], as_json: bool) -> int:
    """The accuracy with each habit, drawn by rule, and in each mood of people's drawings."""
    rng = np.random.default_rng(TEST_SEED)
    sets = {name: [habits.draw(name, rng) for _ in range(OF_EACH)] for name in habits.NAMES}
    people = [
        (drawing.strokes, drawing.label)
        for drawing in drawings
        if drawing.label is not None and not drawing.strokes.empty
    ]
    if people:
        sets |= {
            "people's, as they are": people,
            "people's, 25 degrees right": [(slanted(strokes, 25), label) for strokes, label in people],
            "people's, 25 degrees left": [(slanted(strokes, -25), label) for strokes, label in people],
            "people's, a shaky pen": [(shaky(strokes, rng), label) for strokes, label in people],
            "people's, a hasty pen": [(hasty(strokes), label) for strokes, label in people],
            "people's, one stroke more": [
                (habits.add_habit(strokes, label, rng), label) for strokes, label in people if label in (0, 1, 7)
            ],
        }
    facts = {}
    for name, drawn in sets.items():
        pictures, readable = prepare_all(strokes for strokes, _ in drawn)
        labels = np.array([label for _, label in drawn])
        result = measure(judge(read(network.predict_output, pictures), bound), labels, readable)
        facts[name] = {"n": len(drawn), "accuracy": result.accuracy, "refused": result.refused}
    if as_json:
        print(json.dumps(facts))
        return 0
    for name, fact in facts.items():
        low, high = wilson(fact["accuracy"], int(fact["n"]))
        print(
            f"{name:<26} n {fact['n']:5,}  accuracy {fact['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f})  "
            f"refused {fact['refused']:.4f}"
        )
    return 0


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
