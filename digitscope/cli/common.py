"""What the commands share: their error, and data and weights loaded so that failures are that error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnn import CNN, weights
from cnn.weights import WeightsError
from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import Mnist, MnistError
from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.strokes import Drawing, StrokesError
from digitscope.recognition import shipped


class CommandError(Exception):
    """A command that cannot run; the message is one sentence for the person who typed it."""


def load_mnist() -> Mnist:
    """MNIST, or a CommandError."""
    try:
        return mnist.load()
    except MnistError as error:
        raise CommandError(str(error)) from error


def load_network(path: Path) -> tuple[CNN, dict[str, Any]]:
    """A network that may read, and its header, or a CommandError."""
    try:
        return shipped.load(path)
    except WeightsError as error:
        raise CommandError(str(error)) from error


def save_network(path: Path, network: CNN, facts: dict[str, Any]) -> None:
    """Write a weights file with `facts` in its header, or raise a CommandError."""
    try:
        weights.save(path, network, **facts)
    except WeightsError as error:
        raise CommandError(str(error)) from error


def read_drawings(paths: Sequence[Path], only: Sequence[str] = (), without: Sequence[str] = ()) -> list[Drawing]:
    """All drawings in the files, those of some writers `only` or `without` some, or a CommandError."""
    return [drawing for _, drawings in read_drawings_by_file(paths, only, without) for drawing in drawings]


def read_drawings_by_file(
    paths: Sequence[Path], only: Sequence[str] = (), without: Sequence[str] = ()
) -> list[tuple[Path, list[Drawing]]]:
    """The same, each file's drawings beside its path."""
    try:
        files = [(path, read_unipen(path)) for path in paths]
    except StrokesError as error:
        raise CommandError(str(error)) from error
    writers = {drawing.writer for _, drawings in files for drawing in drawings}
    if unknown := [writer for writer in (*only, *without) if writer not in writers]:
        raise CommandError(f"Nobody is called {unknown[0]} in {', '.join(map(str, paths))}.")
    return [
        (path, [one for one in drawings if one.writer not in without and (not only or one.writer in only)])
        for path, drawings in files
    ]
