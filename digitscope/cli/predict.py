"""python -m cnn predict: read the digits in picture files, and print each file's lines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from digitscope.cli.common import load_network
from digitscope.cli.picture_files import picture_files
from digitscope.digits.io.photo import PhotoError, open_photo
from digitscope.recognition import SHIPPED, Reader
from digitscope.recognition.picture_reading import FoundDigit, PictureReading


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("predict", help="read pictures of digits and numbers", description=__doc__)
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a picture (PNG, JPEG, HEIC, AVIF, WebP, TIFF, GIF ...), a pattern such as 'scans/*.png', or a folder",
    )
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="weights file (default: the shipped one)")
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON array with an object for each file: text, lines of groups of digits, each with its box (left, "
        "top, right, bottom in pixels of the upright picture) and probabilities",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read each picture; one that cannot be read gets its sentence on stderr, the others their answer."""
    files = picture_files(options.files)
    reader = Reader(*load_network(options.weights))
    answers: list[dict[str, Any]] = []
    failed = False
    for path in files:
        try:
            found = reader.read_picture(open_photo(path))
        except PhotoError as error:
            print(f"{options.prog}: {error}", file=sys.stderr)
            answers.append({"file": str(path), "digit": None, "error": str(error)})
            failed = True
            continue
        answers.append({"file": str(path), **_facts(found)})
        if not options.json:
            print("\n".join(f"{path}: {line}" for line in _lines(found)))
    if options.json:
        print(json.dumps(answers))
    return 2 if failed else 0


def _lines(found: PictureReading) -> list[str]:
    """What is said to a picture, a text for each of its lines."""
    digits = found.digits
    if not digits:
        return [f"nothing to read. {found.reason}"]
    if len(digits) > 1:
        said = []
        for line in found.lines:
            doubtful = min(line.digits, key=lambda digit: digit.likelihood)
            said.append(f"{line} (least certain {doubtful.best}, {doubtful.likelihood:.1%})")
        return said
    [digit] = digits
    if digit.refused:
        return [f"no digit, as far as it can tell ({digit.nothing:.1%}; nearest {digit.best})"]
    second = int(np.argsort(digit.probabilities)[-2])
    first, next_one = digit.probabilities[digit.best], digit.probabilities[second]
    return [f"{digit.best} ({first:.1%}; next {second}, {next_one:.1%})"]


def _facts(found: PictureReading) -> dict[str, Any]:
    digits = found.digits
    if not digits:
        return {"digit": None, "reason": found.reason}
    facts: dict[str, Any] = {
        "text": str(found),
        "lines": [[[_digit_facts(digit) for digit in group] for group in line.groups] for line in found.lines],
    }
    # A picture of one digit says it without the detour over lines and groups.
    return {**_digit_facts(digits[0]), **facts} if len(digits) == 1 else {"digit": None, **facts}


def _digit_facts(digit: FoundDigit) -> dict[str, Any]:
    return {
        "digit": digit.digit,
        "probability": float(digit.probabilities.max()),
        "probabilities": [float(p) for p in digit.probabilities],
        "no_digit": digit.nothing,
        "box": [round(side, 1) for side in digit.box],
    }
