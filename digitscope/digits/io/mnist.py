"""MNIST from the four files in `data/mnist/`: read by the `mnist` package, checked, never downloaded."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import md5
from io import BytesIO
from pathlib import Path

import mnist
import numpy as np

from digitscope.resources import DATA

Array = np.ndarray

DATA_FOLDER = DATA / "mnist"

HELD_OUT = 5_000
"""The number of training images, from the end, that are never trained on: all choices are validated on them."""

CHECKSUMS = {
    "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
}
"""The known md5 of each file's unpacked bytes."""


class MnistError(ValueError):
    """A file of MNIST that is missing or damaged; the message names it."""


@dataclass(frozen=True)
class Mnist:
    """All 70,000 digits: images (n, 28, 28) uint8, labels (n,) uint8."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array

    @property
    def training(self) -> tuple[Array, Array]:
        """What is learned from: the first 55,000 training images and labels."""
        return self.train_images[:-HELD_OUT], self.train_labels[:-HELD_OUT]

    @property
    def validation(self) -> tuple[Array, Array]:
        """What choices are made by: the last 5,000 training images and labels."""
        return self.train_images[-HELD_OUT:], self.train_labels[-HELD_OUT:]

    @property
    def test(self) -> tuple[Array, Array]:
        """What is only ever measured on: the 10,000 test images and labels."""
        return self.test_images, self.test_labels


@lru_cache(maxsize=2)
def load(folder: Path = DATA_FOLDER) -> Mnist:
    """Read the four files in `folder`; the arrays cannot be written to, all callers share them.

    Raises MnistError, with the file's name, when one is missing or damaged.
    """
    arrays = [_read(Path(folder) / name, checksum) for name, checksum in CHECKSUMS.items()]
    return Mnist(*arrays)


def _read(path: Path, checksum: str) -> Array:
    try:
        with gzip.open(path) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise MnistError(f"{path} is missing: take the folder data/mnist from the project again.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise MnistError(f"{path} cannot be read ({error}): take it from the project again.") from error
    if md5(content, usedforsecurity=False).hexdigest() != checksum:
        raise MnistError(f"{path} is damaged or not MNIST's: its checksum is wrong. Take it from the project again.")
    array = mnist.parse_idx(BytesIO(content))
    array.flags.writeable = False
    return array
