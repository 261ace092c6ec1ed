"""What the panels look into: one drawing, the network that reads it, and all numbers of its middle pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import md5

import numpy as np

from cnn.explain import Activations
from cnn.network import CNN
from cnn.verdict import DIGITS
from digitscope.recognition import Reader, Reading

Array = np.ndarray


@dataclass(frozen=True)
class Subject:
    """A drawing that there is something to read of, and who reads it."""

    reading: Reading
    reader: Reader

    @property
    def network(self) -> CNN:
        """The network; many visitors share it, so nothing may be written to it."""
        return self.reader.network

    @property
    def picture(self) -> Array:
        """(28, 28) uint8: what the network sees."""
        picture = self.reading.prepared.picture
        assert picture is not None
        return picture

    @cached_property
    def look(self) -> Activations:
        """Every value of the pass with the picture as it is."""
        return Activations(self.network, self.picture)

    @cached_property
    def answer(self) -> int:
        """What that pass holds most likely: a digit, or 10 for no digit."""
        return int(self.look.answers.argmax())

    @cached_property
    def mark(self) -> str:
        """Another one for another picture or network: results that were computed for it belong to it alone."""
        return f"{self.reader.fingerprint}-{md5(self.picture.tobytes(), usedforsecurity=False).hexdigest()}"


def subject_of(reading: Reading, reader: Reader | None) -> Subject | None:
    """The drawing as a subject, None where there is nothing to read or nobody who reads."""
    if reader is None or reading.verdict is None or reading.prepared.picture is None:
        return None
    return Subject(reading, reader)


def named(answer: int) -> str:
    """An answer in words: its digit, or "no digit"."""
    return str(answer) if answer < DIGITS else "no digit"
