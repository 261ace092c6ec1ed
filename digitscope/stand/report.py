"""The day's report: one HTML file that holds everything, to be opened, printed or sent without a network."""

from __future__ import annotations

import io
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from digitscope.digits.preprocess import prepare
from digitscope.recognition import SHIPPED, WeightsError
from digitscope.recognition.shipped import load
from digitscope.stand.challenges import CHALLENGES
from digitscope.stand.day import day_figures
from digitscope.stand.store import Kept, Store
from digitscope.templates import environment

Array = np.ndarray

MOST_PICTURES = 60
MOST_SCORES = 10
TITLES = {"ten": "Ten digits in 30 seconds", "fool": "A 5 that it cannot read", "hour": "Digit of the hour"}

_TEMPLATES = environment(Path(__file__).parent)


@dataclass(frozen=True)
class _Shown:
    """A drawing in the report."""

    number: int
    address: str
    """The picture, as a data: address."""
    meant: int | str
    said: int | str


def report(store: Store, day: str) -> str:
    """Return the report on one local day ("2026-11-24") as HTML. Raises StoreError."""
    figures = day_figures(store, day, _shipped_header())
    drawings = store.drawings(day)
    wrong = [drawing for drawing in drawings if not drawing.right]
    right = [drawing for drawing in drawings if drawing.right]
    hours = Counter(drawing.at.hour for drawing in drawings if drawing.occasion == "draw")
    leaderboards = [(TITLES[name], store.best(day, name, MOST_SCORES)) for name in CHALLENGES]
    return _TEMPLATES.get_template("report.html").render(
        figures=figures,
        drawings=len(drawings),
        chart=_chart(figures.confusions, hours) if hours else "",
        leaderboards=[(title, scores) for title, scores in leaderboards if scores],
        most_pictures=MOST_PICTURES,
        wrong=_shown(wrong),
        wrong_count=len(wrong),
        right=_shown(right),
        right_count=len(right),
    )


def _shipped_header() -> dict[str, Any]:
    try:
        return load(SHIPPED)[1]
    except WeightsError:
        return {}


def _chart(confusions: Array, hours: Counter[int]) -> str:
    """Draw the confusion matrix, and the number of drawings by the hour; return a picture's data: address."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.imshow(confusions, cmap="Blues")
    left.set(xlabel="read as", ylabel="meant", yticks=range(10))
    left.set_xticks(range(11), [*map(str, range(10)), "–"])
    for row, column in zip(*np.nonzero(confusions), strict=True):
        dark = confusions[row, column] > confusions.max() / 2
        left.text(column, row, confusions[row, column], ha="center", va="center", color="white" if dark else "black")
    right.bar(list(hours), list(hours.values()), color="#2452e6")
    right.set(xlabel="hour", ylabel="drawings", xticks=range(min(hours), max(hours) + 1))
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=130)
    return _address(picture.getvalue())


def _shown(drawings: list[Kept]) -> list[_Shown]:
    shown = []
    for drawing in drawings[:MOST_PICTURES]:
        picture = prepare(drawing.strokes).picture
        if picture is None:
            continue
        file = io.BytesIO()
        Image.fromarray(255 - picture).resize((84, 84), Image.Resampling.NEAREST).save(file, "PNG")
        meant, said = ("–" if digit is None else digit for digit in (drawing.label, drawing.said))
        shown.append(_Shown(drawing.number, _address(file.getvalue()), meant, said))
    return shown


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
