"""What all tests share: MNIST read once, and drawings by people where there are any."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import Mnist
from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Drawing, Strokes

Result = TypeVar("Result")

PROJECT = Path(__file__).parents[1]
PEN_DATA = PROJECT.parent / "shared" / "strokes"
"""Drawings by people; not a part of the project, so tests must do without them."""


def run_apart(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: the browser of other tests may have a loop in this one already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="session")
def digits() -> Mnist:
    return mnist.load()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def twenty_drawings() -> list[Drawing]:
    """Two of each digit: by people where their drawings are at hand, else our own samples."""
    path = PEN_DATA / "pendigits-train.unipen.gz"
    if path.exists():
        drawings = read_unipen(path)
        order = np.random.default_rng(2026).permutation(len(drawings))
        chosen = [[drawings[i] for i in order if drawings[i].label == digit][:2] for digit in range(10)]
        return [drawing for pair in chosen for drawing in pair]
    return [Drawing(strokes, digit, "samples") for digit, pair in SAMPLES.items() for strokes in pair]


def on_board(strokes: Strokes, side: float, share: float = 0.7) -> list[np.ndarray]:
    """The paths in pixels of a board: in its middle, the longest side `share` of the board's."""
    points = np.concatenate(strokes.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = share * side / (high - low).max()
    return [(path - (low + high) / 2) * scale + side / 2 for path in strokes.paths]
