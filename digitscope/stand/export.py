"""What was drawn, for others to use: labelled strokes as UNIPEN text, and a table (CSV) of what was said to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from digitscope.stand.store import Kept

UNITS = 1000
"""Tablet units across the board: its fourth decimal is finer than any finger."""
COLUMNS = ("number", "at", "occasion", "meant", "said", "probability", "right", "strokes", "network")


def unipen(drawings: Iterable[Kept]) -> str:
    """The drawings as UNIPEN text, y up, as `digits.strokes.read_unipen` reads them; "?" is no digit.

    (Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", 1994.) The writer is unknown:
    nobody's name is kept.
    """
    lines = [".VERSION 1.0", ".DATA_SOURCE DigitScope", ".COORD X Y", f".X_DIM {UNITS}", f".Y_DIM {UNITS}"]
    for place, drawing in enumerate(drawings):
        label = "?" if drawing.label is None else str(drawing.label)
        lines += [f'.SEGMENT DIGIT {place} ? "{label}"', f".COMMENT {label} visitor {drawing.number}"]
        for path in drawing.strokes.paths:
            points = (f"{UNITS * x:.1f} {UNITS * (1 - y):.1f}" for x, y in path)
            lines += [".PEN_DOWN", *points, ".PEN_UP"]
    return "\n".join(lines) + "\n"


def table(drawings: Iterable[Kept]) -> str:
    """The drawings as CSV, a row each; an empty `meant` is no digit, an empty `said` was not read."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for d in drawings:
        meant, said = ("" if digit is None else digit for digit in (d.label, d.said))
        moment = d.at.isoformat(sep=" ")
        row = (d.number, moment, d.occasion, meant, said, f"{d.probability:.4f}", int(d.right))
        writer.writerow((*row, len(d.strokes.paths), d.network))
    return sheet.getvalue()
