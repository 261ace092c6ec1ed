"""A worksheet's questions and answers, made from the numbers of one drawing: one for each kind of layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from cnn.explain import Activations, Place, arithmetic
from cnn.explain.arithmetic import Choice, Normalised, Rectified, Softmaxed, Sum
from cnn.layers import BatchNorm, Conv3x3, FullyConnected, MaxPool2x2, ReLU, Softmax

Array = np.ndarray

DECIMALS = 2


@dataclass(frozen=True)
class Question:
    """One question with the tables that it needs, and its answer."""

    layer: str
    place: Place
    text: str
    answer: str
    value: float
    """The answer as a number: the network's own."""
    tables: tuple[tuple[str, Array], ...] = ()
    """Titles and numbers (rows, columns)."""
    marks: tuple[tuple[int, int, int, int], ...] = field(default=())
    """Frames on the drawing: top, left, bottom, right in pixels."""
    solutions: tuple[tuple[str, Array], ...] = ()
    """Tables that belong to the answer, as `tables` do to the question."""


def questions(activations: Activations, rng: np.random.Generator, most: int = 7) -> list[Question]:
    """Return at most `most` questions on this drawing, in the order of the layers, no kind of layer twice."""
    seen: set[type] = set()
    found: list[Question] = []
    for number in range(1, len(activations)):
        kind = type(activations.layer(number))
        if kind in seen:
            continue
        for question in _about(activations, number, rng):
            seen.add(kind)
            found.append(question)
    return found[:most]


def _about(activations: Activations, number: int, rng: np.random.Generator) -> Iterator[Question]:
    layer = activations.layer(number)
    if isinstance(layer, Conv3x3):
        yield from _convolution(activations, number, rng)
    elif isinstance(layer, MaxPool2x2):
        yield _pooling(activations, number, rng)
    elif isinstance(layer, BatchNorm):
        yield _normalised(activations, number, rng)
    elif isinstance(layer, ReLU):
        yield _rectified(activations, number, rng)
    elif isinstance(layer, Softmax):
        yield from _softmax(activations, number)
    elif isinstance(layer, FullyConnected):
        yield _dense(activations, number, rng)


def _named(activations: Activations, number: int, place: Place) -> str:
    name = activations.names[number]
    return f"{name}, map {place[0]}, at {_at(place)}" if len(place) == 3 else f"{name}, value {place[0]}"


def _at(place: Place) -> str:
    return f"({place[1]}, {place[2]})"


def _written(value: float) -> str:
    text = f"{value:.{DECIMALS}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _live(activations: Activations, number: int, rng: np.random.Generator) -> Place:
    """Choose a place where something happens: one of the largest tenth in size."""
    values = np.abs(activations.values[number])
    order = np.argsort(values, axis=None)[-max(values.size // 10, 1) :]
    return tuple(int(one) for one in np.unravel_index(int(rng.choice(order)), values.shape))


SEVERAL = 3
"""A patch should have more different values than this: blank paper has one."""
TRIES = 50
Found = TypeVar("Found", Sum, Choice, Normalised)


def _telling(
    activations: Activations,
    number: int,
    rng: np.random.Generator,
    kind: type[Found],
    tells: Callable[[Found], bool] = lambda found: True,
) -> tuple[Place, Found]:
    """Choose a live place, with an arithmetic that `tells` something if there is one in TRIES; return both."""
    tried = 0
    while True:
        place, tried = _live(activations, number, rng), tried + 1
        found = arithmetic(activations, number, place)
        assert isinstance(found, kind)
        if tried == TRIES or tells(found):
            return place, found


def _convolution(activations: Activations, number: int, rng: np.random.Generator) -> Iterator[Question]:
    place, found = _telling(activations, number, rng, Sum, lambda one: len(np.unique(one.inputs)) > SEVERAL)
    if len(found.products) == 1:
        yield Question(
            activations.names[number],
            place,
            f"The kernel of {activations.names[number]}, map {place[0]}, is laid on the picture with its upper left "
            f"corner at {_at(place)}. Multiply what lies on each other, add everything and the bias of "
            f"{_written(found.bias)}. What is the value at {_at(place)}?",
            f"{_written(found.value)}. The nine products sum to {_written(found.total)}; the bias is added.",
            found.value,
            (("patch of the picture (ink - 0.5)", found.inputs[0]), ("kernel", found.weights[0])),
        )
    top, left, bottom, right = activations.receptive_field(number, place)
    yield Question(
        activations.names[number],
        place,
        f"Which pixels of the drawing can the value of {_named(activations, number, place)} see? Draw their frame.",
        f"Rows {top} to {bottom - 1}, columns {left} to {right - 1}: {bottom - top} x {right - left} pixels.",
        float((bottom - top) * (right - left)),
        (),
        ((top, left, bottom, right),),
    )


def _pooling(activations: Activations, number: int, rng: np.random.Generator) -> Question:
    # Where four values differ there is something to choose from.
    place, found = _telling(
        activations, number, rng, Choice, lambda one: len(np.unique(np.round(one.square, DECIMALS))) == one.square.size
    )
    return Question(
        activations.names[number],
        place,
        f"{activations.names[number]} looks at these four values of map {place[0]}. Which one goes on to {_at(place)}?",
        f"{_written(found.value)}, the largest of the four.",
        found.value,
        ((f"{activations.names[number - 1]}, map {place[0]}", found.square),),
    )


def _normalised(activations: Activations, number: int, rng: np.random.Generator) -> Question:
    place, found = _telling(activations, number, rng, Normalised)
    return Question(
        activations.names[number],
        place,
        f"The value {found.x:.4f} enters {_named(activations, number, place)}. The mean is {found.mean:.4f}, the "
        f"deviation {found.deviation:.4f}, the scale {found.scale:.4f}, the shift {found.shift:.4f}. What comes out?",
        f"{_written(found.value)}: (value - mean) / deviation x scale + shift.",
        found.value,
    )


def _rectified(activations: Activations, number: int, rng: np.random.Generator) -> Question:
    before = activations.values[number - 1]
    if before.ndim != 3 or min(before.shape[1:]) < 3:
        place = tuple(int(rng.integers(side)) for side in before.shape)
        found = arithmetic(activations, number, place)
        assert isinstance(found, Rectified)
        return Question(
            activations.names[number],
            place,
            f"The value {_written(found.x)} enters {_named(activations, number, place)}. What is it after ReLU?",
            f"{_written(found.value)}: what is below zero becomes zero.",
            found.value,
        )
    # A window in which both signs occur, if there is one: then there is something to see.
    _, height, width = before.shape
    signs = before > 0
    mixed = np.argwhere(
        signs[:, : height - 2, : width - 2] & ~signs[:, 1 : height - 1, 1 : width - 1] & ~signs[:, 2:, : width - 2]
    )
    place = tuple(int(one) for one in (rng.choice(mixed) if len(mixed) else (0, 0, 0)))
    at = (place[0], place[1] + 1, place[2] + int(rng.integers(2)))
    value = activations.at(number, at)
    window = before[place[0], place[1] : place[1] + 3, place[2] : place[2] + 3]
    return Question(
        activations.names[number],
        at,
        f"These are rows {place[1]} to {place[1] + 2}, columns {place[2]} to {place[2] + 2} of "
        f"{activations.names[number - 1]}, "
        f"map {place[0]}. What is the value at {_at(at)} after ReLU? Then fill in the other eight.",
        f"{_written(value)}. Every number below zero becomes 0, the others stay.",
        value,
        ((f"{activations.names[number - 1]}, map {place[0]}", window),),
        solutions=((f"{activations.names[number]}, map {place[0]}", np.maximum(window, 0)),),
    )


def _dense(activations: Activations, number: int, rng: np.random.Generator) -> Question:
    place, found = _telling(activations, number, rng, Sum)
    strongest = found.strongest(3)
    rows = np.array([[found.inputs[at] for at in strongest], [found.weights[at] for at in strongest]])
    rest = found.total - sum(float(found.products[at]) for at in strongest)
    return Question(
        activations.names[number],
        place,
        f"Value {place[0]} of {activations.names[number]} adds {found.products.size:,} products. Here are the three "
        f"strongest pairs of value and weight; the others sum to {_written(rest)}, the bias is "
        f"{_written(found.bias)}. What is the value?",
        f"{_written(found.value)}. The three products are "
        f"{', '.join(_written(float(found.products[at])) for at in strongest)}.",
        found.value,
        (("values above, their weights below", rows),),
    )


def _softmax(activations: Activations, number: int) -> Iterator[Question]:
    best = int(activations.answers.argmax())
    found = arithmetic(activations, number, (best,))
    assert isinstance(found, Softmaxed)
    yield Question(
        activations.names[number],
        (best,),
        "These are the scores of all answers, 0 first"
        + (", “no digit” last" if len(found.scores) > 10 else "")
        + f". Take the largest from each, raise e to it, divide by the sum. How likely is {best}?"
        + (" (10 means no digit.)" if best == 10 else ""),
        f"{100 * found.value:.1f} %. The powers sum to {found.total:.4f}, and the largest score's own power is 1.",
        found.value,
        (("scores", found.scores.reshape(1, -1)),),
        solutions=(
            ("less the largest", found.lowered.reshape(1, -1)),
            ("e to that", found.powers.reshape(1, -1)),
        ),
    )
    second = int(np.argsort(activations.answers)[-2])
    yield Question(
        activations.names[number],
        (second,),
        "Which answer is the second likeliest, and by how much is its score below the first?",
        f"{second if second < 10 else 'No digit'}; {_written(float(found.scores[best] - found.scores[second]))} below.",
        float(found.scores[best] - found.scores[second]),
    )
