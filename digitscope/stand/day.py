"""One day's figures: the accuracy on visitors' drawings beside MNIST's, and the table of confusions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitscope.recognition.measure import Accuracy
from digitscope.stand.accuracy import accuracy, confusions
from digitscope.stand.store import Store

Array = np.ndarray


@dataclass(frozen=True)
class DayFigures:
    """What the page and the report both tell about a day.

    Only free drawings that a visitor confirmed or corrected are counted; drawings made to fool the network are not.
    """

    day: str
    visitors: Accuracy
    """On the day's drawings."""
    confusions: Array
    """(10, 11) int, see `digitscope.stand.accuracy.confusions`."""
    mnist: Accuracy | None
    """The shipped network's on MNIST's validation images; None where its file does not tell."""


def day_figures(store: Store, day: str, header: Mapping[str, Any]) -> DayFigures:
    """Count a local day ("2026-11-24"); `header` is that of the shipped weights file. Raises StoreError."""
    answers = store.answers(day)
    return DayFigures(day, accuracy(answers), confusions(answers), mnist_accuracy(header))


def mnist_accuracy(header: Mapping[str, Any]) -> Accuracy | None:
    """Return the accuracy on MNIST's validation images that a weights file's header tells, or None."""
    share, n = header.get("validation_accuracy"), header.get("validation_images")
    return Accuracy(round(share * n), n) if isinstance(share, float) and isinstance(n, int) else None
