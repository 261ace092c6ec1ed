"""The day's report: one HTML file that holds everything, to be opened, printed or sent without a network."""

from __future__ import annotations

import io
from base64 import b64encode
from collections import Counter
from html import escape

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from digitscope.digits.preprocess import prepare
from digitscope.recognition import SHIPPED, WeightsError
from digitscope.recognition.shipped import load
from digitscope.stand.challenges import CHALLENGES
from digitscope.stand.counting import Accuracy, accuracy, confusions
from digitscope.stand.store import Kept, Score, Store

MOST_PICTURES = 60
TITLES = {"ten": "Ten digits in 30 seconds", "fool": "A 5 that it cannot read", "hour": "Digit of the hour"}

_LOOKS = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2333; }
h1 { font-size: 1.8rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } .figure { font-size: 2.4rem; font-weight: 700; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; } img { max-width: 100%; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: .75rem; }
.gallery figure { margin: 0; font-size: .8rem; } .gallery img { width: 100%; image-rendering: pixelated; }
@media print { body { margin: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""


def report(store: Store, day: str) -> str:
    """The report on one local day ("2026-11-24"), as HTML. Raises StoreError."""
    drawings = store.drawings(day)
    drawn = [drawing for drawing in drawings if drawing.occasion == "draw"]
    answers = [(drawing.label, drawing.said) for drawing in drawn]
    boards = "".join(_board(TITLES[name], store.best(day, name, 10)) for name in CHALLENGES)
    wrong = [drawing for drawing in drawings if not drawing.right]
    right = [drawing for drawing in drawings if drawing.right]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>DigitScope, {escape(day)}</title>'
        f"<style>{_LOOKS}</style><h1>DigitScope, {escape(day)}</h1>"
        f"<h2>The room’s accuracy</h2>{_accuracies(accuracy(answers))}"
        f"<p>{len(drawings):,} drawings were left here with their visitors’ consent. Counted are those that a visitor "
        f"drew freely and confirmed or corrected; drawings made to fool the network are not among them.</p>"
        f"{_figures(drawn)}"
        f"<h2>The day’s best</h2>{boards or '<p>Nobody took up a challenge.</p>'}"
        f"<h2>What it did not read right</h2>{_gallery(wrong)}<h2>Others</h2>{_gallery(right)}</html>"
    )


def mnist_accuracy() -> Accuracy | None:
    """What the shipped network reaches on MNIST's validation images, as its file says; None without a file."""
    try:
        _, header = load(SHIPPED)
    except WeightsError:
        return None
    share, n = header.get("validation_accuracy"), header.get("validation_images")
    return Accuracy(round(share * n), n) if isinstance(share, float) and isinstance(n, int) else None


def in_percent(accuracy: Accuracy) -> str:
    """As "94.2 % (90.1 to 97.0 %, n = 120)": the interval is that of 95 %."""
    low, high = accuracy.interval
    return f"{100 * accuracy.share:.1f} % ({100 * low:.1f} to {100 * high:.1f} %, n = {accuracy.n:,})"


def _accuracies(room: Accuracy) -> str:
    told = f'<p class="figure">{100 * room.share:.1f} %</p><p>{in_percent(room)}' if room.n else "<p>Nobody confirmed"
    mnist = mnist_accuracy()
    beside = f"; on MNIST’s validation images: {in_percent(mnist)}" if mnist else ""
    return f"{told}{beside}. In brackets: the 95 % interval (Wilson).</p>"


def _figures(drawn: list[Kept]) -> str:
    if not drawn:
        return ""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    shown = confusions((drawing.label, drawing.said) for drawing in drawn)
    left.imshow(shown, cmap="Blues")
    left.set(xlabel="read as", ylabel="meant", yticks=range(10))
    left.set_xticks(range(11), [*map(str, range(10)), "–"])
    for row, column in zip(*np.nonzero(shown), strict=True):
        dark = shown[row, column] > shown.max() / 2
        left.text(column, row, shown[row, column], ha="center", va="center", color="white" if dark else "black")
    hours = Counter(drawing.at.hour for drawing in drawn)
    right.bar(list(hours), list(hours.values()), color="#2452e6")
    right.set(xlabel="hour", ylabel="drawings", xticks=range(min(hours), max(hours) + 1))
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=130)
    return f'<img alt="Confusion matrix, and drawings by the hour" src="{_address(picture.getvalue())}">'


def _board(title: str, scores: list[Score]) -> str:
    rows = "".join(
        f"<tr><td>{place}</td><td>{escape(s.nickname)}</td><td>{s.points}</td><td>{s.seconds:.1f} s</td></tr>"
        for place, s in enumerate(scores, 1)
    )
    return f"<h3>{escape(title)}</h3><table>{rows}</table>" if rows else ""


def _gallery(drawings: list[Kept]) -> str:
    cells = []
    for drawing in drawings[:MOST_PICTURES]:
        picture = prepare(drawing.strokes).picture
        if picture is None:
            continue
        file = io.BytesIO()
        Image.fromarray(255 - picture).resize((84, 84), Image.Resampling.NEAREST).save(file, "PNG")
        meant, said = ("–" if digit is None else digit for digit in (drawing.label, drawing.said))
        told = f"no. {drawing.number}: {meant}, read as {said}"
        cells.append(f'<figure><img alt="" src="{_address(file.getvalue())}">{told}</figure>')
    more = f"<p>The newest {MOST_PICTURES} of {len(drawings):,}.</p>" if len(drawings) > MOST_PICTURES else ""
    return f'<div class="gallery">{"".join(cells)}</div>{more}' if cells else "<p>None.</p>"


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
