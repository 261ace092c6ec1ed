"""Labelled drawings from UNIPEN text, the format in which collections of pen drawings are published."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

import numpy as np

from digitscope.digits.strokes import Drawing, Strokes, StrokesError, is_coordinate

Array = np.ndarray

_SEGMENT = re.compile(r'^\.SEGMENT\s+\S+.*"(.*)"\s*$')


def read_unipen(path: str | Path) -> list[Drawing]:
    """All segments of a UNIPEN text file, plain or gzipped, y turned to point down.

    The label stands in `.SEGMENT`, the writer or laboratory is the second word of the `.COMMENT` behind it
    (Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", 1994). Raises
    StrokesError, with the file's name, when it cannot be read or holds no segment.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error) as error:
        raise StrokesError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    drawings: list[Drawing] = []
    label, writer, started = "", "", False
    paths: list[Array] = []
    pen: list[tuple[float, float]] | None = None

    def finish() -> None:
        if started:
            digit = int(label) if label in tuple("0123456789") else None
            drawings.append(Drawing(Strokes(tuple(paths)), digit, writer))

    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(".SEGMENT"):
            finish()
            found = _SEGMENT.match(line)
            label, writer, started = found.group(1) if found else "", "", True
            paths, pen = [], None
        elif line.startswith(".COMMENT") and started and not paths:
            words = line.split()
            writer = words[2] if len(words) > 2 else ""
        elif line.startswith(".PEN_DOWN"):
            pen = []
        elif line.startswith(".PEN_UP"):
            if pen:
                paths.append(np.array(pen, float) * (1, -1))
            pen = None
        elif pen is not None and line.strip() and not line.startswith("."):
            try:
                x, y = line.split()[:2]
                if not (is_coordinate(float(x)) and is_coordinate(float(y))):
                    raise ValueError("no place on any tablet")
                pen.append((float(x), float(y)))
            except ValueError as error:
                raise StrokesError(
                    f"{path}, line {number}: two coordinates should stand here, not {line.strip()[:40]!r}."
                ) from error
    finish()
    if not drawings:
        raise StrokesError(f"{path} is no UNIPEN text: it holds no .SEGMENT.")
    return drawings
