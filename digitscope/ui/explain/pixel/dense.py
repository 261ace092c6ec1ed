"""A dense layer's sum, its strongest contributions one by one; the last layer's way from scores to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cnn.explain import Activations, Place, Sum
from cnn.explain.arithmetic import Softmaxed
from cnn.test_time_augmentation import AUGMENTATIONS
from digitscope.ui.common.templates import render
from digitscope.ui.explain.names import answer_name, place_name
from digitscope.ui.explain.numbers import Cell, Number, cell, line, written

STRONGEST = 8
"""Contributions that are shown one by one."""


@dataclass(frozen=True)
class Contribution:
    """One of the products that are added."""

    source: str
    value: str
    weight: str
    product: Cell


@dataclass(frozen=True)
class AnswerRow:
    """An answer's numbers on the way from its score to its probability."""

    answer: str
    steps: list[str]


def dense_html(activations: Activations, number: int, found: Sum, digits: int, name: str = "value") -> Markup:
    """Return the sum of the layer with this number; `name` says what it is: a value, or the softmax's score."""
    strongest = found.strongest(STRONGEST)
    largest = max(abs(float(found.products[place])) for place in strongest) or 1
    contributions = [
        Contribution(
            place_name(activations, number - 1, place),
            written(float(found.inputs[place]), digits),
            written(float(found.weights[place]), digits),
            cell(float(found.products[place]), largest, digits),
        )
        for place in strongest
    ]
    lines = [
        line("total", found.total, digits, "sum of all products"),
        line("bias", found.bias, digits, "bias"),
        line(name, found.value, digits, name, strong=True),
    ]
    if rest := found.products.size - len(strongest):
        others = found.total - sum(float(found.products[place]) for place in strongest)
        lines.insert(0, line("rest", others, digits, f"the other {rest:,} together"))
    return render(
        "explain/pixel/dense.html",
        count=f"{found.products.size:,}",
        before=activations.names[number - 1],
        contributions=contributions,
        sum=lines,
    )


def softmax_html(activations: Activations, number: int, place: Place, found: Softmaxed, digits: int) -> Markup:
    """Return how all scores become probabilities, after the sum that is this answer's score."""
    steps = zip(found.scores, found.lowered, found.powers, activations.values[number], strict=True)
    return render(
        "explain/pixel/softmax.html",
        score=dense_html(activations, number, found.score, digits, "score"),
        largest=written(float(found.scores.max()), digits),
        powers=Number("powers", written(found.total, digits)),
        rows=[
            AnswerRow(answer_name(answer), [written(float(step), digits) for step in row])
            for answer, row in enumerate(steps)
        ],
        chosen=place[0],
        sum=[line("value", found.value, digits, f"probability of “{answer_name(place[0])}” in this pass", strong=True)],
        views=AUGMENTATIONS,
    )
