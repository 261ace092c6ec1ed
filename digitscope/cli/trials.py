"""Harder sets for python -m cnn evaluate, from rules and people's drawings: habits, moods, boards, whole numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np

from cnn.network import CNN
from cnn.test_time_augmentation import averaged_outputs
from cnn.verdict import judge
from digitscope.cli.common import CommandError
from digitscope.digits.preprocess import prepare_all
from digitscope.digits.strokes import Drawing, Strokes
from digitscope.digits.synthesis import habits
from digitscope.digits.synthesis.habits import shuffled
from digitscope.digits.synthesis.stroke_augmentation import few_lines, few_units, hasty, on_board, shaky, slanted
from digitscope.digits.synthesis.training_set import side_by_side
from digitscope.recognition import Reader
from digitscope.recognition.measure import measure, wilson

Array = np.ndarray
Labelled = list[tuple[Strokes, int]]

TEST_SEED, OF_EACH = 2026, 500
"""A seed that no training uses, and the number of drawings of each habit."""
IN_NUMBER = 4


def habit_trial(network: CNN, bound: float, drawings: Sequence[Drawing], limit: int | None, as_json: bool) -> None:
    """Print the accuracy with each habit, drawn by rule, and with people's drawings varied in one way at a time.

    `limit` makes each set smaller.
    """
    rng = np.random.default_rng(TEST_SEED)
    each = min(OF_EACH, limit or OF_EACH)
    sets: dict[str, Labelled] = {name: [habits.draw(name, rng) for _ in range(each)] for name in habits.NAMES}
    people = [(d.strokes, d.label) for d in drawings if d.label is not None and not d.strokes.empty][:limit]
    if people:
        sets |= _varied(people, rng)
    facts = {}
    for name, drawn in sets.items():
        pictures, readable = prepare_all(strokes for strokes, _ in drawn)
        labels = np.array([label for _, label in drawn], int)
        result = measure(judge(averaged_outputs(network.predict_output, pictures), bound), labels, readable)
        facts[name] = {"n": len(drawn), "accuracy": result.accuracy, "refused": result.refused}
    if as_json:
        print(json.dumps(facts))
        return
    for name, fact in facts.items():
        low, high = wilson(fact["accuracy"], int(fact["n"]))
        print(
            f"{name:<36} n {fact['n']:5,}  accuracy {fact['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f})  "
            f"refused {fact['refused']:.4f}"
        )


def _varied(people: Labelled, rng: np.random.Generator) -> dict[str, Labelled]:
    def each(vary: Callable[[Strokes], Strokes]) -> Labelled:
        return [(vary(strokes), label) for strokes, label in people]

    extra = [(strokes, label) for strokes, label in people if label in (0, 1, 7)]
    return {
        "people's, as they are": people,
        "people's, 25 degrees right": each(lambda strokes: slanted(strokes, 25)),
        "people's, 25 degrees left": each(lambda strokes: slanted(strokes, -25)),
        "people's, a shaky pen": each(lambda strokes: shaky(strokes, rng)),
        "people's, a hasty pen": each(lambda strokes: hasty(strokes)),
        "people's, strokes in any order": each(lambda s: Strokes(tuple(shuffled(list(s.paths), rng)), s.size)),
        "people's, 15 % of a board of 340 px": each(lambda strokes: on_board(strokes, 340, 0.15, rng)),
        "people's, 100 % of a board of 340 px": each(lambda strokes: on_board(strokes, 340, 1.0, rng)),
        "people's, straight lines of a quarter": each(lambda strokes: few_lines(strokes, 0.25)),
        "people's, stored at 8 units": each(lambda strokes: few_units(strokes, 8, rng)),
        "people's, slash, cross, flag or foot": [(habits.add_habit(s, label, rng), label) for s, label in extra],
    }


def number_trial(reader: Reader, drawings: Sequence[Drawing], numbers: int, as_json: bool) -> None:
    """Print the share of four-digit numbers, each composed of one writer's drawings, that are cut and read right.

    As on the page: a number with a part that is refused is not right.
    """
    rng = np.random.default_rng(TEST_SEED)
    by_writer: dict[str, list[Drawing]] = {}
    for drawing in drawings:
        if drawing.label is not None and not drawing.strokes.empty:
            by_writer.setdefault(drawing.writer, []).append(drawing)
    if not by_writer:
        raise CommandError("There is no labelled digit to put numbers together from.")
    writers = sorted(by_writer)
    right = cut = 0
    for _ in range(numbers):
        own = by_writer[writers[int(rng.integers(len(writers)))]]
        chosen = [own[int(rng.integers(len(own)))] for _ in range(IN_NUMBER)]
        reading = reader.read(side_by_side([drawing.strokes for drawing in chosen], rng))
        cut += len(reading.pieces) == IN_NUMBER
        right += reading.text == "".join(str(drawing.label) for drawing in chosen)
    share = right / numbers
    if as_json:
        print(json.dumps({"n": numbers, "accuracy": share, "cut_in_four": cut / numbers}))
        return
    low, high = wilson(share, numbers)
    print(
        f"{numbers:,} numbers of four digits: right {share:.4f} (95 % interval {low:.4f} to {high:.4f}), "
        f"cut into four {cut / numbers:.4f}"
    )
