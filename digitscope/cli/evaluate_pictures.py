"""python -m cnn evaluate --pictures: how well pictures are read that people took, scanned or drew elsewhere."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

from digitscope.cli.common import CommandError
from digitscope.recognition import Reader
from digitscope.recognition.measure import Accuracy
from digitscope.recognition.measure_pictures import (
    LabelledPicture,
    PictureResult,
    line_share,
    mean,
    measure_pictures,
    shares,
)

LABELS = "labels.csv"
COLUMNS = ("file", "label", "kind", "source")
LABEL = re.compile(r"[0-9]+([ /][0-9]+)*")


def read_labels(folder: Path) -> list[LabelledPicture]:
    """The pictures that a folder's labels.csv names (columns file, label, kind, source; others are passed over).

    Raises CommandError for a file that is missing, lacks a column, or has a label that is no number.
    """
    path = folder / LABELS
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if not rows:
        raise CommandError(f"{path} names no pictures.")
    if missing := [column for column in COLUMNS if rows[0].get(column) is None]:
        raise CommandError(f"{path} has no column called {missing[0]}.")
    pictures = []
    for number, row in enumerate(rows, 2):
        label = (row["label"] or "").strip()
        if not LABEL.fullmatch(label):
            raise CommandError(f"{path}, line {number}: a label is digits such as 7, 20 26 or 12/34, not {label!r}.")
        pictures.append(LabelledPicture(folder / row["file"], label, row["kind"] or "", row["source"] or ""))
    return pictures


def picture_trial(reader: Reader, folder: Path, limit: int | None, as_json: bool) -> None:
    """Measure and print."""
    results = measure_pictures(reader, read_labels(folder)[:limit])
    kinds = shares(results, lambda result: result.picture.kind)
    sources = shares(results, lambda result: result.picture.source)
    lines = line_share(results)
    total = Accuracy(sum(result.right for result in results), len(results))
    if as_json:
        print(json.dumps(_facts(results, total, kinds, sources, lines)))
        return
    over_sources = mean(sources.values())
    print(f"{len(results):,} pictures: right {_words(total)}; mean over {len(sources)} sources {over_sources:.4f}")
    for kind, share in kinds.items():
        own = shares((r for r in results if r.picture.kind == kind), lambda result: result.picture.source)
        print(f"{kind:8} {_words(share)}; mean over {len(own)} sources {mean(own.values()):.4f}")
    if lines.n:
        print(f"whole lines right in pictures with several digits {_words(lines)}")
    print("by source")
    for source, share in sources.items():
        print(f"  {source:12} {_words(share)}")
    for result in results:
        if not result.right:
            print(f"wrong: {result.picture.path} is {result.picture.label}, read as {result.said or 'nothing'}")


def _words(share: Accuracy) -> str:
    low, high = share.interval
    return f"{share.right} of {share.n}, {share.share:.4f} (95 % interval {low:.4f} to {high:.4f})"


def _facts(
    results: list[PictureResult],
    total: Accuracy,
    kinds: dict[str, Accuracy],
    sources: dict[str, Accuracy],
    lines: Accuracy,
) -> dict[str, Any]:
    def facts(share: Accuracy) -> dict[str, Any]:
        return {"right": share.right, "n": share.n, "share": share.share, "interval": list(share.interval)}

    return {
        "n": total.n,
        "accuracy": total.share,
        "mean_over_sources": mean(sources.values()),
        "kinds": {name: facts(share) for name, share in kinds.items()},
        "sources": {name: facts(share) for name, share in sources.items()},
        "lines": facts(lines) if lines.n else None,
        "wrong": [
            {"file": result.picture.path.name, "label": result.picture.label, "said": result.said}
            for result in results
            if not result.right
        ],
    }
