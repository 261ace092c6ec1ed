"""Negatives: scribbles, signs and doodles that are no digit, drawn by rule.

Letters that people really drew come from pen data; these stand for the rest of what a board has to put up with.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitscope.digits.coarse import catmull_rom
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.habits import Paths
from digitscope.digits.synthesis.stroke_augmentation import vary

Array = np.ndarray


def scribble(rng: np.random.Generator) -> Paths:
    """A curve through random places."""
    return [catmull_rom(rng.uniform(0, 1, (int(rng.integers(9, 40)), 2)))]


def lines(rng: np.random.Generator) -> Paths:
    """Some straight strokes, anywhere."""
    return [rng.uniform(0, 1, (int(rng.integers(2, 4)), 2)) for _ in range(int(rng.integers(3, 9)))]


def zigzag(rng: np.random.Generator) -> Paths:
    """Up and down, as one blackens a piece of paper."""
    k = int(rng.integers(6, 24))
    corners = np.column_stack([np.linspace(0, 1, k), np.tile([0.1, 0.9], k)[:k]])
    return [corners * (1, rng.uniform(0.4, 1.2)) + rng.normal(0, 0.04, (k, 2))]


def spiral(rng: np.random.Generator) -> Paths:
    """A line that winds itself up, at least twice around."""
    turns = rng.uniform(2.2, 5)
    angle = np.linspace(0, 2 * np.pi * turns, 160) * rng.choice([-1, 1])
    radius = np.linspace(0.03, 0.5, 160)
    return [np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])]


def star(rng: np.random.Generator) -> Paths:
    """Rays that cross in the middle, or a pentagram."""
    if rng.random() < 0.5:
        angle = -np.pi / 2 + 4 * np.pi / 5 * np.arange(6)
        return [np.column_stack([np.cos(angle), np.sin(angle)])]
    k = int(rng.integers(3, 6))
    angle = np.pi * (np.arange(k) + rng.uniform(0, 0.5)) / k
    ray = np.column_stack([np.cos(angle), np.sin(angle)])
    return [np.array([one, -one]) for one in ray]


def polygon(rng: np.random.Generator) -> Paths:
    """A triangle, a square, ..., closed, now and then with a line through it."""
    k = int(rng.integers(3, 7))
    angle = 2 * np.pi * np.arange(k + 1) / k + rng.uniform(0, 2 * np.pi)
    paths = [np.column_stack([np.cos(angle), np.sin(angle)])]
    if rng.random() < 0.3:
        paths.append(np.array([[-1.0, 0.0], [1.0, 0.0]]) + rng.normal(0, 0.1, (2, 2)))
    return paths


def face(rng: np.random.Generator) -> Paths:
    """Two eyes, a mouth, and a head around them."""
    angle = np.linspace(0, 2 * np.pi, 40)
    head = np.column_stack([np.cos(angle), np.sin(angle)])
    smile = np.linspace(0.2, np.pi - 0.2, 12)
    mouth = np.column_stack([0.5 * np.cos(smile), 0.2 + 0.35 * np.sin(smile) * rng.choice([-1, 1])])
    eyes = [np.array([[x, -0.35], [x, -0.2]]) + rng.normal(0, 0.02, (2, 2)) for x in (-0.35, 0.35)]
    return [head, mouth, *eyes]


def heart(rng: np.random.Generator) -> Paths:
    """A heart in one stroke."""
    t = np.linspace(0, 2 * np.pi, 50)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.column_stack([16 * np.sin(t) ** 3, -y]) / 17]


def house(rng: np.random.Generator) -> Paths:
    """Walls, a roof and a door."""
    walls = np.array([[0, 0.4], [0, 1], [1, 1], [1, 0.4], [0, 0.4]], float)
    roof = np.array([[0, 0.4], [0.5, 0], [1, 0.4]], float)
    door = np.array([[0.4, 1], [0.4, 0.7], [0.6, 0.7], [0.6, 1]], float)
    return [walls, roof, door]


def waves(rng: np.random.Generator) -> Paths:
    """Two or three long waves below each other."""
    x = np.linspace(0, 1, 50)
    count = int(rng.integers(2, 4))
    rows = [np.sin(2 * np.pi * rng.uniform(2, 4) * x) * 0.08 + 0.35 * i for i in range(count)]
    return [np.column_stack([x, row]) for row in rows]


def sign(rng: np.random.Generator) -> Paths:
    """A plus, a multiplication sign, an equals sign, an arrow, a check mark, a hash, a question mark."""
    signs: list[list[list[tuple[float, float]]]] = [
        [[(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)]],
        [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
        [[(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],
        [[(0, 0.5), (1, 0.5)], [(0.7, 0.2), (1, 0.5), (0.7, 0.8)]],
        [[(0, 0.6), (0.3, 1), (1, 0)]],
        [[(0.3, 0), (0.3, 1)], [(0.7, 0), (0.7, 1)], [(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],
        [[(0.2, 0.2), (0.5, 0), (0.8, 0.25), (0.5, 0.5), (0.5, 0.7)], [(0.5, 0.9), (0.5, 0.95)]],
    ]
    chosen = signs[int(rng.integers(len(signs)))]
    return [np.array(corners, float) + rng.normal(0, 0.03, (len(corners), 2)) for corners in chosen]


KINDS: tuple[Callable[[np.random.Generator], Paths], ...] = (
    *(scribble, lines, zigzag, spiral, star, polygon),
    *(face, heart, house, waves, sign),
)


def draw(rng: np.random.Generator) -> Strokes:
    """Draw one of them, chosen at random and augmented."""
    kind = KINDS[int(rng.integers(len(KINDS)))]
    return vary(Strokes(tuple(kind(rng))), rng)
