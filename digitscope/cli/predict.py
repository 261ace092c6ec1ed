"""python -m cnn predict: name the digit in picture files, a line each."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge, refuse_above
from digitscope.cli.common import load_network
from digitscope.digits.io.photo import PhotoError, read_photo
from digitscope.recognition import SHIPPED


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("predict", help="read pictures of digits", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a picture of one digit (PNG, JPEG ...)")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="weights file (default: the shipped one)")
    parser.add_argument("--json", action="store_true", help="one JSON array with an object for each file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read each picture; one that cannot be read gets its sentence on stderr, the others their answer."""
    network, header = load_network(options.weights)
    answers: list[dict[str, Any]] = []
    failed = False
    for path in options.files:
        try:
            prepared = read_photo(path)
        except PhotoError as error:
            print(f"{options.prog}: {error}", file=sys.stderr)
            answers.append({"file": str(path), "digit": None, "error": str(error)})
            failed = True
            continue
        if prepared.picture is None:
            answers.append({"file": str(path), "digit": None, "reason": prepared.reason})
            line = f"{path}: nothing to read. {prepared.reason}"
        else:
            verdict = judge(averaged_outputs(network.predict_output, prepared.picture[None]), refuse_above(header))
            probabilities = verdict.probabilities[0]
            best, second = (int(digit) for digit in np.argsort(probabilities)[::-1][:2])
            answers.append(
                {
                    "file": str(path),
                    "digit": None if verdict.refused[0] else best,
                    "probability": float(probabilities[best]),
                    "probabilities": [float(p) for p in probabilities],
                    "no_digit": float(verdict.nothing[0]),
                }
            )
            if verdict.refused[0]:
                line = f"{path}: no digit, as far as it can tell ({verdict.nothing[0]:.1%}; nearest {best})"
            else:
                line = f"{path}: {best} ({probabilities[best]:.1%}; next {second}, {probabilities[second]:.1%})"
        if not options.json:
            print(line)
    if options.json:
        print(json.dumps(answers))
    return 2 if failed else 0
