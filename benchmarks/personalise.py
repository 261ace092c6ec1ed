"""What personalising the network gains and loses: python -m benchmarks.personalise --strokes FILE [--only WRITER ...].

Each writer of the file teaches a copy of the network five drawings, those first that it misreads, as the stand's page
does it. Then the copy reads all of the writer's other drawings, which it did not learn from, and MNIST's 10,000 test
images. With --swap a writer is made into one whose hand is hard to guess: the sevens are meant as ones (and the real
ones are left out), three of them are taught. Printed are shares read right before and after, by writer and together,
with 95 % intervals. Take writers whom the network never saw, and the network that never saw them (held-out.npz).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn import weights
from cnn.fast.predictor import BatchPredictor
from cnn.network import CNN
from cnn.verdict import judge
from cnn.weights import WeightsError
from digitscope.cli.common import CommandError, load_mnist, read_drawings
from digitscope.digits.preprocess import prepare_all
from digitscope.digits.strokes import Drawing
from digitscope.jobs.messages import Learned
from digitscope.jobs.personalise import DRAWINGS, learn
from digitscope.recognition.measure import wilson

Array = np.ndarray

HELD_OUT = Path(__file__).parents[1] / "pretrained" / "held-out.npz"
SWAPPED = 7
MEANT = 1
SWAPPED_TAUGHT = 3
SEED = 2026


@dataclass(frozen=True)
class Lesson:
    """One writer's: drawings read right, of n, before and after; and MNIST's images read right after."""

    before: int
    after: int
    n: int
    mnist: int


def read(network: CNN, pictures: Array) -> Array:
    """The digit that the network says to each picture (n, 28, 28): the likeliest, however unsure it is."""
    return judge(BatchPredictor(network).predict(pictures)).probabilities.argmax(axis=1)


def swapped(drawings: Sequence[Drawing]) -> list[Drawing]:
    """The drawings of somebody who writes a 1 as these people write a 7."""
    return [
        Drawing(d.strokes, MEANT if d.label == SWAPPED else d.label, d.writer) for d in drawings if d.label != MEANT
    ]


def choose(said: Array, meant: Array, swap: bool, rng: np.random.Generator) -> list[int]:
    """Places of the five to teach: misread ones first, of different digits where there are such, then others."""
    order = [int(place) for place in rng.permutation(len(meant))]
    order.sort(key=lambda place: bool(said[place] == meant[place]))
    most = {MEANT: SWAPPED_TAUGHT} if swap else {}
    chosen: list[int] = []
    for place in order:
        same = sum(meant[other] == meant[place] for other in chosen)
        if same < most.get(int(meant[place]), 1) and len(chosen) < DRAWINGS:
            chosen.append(place)
    return chosen


def teach(packed: bytes, drawings: Sequence[Drawing], mnist: tuple[Array, Array], swap: bool, seed: int) -> Lesson:
    """Let a copy learn five of a writer's drawings, and measure it on the others."""
    rng = np.random.default_rng(seed)
    network, _ = weights.from_bytes(packed, "the network")
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    drawings, pictures = [drawings[int(place)] for place in np.flatnonzero(readable)], pictures[readable]
    meant = np.array([drawing.label for drawing in drawings])
    said = read(network, pictures)
    chosen = choose(said, meant, swap, rng)
    learned = None
    for news in learn(packed, [(drawings[place].strokes, int(meant[place])) for place in chosen], seed):
        learned = news
    assert isinstance(learned, Learned), "a lesson ends so"
    adapted, _ = weights.from_bytes(learned.packed, "the copy")
    others = np.setdiff1d(np.arange(len(meant)), chosen)
    return Lesson(
        int((said == meant)[others].sum()),
        int((read(adapted, pictures[others]) == meant[others]).sum()),
        len(others),
        int((read(adapted, mnist[0]) == mnist[1]).sum()),
    )


def share(right: int, n: int) -> str:
    """A share with its interval, in per cent."""
    low, high = wilson(right / n, n)
    return f"{100 * right / n:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def main() -> int:
    """Teach and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--strokes", type=Path, nargs="+", required=True, metavar="FILE", help="UNIPEN text (.gz too)")
    parser.add_argument("--only", nargs="+", default=[], metavar="WRITER", help="only these writers (default: all)")
    parser.add_argument("--weights", type=Path, default=HELD_OUT, help="the network (default: held-out.npz)")
    parser.add_argument("--swap", action="store_true", help="each writer's sevens are meant as ones")
    options = parser.parse_args()
    try:
        packed = options.weights.read_bytes()
        network, _ = weights.from_bytes(packed, options.weights.name)
        drawings = [d for d in read_drawings(options.strokes, options.only) if d.label is not None]
        mnist = load_mnist().test
    except (CommandError, WeightsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    before = int((read(network, mnist[0]) == mnist[1]).sum())
    lessons = []
    for number, writer in enumerate(sorted({drawing.writer for drawing in drawings})):
        own = [drawing for drawing in drawings if drawing.writer == writer]
        lesson = teach(packed, swapped(own) if options.swap else own, mnist, options.swap, SEED + number)
        lessons.append(lesson)
        print(
            f"writer {writer}: {lesson.before} right of {lesson.n}, then {lesson.after}; "
            f"MNIST {before} of {len(mnist[1])}, then {lesson.mnist}",
            flush=True,
        )
    n, images = sum(lesson.n for lesson in lessons), len(mnist[1])
    print(f"{len(lessons)} writers, {DRAWINGS} drawings taught by each")
    print(f"their other drawings (n = {n}): before {share(sum(lesson.before for lesson in lessons), n)}, "
          f"after {share(sum(lesson.after for lesson in lessons), n)}")  # fmt: skip
    lost = [100 * (before - lesson.mnist) / images for lesson in lessons]
    print(f"MNIST test images (n = {images}): before {share(before, images)}, after "
          f"{100 * before / images - np.mean(lost):.2f} % at the mean of the copies, "
          f"{100 * before / images - max(lost):.2f} % at worst")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
