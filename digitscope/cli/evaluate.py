"""python -m cnn evaluate: how well a network reads MNIST's test images, pen drawings, or picture files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnn.calibration import threshold
from cnn.container import FileError
from cnn.network import CNN
from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge, refuse_above
from digitscope.cli.common import CommandError, load_mnist, load_network, read_drawings
from digitscope.cli.evaluate_pictures import picture_trial
from digitscope.cli.plot import ENDINGS, plot_mistakes
from digitscope.cli.trials import habit_trial, number_trial
from digitscope.digits.preprocess import prepare_all
from digitscope.digits.strokes import Drawing
from digitscope.recognition import SHIPPED, Reader
from digitscope.recognition.measure import Evaluation, measure, wilson

Array = np.ndarray

SENT_AWAY = (0.001, 0.0025, 0.005, 0.01)
"""Shares of digits refused at which it is shown how many of the others would be."""
NEVER_READ = 2.0
"""More than any probability: refused whatever the bound."""


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
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="picture files instead, as DIR/labels.csv names them (columns file, label, kind, source; in a label a "
        "space divides groups and / lines): right of n by kind and source. A picture is right when exactly its digits "
        "are read, line by line, wherever groups are divided; for the kind multi whole lines are counted as well",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="WRITER", help="only these writers or laboratories")
    parser.add_argument("--without", nargs="+", default=[], metavar="WRITER", help="all but these")
    parser.add_argument(
        "--habits", action="store_true", help="500 drawings by rule of each habit; with --strokes also these, varied"
    )
    parser.add_argument(
        "--numbers", type=int, metavar="N", help="N four-digit numbers, each put together from one writer's drawings"
    )
    parser.add_argument(
        "--worst", type=Path, metavar="FILE", help=f"draw the 20 worst mistakes into this file ({', '.join(ENDINGS)})"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument("--json", action="store_true", help="one JSON object: n, accuracy, per_class, refused, loss")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.limit is not None and options.limit < 1:
        raise CommandError(f"--limit must be 1 or more, but is {options.limit}.")
    if options.worst is not None and options.worst.suffix not in ENDINGS:
        raise CommandError(f"--worst {options.worst} should end in {', '.join(ENDINGS)}.")
    network, header = load_network(options.weights)
    if options.pictures is not None:
        picture_trial(Reader(network, header), options.pictures, options.limit, options.json)
        return 0
    bound = refuse_above(header)
    drawings = read_drawings(options.strokes, options.only, options.without) if options.strokes else []
    if options.habits:
        habit_trial(network, bound, drawings, options.limit, options.json)
        return 0
    if options.numbers is not None:
        if not options.strokes or options.numbers < 1:
            raise CommandError("--numbers needs --strokes FILE and at least 1.")
        number_trial(network, bound, drawings, options.numbers, options.json)
        return 0
    if options.strokes:
        drawings = drawings[: options.limit]
        digits = [drawing for drawing in drawings if drawing.label is not None]
        pictures, readable = prepare_all(drawing.strokes for drawing in digits)
        labels = np.array([drawing.label for drawing in digits], int)
        what = "pen drawings"
    else:
        pictures, labels = (array[: options.limit] for array in load_mnist().test)
        readable = np.ones(len(labels), bool)
        what = "MNIST test images"
    others = [drawing for drawing in drawings if drawing.label is None]
    nothing = _nothing(network, others) if others else None
    refused_others = float((nothing > bound).mean()) if nothing is not None else None
    if not len(labels) and refused_others is None:
        raise CommandError("There is nothing to measure.")
    result = verdict = None
    if len(labels):
        verdict = judge(averaged_outputs(network.predict_output, pictures), bound)
        result = measure(verdict, labels.astype(int), readable)
        if options.worst is not None:
            try:
                plot_mistakes(options.worst, pictures, verdict, result)
            except FileError as error:
                raise CommandError(str(error)) from error
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
    if verdict is not None and nothing is not None:
        digits_nothing = np.where(readable, verdict.nothing, NEVER_READ)
        bounds = [threshold(digits_nothing, share) for share in SENT_AWAY]
        words = ", ".join(f"{100 * float((nothing > at).mean()):.1f} %" for at in bounds)
        shares = ", ".join(f"{100 * share:g} %" for share in SENT_AWAY)
        print(f"with other bounds, that refuse {shares} of these digits: refused {words}")
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


def _nothing(network: CNN, drawings: Sequence[Drawing]) -> Array:
    """The probability of "no digit" for each of these (n,), NEVER_READ where there is nothing to read."""
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    return np.where(readable, judge(averaged_outputs(network.predict_output, pictures)).nothing, NEVER_READ)
