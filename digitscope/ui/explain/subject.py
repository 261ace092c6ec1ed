"""What is explained: a drawing, the network that reads it, and the activations of one pass, the picture as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import md5

import numpy as np

from cnn.explain import Activations
from cnn.network import CNN
from digitscope.recognition import Reader, Reading

Array = np.ndarray


@dataclass(frozen=True)
class Subject:
    """A drawing that can be read, and the reader."""

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
    def activations(self) -> Activations:
        """Every value of the pass with the picture as it is."""
        return Activations(self.network, self.picture)

    @cached_property
    def answer(self) -> int:
        """The answer that this pass holds most likely: a digit, or 10 for no digit."""
        return int(self.activations.answers.argmax())

    @cached_property
    def mark(self) -> str:
        """A text that is the same for the same picture and network: the key of results that were computed for them."""
        return f"{self.reader.fingerprint}-{md5(self.picture.tobytes(), usedforsecurity=False).hexdigest()}"


def subject_of(reading: Reading, reader: Reader | None) -> Subject | None:
    """Return the drawing as a subject, None where there is nothing to read or no network to read it."""
    if reader is None or reading.verdict is None or reading.prepared.picture is None:
        return None
    return Subject(reading, reader)
