"""Digits as people of other countries write them, drawn corner by corner: the shipped network reads each of them."""

from __future__ import annotations

import numpy as np
import pytest

from digitscope.digits.coarse import catmull_rom
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import few_lines, few_units
from digitscope.recognition import Reader


@pytest.fixture(scope="module")
def reader():
    return Reader.shipped()


def ring(turns: float, begin: float, rx: float = 0.35) -> np.ndarray:
    angle = begin - 2 * np.pi * np.linspace(0, turns, 40)
    return np.column_stack([0.5 + rx * np.cos(angle), 0.5 + 0.48 * np.sin(angle)])


def lines(*corners):
    return np.array(corners, float)


def curve(*corners):
    return catmull_rom(np.array(corners, float))


STEM = ((0.6, 0.0), (0.62, 1.0))
HANDS = {
    "1, upstroke from the base line": [lines((0.1, 1.0), *STEM)],
    "1, upstroke from the middle": [lines((0.1, 0.55), *STEM)],
    "1, curved upstroke": [np.concatenate([curve((0.0, 0.95), (0.3, 0.85), (0.5, 0.5), (0.6, 0.0)), lines(*STEM)])],
    "1, hooked upstroke": [
        np.concatenate([curve((0.02, 0.82), (0.06, 0.95), (0.3, 0.8), (0.52, 0.4), (0.6, 0.0)), lines(*STEM)])
    ],
    "1, stem overshooting": [lines((0.1, 0.95), (0.6, 0.22)), lines(*STEM)],
    "1, looped at the top": [
        curve((0.1, 0.95), (0.45, 0.55), (0.68, 0.15), (0.62, 0.0), (0.52, 0.12), (0.56, 0.5), (0.6, 1.0))
    ],
    "1, doubled at the top": [
        np.concatenate([curve((0.1, 0.7), (0.35, 0.72), (0.56, 0.55), (0.6, 0.3), (0.6, 0.0)), lines(*STEM)])
    ],
    "7 with a bent bar": [
        lines((0.15, 0.05), (0.8, 0.05), (0.4, 1.0)),
        curve((0.3, 0.5), (0.45, 0.44), (0.58, 0.55), (0.75, 0.48)),
    ],
    "7 with a double bar": [
        lines((0.15, 0.05), (0.8, 0.05), (0.4, 1.0)),
        lines((0.35, 0.45), (0.75, 0.45)),
        lines((0.32, 0.55), (0.72, 0.55)),
    ],
    "7 with a serif": [lines((0.15, 0.22), (0.15, 0.05), (0.8, 0.05), (0.4, 1.0))],
    "2 with a curled head": [
        curve(
            *((0.48, 0.3), (0.3, 0.3), (0.27, 0.12), (0.52, 0.02), (0.76, 0.2), (0.58, 0.55), (0.2, 0.92)),
            *((0.5, 0.93), (0.88, 0.92)),
        )
    ],
    "2 with a spiral": [
        curve(
            *((0.42, 0.22), (0.55, 0.2), (0.52, 0.34), (0.3, 0.36), (0.16, 0.2), (0.42, 0.02), (0.74, 0.16)),
            *((0.62, 0.5), (0.2, 0.95), (0.5, 0.92), (0.88, 0.96)),
        )
    ],
    "2 with a short foot": [
        curve(
            (0.18, 0.24), (0.42, 0.03), (0.76, 0.2), (0.6, 0.52), (0.26, 0.86), (0.22, 0.96), (0.42, 0.93), (0.6, 0.96)
        )
    ],
    "2 with corners": [lines((0.15, 0.15), (0.45, 0.02), (0.8, 0.12), (0.15, 0.95), (0.88, 0.95))],
    "3 with a flat top": [
        lines((0.2, 0.05), (0.75, 0.05), (0.45, 0.4)),
        curve((0.45, 0.4), (0.78, 0.55), (0.72, 0.88), (0.42, 0.98), (0.16, 0.86)),
    ],
    "3 with a looped top": [
        curve(
            *((0.36, 0.22), (0.22, 0.16), (0.34, 0.04), (0.66, 0.06), (0.68, 0.28), (0.46, 0.44)),
            *((0.74, 0.56), (0.74, 0.84), (0.46, 0.97), (0.16, 0.86)),
        )
    ],
    "4 like a lightning": [lines((0.6, 0.02), (0.16, 0.58), (0.8, 0.52), (0.5, 0.98))],
    "5 in one S": [
        curve(
            (0.8, 0.08), (0.5, 0.04), (0.26, 0.22), (0.42, 0.42), (0.72, 0.62), (0.66, 0.88), (0.4, 0.97), (0.16, 0.88)
        )
    ],
    "6 with a long stem": [
        curve((0.74, 0.0), (0.5, 0.34), (0.3, 0.72), (0.38, 0.97), (0.64, 0.92), (0.68, 0.72), (0.46, 0.66), (0.3, 0.8))
    ],
    "9 with a long stem": [
        curve((0.7, 0.1), (0.46, 0.02), (0.3, 0.18), (0.46, 0.34), (0.68, 0.22), (0.7, 0.1)),
        lines((0.7, 0.06), (0.66, 1.0)),
    ],
    "8, open": [
        curve(
            *((0.74, 0.12), (0.46, 0.03), (0.26, 0.2), (0.48, 0.46), (0.74, 0.74)),
            *((0.5, 0.97), (0.24, 0.78), (0.46, 0.52), (0.7, 0.32)),
        )
    ],
    "0 with a tail": [np.concatenate([ring(1.02, -1.2), lines((0.9, -0.08))])],
    "0 that overshoots": [ring(1.15, -1.6)],
}


@pytest.mark.parametrize("name", HANDS)
def test_it_reads_this_hand(reader, name):
    assert reader.read(Strokes(tuple(HANDS[name]))).text == name[0]


def test_it_reads_straight_lines_of_a_slow_tablet(reader):
    drawn = [(digit, few_lines(strokes, 0.25)) for digit, pair in SAMPLES.items() for strokes in pair]
    right = [reader.read(strokes).text == str(digit) for digit, strokes in drawn]
    assert sum(right) >= 19


@pytest.mark.parametrize("units", [6, 8, 10])
def test_it_reads_drawings_stored_at_few_units(reader, units):
    rng = np.random.default_rng(units)
    drawn = [(digit, few_units(strokes, units, rng)) for digit, pair in SAMPLES.items() for strokes in pair]
    right = [reader.read(strokes).text == str(digit) for digit, strokes in drawn]
    assert sum(right) >= 19


def test_a_reading_names_the_digits_that_it_may_be(reader):
    sure = reader.read(SAMPLES[3][0])
    assert sure.sets == [[3]]
    scribble = np.random.default_rng(4).uniform(0, 1, (40, 2))
    assert reader.read(Strokes((scribble,))).sets == [[]], "nothing is named where nothing can be read"
    row = Strokes((*SAMPLES[1][0].paths, *(path + np.array([2.0, 0.0]) for path in SAMPLES[0][0].paths)))
    assert reader.read(row).sets == [[1], [0]]
