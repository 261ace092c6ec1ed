"""How a value came about, in words and numbers: sums in files of their own, the other layers' few steps here."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cnn.explain import Activations, Place, Sum, arithmetic
from cnn.explain.arithmetic import Choice, Given, Normalised, Rectified, Softmaxed
from cnn.layers import Conv3x3
from digitscope.ui.common.templates import render
from digitscope.ui.explain.names import place_name
from digitscope.ui.explain.numbers import Line, Square, line, square
from digitscope.ui.explain.pixel.convolution import convolution_html
from digitscope.ui.explain.pixel.dense import dense_html, softmax_html
from digitscope.ui.explain.walk import Walk


def sum_html(activations: Activations, own: Walk, digits: int) -> Markup:
    """Return the arithmetic of the value that the walk stands at, all numbers with `digits` decimals."""
    number, place = own.number, own.place
    return render(
        "explain/pixel/sum.html",
        layer=activations.names[number],
        place=place,
        where=place_name(activations, number, place),
        body=_body(activations, own, digits),
    )


def _body(activations: Activations, own: Walk, digits: int) -> Markup:
    number, place = own.number, own.place
    found = arithmetic(activations, number, place)
    match found:
        case Given():
            return _given(found, digits)
        case Sum() if isinstance(activations.layer(number), Conv3x3):
            return convolution_html(activations, own, found, digits)
        case Sum():
            return dense_html(activations, number, found, digits)
        case Choice():
            return _choice(place, found, digits)
        case Normalised():
            return _normalised(found, digits)
        case Rectified():
            return _rectified(found, digits)
        case Softmaxed():
            return softmax_html(activations, number, place, found, digits)
    value = line("value", found.value, digits, "value", strong=True)
    return _steps("This layer changes nothing here: the value goes on as it is.", [value])


def _steps(before: str, lines: Sequence[Line], table: Square | None = None, after: str = "") -> Markup:
    """Return a sentence, perhaps a table and another sentence, and lines of a sum."""
    return render("explain/pixel/steps.html", before=before, table=table, after=after, sum=lines)


def _given(found: Given, digits: int) -> Markup:
    return _steps(
        "Where it begins: the ink that the drawing has here, from 0 (paper) to 1, less a half, so that paper and ink "
        "lie on both sides of zero.",
        [
            line("ink", found.ink, digits, "ink"),
            line("half", -0.5, digits, "less a half"),
            line("value", found.value, digits, "value", strong=True),
        ],
    )


def _choice(place: Place, found: Choice, digits: int) -> Markup:
    winner = (("upper left", "upper right"), ("lower left", "lower right"))[found.winner[0]][found.winner[1]]
    row, column = 2 * place[1], 2 * place[2]
    equals = int((found.square == found.square.max()).sum())
    return _steps(
        f"Of the four values at rows {row} and {row + 1}, columns {column} and {column + 1} only the largest goes on.",
        [line("value", found.value, digits, "value", strong=True)],
        square(found.square, digits, "the four", "square", found.winner),
        f"The {winner} one won"
        + (f"; {equals} are equally large, and the first of them counts." if equals > 1 else "."),
    )


def _normalised(found: Normalised, digits: int) -> Markup:
    return _steps(
        "During training, the mean and the deviation of this map’s values were measured. The value is told as "
        "deviations above that mean, then stretched and moved by two numbers that were learned.",
        [
            line("x", found.x, digits, "value before"),
            line("mean", found.mean, digits, "less the mean"),
            line("deviation", found.deviation, digits, "divided by the deviation"),
            line("normal", found.normal, digits, "gives"),
            line("scale", found.scale, digits, "times the scale"),
            line("shift", found.shift, digits, "plus the shift"),
            line("value", found.value, digits, "value", strong=True),
        ],
    )


def _rectified(found: Rectified, digits: int) -> Markup:
    outcome = "It is above zero and stays." if found.value > 0 else "It is not above zero and becomes zero."
    return _steps(
        f"What is below zero becomes zero. {outcome}",
        [
            line("x", found.x, digits, "value before"),
            line("value", found.value, digits, "max(0, value)", strong=True),
        ],
    )
