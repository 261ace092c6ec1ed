"""Export of drawings: labelled strokes as UNIPEN text, and a CSV table of what was meant and what was read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from digitscope.stand.store import Kept

UNITS = 1000
"""Tablet units across the canvas."""
COLUMNS = ("number", "at", "occasion", "meant", "said", "probability", "right", "strokes", "network")


def unipen(drawings: Iterable[Kept]) -> str:
    """Return the drawings as UNIPEN text, y up, as `digits.io.unipen.read_unipen` reads them; "?" is no digit.

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
    """Return the drawings as CSV, a row each; an empty `meant` is no digit, an empty `said` was not read."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for d in drawings:
        meant, said = ("" if digit is None else digit for digit in (d.label, d.said))
        moment = d.at.isoformat(sep=" ")
        row = (d.number, moment, d.occasion, meant, said, f"{d.probability:.4f}", int(d.right))
        writer.writerow((*row, len(d.strokes.paths), d.network))
    return sheet.getvalue()
