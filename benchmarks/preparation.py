"""The same drawings, prepared in other ways: python -m benchmarks.preparation --strokes FILE... [--weights FILE].

Every drawing is put on a canvas of 280 pixels, somewhere, 30 to 90 % of it large, and drawn with a brush of 6, 12,
20 or 32 pixels. Then one network reads what three ways of preparing make of it, and a photo of it as well: the canvas
printed, turned by up to 5 degrees, in a light from one side, with a camera's noise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge
from digitscope.cli.common import load_network, read_drawings
from digitscope.digits.io.photo import prepare_photo
from digitscope.digits.other_preparations import boxed, shrunk
from digitscope.digits.preprocess import prepare
from digitscope.digits.strokes import Strokes
from digitscope.recognition import SHIPPED
from digitscope.recognition.measure import wilson

Array = np.ndarray

CANVAS = 280.0
BRUSHES = (6, 12, 20, 32)
FINE = 2
BLANK = np.zeros((28, 28), np.uint8)


def on_canvas(strokes: Strokes, rng: np.random.Generator, brush: float) -> Strokes:
    """The drawing, 30 to 90 % of a canvas large, wherever there is room."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    side = rng.uniform(0.3, 0.9) * CANVAS - brush
    scale = side / (float((high - low).max()) or 1.0)
    size = (high - low) * scale
    corner = brush / 2 + rng.random(2) * (CANVAS - brush - size)
    return Strokes(tuple((path - low) * scale + corner for path in strokes.paths), CANVAS)


def photographed(strokes: Strokes, rng: np.random.Generator, brush: float) -> Array:
    """What the page's reader makes of a photo of the drawing."""
    side = int(CANVAS * FINE)
    paper = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(paper)
    width = max(2, round(brush * FINE))
    for path in strokes.paths:
        points = [(float(x), float(y)) for x, y in path * FINE]
        pen.line(points, fill=int(rng.uniform(20, 110)), width=width, joint="curve")
        for x, y in points:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=60)
    turned = paper.rotate(float(rng.uniform(-5, 5)), Image.Resampling.BICUBIC, fillcolor=255)
    direction = rng.normal(0, 1, 2)
    direction /= np.abs(direction).sum()
    across = np.linspace(-0.5, 0.5, side)
    light = 0.75 + 0.45 * (direction[0] * across[None, :] + direction[1] * across[:, None])
    seen = np.asarray(turned, float) * light + rng.normal(0, 5, (side, side))
    prepared = prepare_photo(Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)))
    return BLANK if prepared.picture is None else prepared.picture


def framed(strokes: Strokes, rng: np.random.Generator, brush: float) -> Array:
    """Our way."""
    picture = prepare(strokes).picture
    return BLANK if picture is None else picture


WAYS: dict[str, Callable[[Strokes, np.random.Generator, float], Array]] = {
    "canvas shrunk to 28 x 28": lambda strokes, _, brush: shrunk(strokes, brush),
    "bounding box enlarged": lambda strokes, _, brush: boxed(strokes, brush),
    "framed and inked as MNIST (ours)": framed,
    "a photo of the drawing (ours)": photographed,
}


def main() -> None:
    """Read the drawings in every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--only", nargs="+", default=[], metavar="WRITER")
    parser.add_argument("--limit", type=int, metavar="N", help="N of the drawings, picked at random with seed 0")
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    options = parser.parse_args()
    network, _ = load_network(options.weights)
    drawings = [
        drawing
        for drawing in read_drawings(options.strokes, options.only)
        if drawing.label is not None and not drawing.strokes.empty
    ]
    if options.limit is not None:
        picked = np.random.default_rng(0).permutation(len(drawings))[: max(1, options.limit)]
        drawings = [drawings[i] for i in picked]
    labels = np.array([drawing.label for drawing in drawings])
    print(f"{len(drawings):,} drawings, read by {options.weights.name}; right, in %\n")
    print(f"| prepared | {' | '.join(f'brush {brush}' for brush in BRUSHES)} | 95 % interval of the last |")
    print(f"|---|{'---|' * (len(BRUSHES) + 1)}")
    for name, way in WAYS.items():
        shares = []
        for brush in BRUSHES:
            rng = np.random.default_rng(brush)
            pictures = np.array([way(on_canvas(d.strokes, rng, brush), rng, brush) for d in drawings])
            said = judge(averaged_outputs(network.predict_output, pictures)).probabilities.argmax(axis=1)
            shares.append(float((said == labels).mean()))
        low, high = wilson(shares[-1], len(drawings))
        cells = " | ".join(f"{100 * share:.1f}" for share in shares)
        print(f"| {name} | {cells} | {100 * low:.1f} to {100 * high:.1f} |")


if __name__ == "__main__":
    main()
