"""What all tests share: MNIST read once, and drawings by people where there are any."""

from __future__ import annotations

import os

# Before NumPy is loaded, here and in processes that tests start: tests share the cores with each other, and BLAS's
# threads that wait for a core make small products ten times as slow.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest

from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import Mnist
from digitscope.digits.strokes import Drawing
from testkit import drawings


@pytest.fixture(scope="session")
def digits() -> Mnist:
    return mnist.load()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def twenty_drawings() -> list[Drawing]:
    return drawings.twenty_drawings()
