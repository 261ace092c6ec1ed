"""python -m cnn evaluate: how well a network reads MNIST's test images, pen drawings, or picture files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn.calibration import threshold
from cnn.conformal import SetQuality, from_header, prediction_sets, set_quality
from cnn.container import FileError
from cnn.network import CNN
from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge, refuse_above
from digitscope.cli.common import CommandError, load_mnist, load_network, read_drawings_by_file
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
        help="UNIPEN text (.gz too) instead of MNIST's 10,000 test images, with a table by file and writer; those "
        'labelled "?" should be refused',
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
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N, of all files together")
    parser.add_argument("--json", action="store_true", help="one JSON object: n, accuracy, per_class, refused, loss")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Row:
    """One line of the table: a file's drawings, or one writer's among them."""

    source: str
    writer: str
    """Empty for all writers of the file."""
    n: int
    """Digits."""
    accuracy: float | None
    """None without digits; the same for `refused`, and for the sets' figures where the weights have no bounds."""
    refused: float | None
    coverage: float | None
    set_size: float | None
    no_digits: int
    no_digits_refused: float | None


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
    bound, least = refuse_above(header), from_header(header)
    sourced = [
        (path.name, drawing)
        for path, found in read_drawings_by_file(options.strokes or [], options.only, options.without)
        for drawing in found
    ]
    if options.habits:
        habit_trial(network, bound, [drawing for _, drawing in sourced], options.limit, options.json)
        return 0
    if options.numbers is not None:
        if not options.strokes or options.numbers < 1:
            raise CommandError("--numbers needs --strokes FILE and at least 1.")
        number_trial(Reader(network, header), [drawing for _, drawing in sourced], options.numbers, options.json)
        return 0
    if options.strokes:
        sourced = sourced[: options.limit]
        digits = [(source, drawing) for source, drawing in sourced if drawing.label is not None]
        pictures, readable = prepare_all(drawing.strokes for _, drawing in digits)
        labels = np.array([drawing.label for _, drawing in digits], int)
        what = "pen drawings"
    else:
        digits = []
        pictures, test_labels = (array[: options.limit] for array in load_mnist().test)
        labels = test_labels.astype(int)
        readable = np.ones(len(labels), bool)
        what = "MNIST test images"
    others = [(source, drawing) for source, drawing in sourced if drawing.label is None]
    nothing = _nothing(network, [drawing for _, drawing in others]) if others else None
    if not len(labels) and nothing is None:
        raise CommandError("There is nothing to measure.")
    result = verdict = quality = sets = None
    if len(labels):
        verdict = judge(averaged_outputs(network.predict_output, pictures), bound)
        result = measure(verdict, labels, readable)
        if least is not None:
            sets = prediction_sets(verdict, least) & readable[:, None]
            quality = set_quality(sets, labels)
        if options.worst is not None:
            try:
                plot_mistakes(options.worst, pictures, verdict, result)
            except FileError as error:
                raise CommandError(str(error)) from error
    refused_others = nothing > bound if nothing is not None else np.zeros(0, bool)
    rows = _table(digits, result, sets, others, refused_others)
    if options.json:
        print(json.dumps(_facts(result, quality, refused_others, rows)))
        return 0
    if result is not None:
        print(f"{len(labels):,} {what}: accuracy {_share(result.accuracy, len(labels))}")
        print(
            f"refused {_share(result.refused, len(labels))}, loss {result.loss:.4f}, "
            f"expected calibration error {result.calibration_error:.4f}"
        )
        print("by digit  " + "  ".join(f"{digit}: {share:.4f}" for digit, share in result.per_class.items()))
        if confusions := result.confusions():
            print("taken for " + "  ".join(f"{true} as {said}: {times}" for true, said, times in confusions))
    if quality is not None:
        print(
            f"prediction sets: coverage {_share(quality.coverage, len(labels))}, {quality.size:.4f} digits on average"
        )
    if len(refused_others):
        share = _share(float(refused_others.mean()), len(refused_others))
        print(f"{len(refused_others):,} drawings that are no digit: refused {share}")
    if verdict is not None and nothing is not None:
        _print_other_bounds(np.where(readable, verdict.nothing, NEVER_READ), nothing)
    _print_table(rows)
    return 0


def _share(share: float, n: int) -> str:
    low, high = wilson(share, n)
    return f"{share:.4f} (95 % interval {low:.4f} to {high:.4f})"


def _print_other_bounds(digits_nothing: Array, nothing: Array) -> None:
    bounds = [threshold(digits_nothing, share) for share in SENT_AWAY]
    words = ", ".join(f"{100 * float((nothing > at).mean()):.1f} %" for at in bounds)
    shares = ", ".join(f"{100 * share:g} %" for share in SENT_AWAY)
    print(f"with other bounds, that refuse {shares} of these digits: refused {words}")


def _table(
    digits: Sequence[tuple[str, Drawing]],
    result: Evaluation | None,
    sets: Array | None,
    others: Sequence[tuple[str, Drawing]],
    refused_others: Array,
) -> list[Row]:
    """A row for each file, followed by one for each of its writers where there are several."""
    digit_keys = [(source, drawing.writer) for source, drawing in digits]
    other_keys = [(source, drawing.writer) for source, drawing in others]
    writers: dict[str, dict[str, None]] = {}
    for source, writer in (*digit_keys, *other_keys):
        writers.setdefault(source, {})[writer] = None
    rows = []
    for source, names in writers.items():
        for writer in ["", *names] if len(names) > 1 else ["".join(names)]:
            mine = np.array([one == source and who in (writer or who,) for one, who in digit_keys], bool)
            alien = np.array([one == source and who in (writer or who,) for one, who in other_keys], bool)
            accuracy = refused = None
            quality = None
            if result is not None and mine.any():
                said, truth = result.predicted[mine], result.labels[mine]
                accuracy, refused = float((said == truth).mean()), float((said < 0).mean())
                quality = set_quality(sets[mine], truth) if sets is not None else None
            rows.append(
                Row(
                    source,
                    writer,
                    int(mine.sum()),
                    accuracy,
                    refused,
                    quality.coverage if quality else None,
                    quality.size if quality else None,
                    int(alien.sum()),
                    float(refused_others[alien].mean()) if alien.any() else None,
                )
            )
    return rows


def _print_table(rows: Sequence[Row]) -> None:
    """In percent, with 95 % intervals."""
    for of_digits in (True, False):
        chosen = [row for row in rows if (row.n if of_digits else row.no_digits)]
        if not chosen:
            continue
        names = [
            f"  {row.writer}" if row.writer and i else f"{row.source} {row.writer}" for i, row in enumerate(chosen)
        ]
        wide = max(len(name) for name in names)
        heads = "right (interval)        refused (interval)      coverage (interval)     set size"
        print(f"\n{'source, writer':<{wide}}  {'n':>7}  " + (heads if of_digits else "no digit, refused (interval)"))
        for name, row in zip(names, chosen, strict=True):
            n = row.n if of_digits else row.no_digits
            shares = (row.accuracy, row.refused, row.coverage) if of_digits else (row.no_digits_refused,)
            cells = [_percent(share, n) for share in shares if share is not None]
            size = [f"{row.set_size:.4f}"] if of_digits and row.set_size is not None else []
            print("  ".join([f"{name:<{wide}}", f"{n:7,}", *cells, *size]).rstrip())


def _percent(share: float, n: int) -> str:
    low, high = wilson(share, n)
    return f"{100 * share:6.2f} ({100 * low:5.2f} to {100 * high:6.2f})"


def _facts(
    result: Evaluation | None, quality: SetQuality | None, refused_others: Array, rows: Sequence[Row]
) -> dict[str, Any]:
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
    if quality is not None:
        facts |= {"coverage": quality.coverage, "set_size": quality.size}
    if len(refused_others):
        facts |= {"no_digits": len(refused_others), "no_digits_refused": float(refused_others.mean())}
    if rows:
        facts["sources"] = [asdict(row) for row in rows]
    return facts


def _nothing(network: CNN, drawings: Sequence[Drawing]) -> Array:
    """The probability of "no digit" for each of these (n,), NEVER_READ where there is nothing to read."""
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    return np.where(readable, judge(averaged_outputs(network.predict_output, pictures)).nothing, NEVER_READ)
