"""The reader: one network that turns strokes or a picture into a `Reading`."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import numpy as np
from PIL import Image

from cnn import conformal, test_time_augmentation
from cnn.explain.embedding import fingerprint
from cnn.fast.tracer import Tracer
from cnn.network import CNN
from cnn.verdict import DIGITS, Verdict, judge, refuse_above
from digitscope.digits.io.photo.decode import Photo, decode, open_photo
from digitscope.digits.preprocess import Prepared
from digitscope.digits.segment import Piece, split
from digitscope.digits.strokes import Strokes
from digitscope.recognition import shipped
from digitscope.recognition.picture import read_picture
from digitscope.recognition.picture_reading import PictureReading
from digitscope.recognition.reading import Reading

Array = np.ndarray
Drawn = Strokes | Prepared | Image.Image | str | Path | IO[bytes]
"""What can be read: strokes, a framed picture, or a picture as an image, a path or an open file."""

LEAST = 1e-12
"""The smallest likelihood whose logarithm is taken."""
FEW = 64
"""Up to this many pictures go through the network one by one, which gives every layer too; more go as a batch."""


class Reader:
    """A network that is ready to read. It never changes, so any number of threads may share it."""

    def __init__(self, network: CNN, header: dict[str, Any] | None = None, name: str = "the network") -> None:
        """Take a copy of `network`; `header` is its weights file's, `name` is what people call it."""
        self.name = name
        self.header = header or {}
        self.refuse_above = refuse_above(self.header)
        """The probability of "no digit" above which a drawing is refused, 0 to 1."""
        self.least_probabilities = conformal.from_header(self.header)
        """(10,): the probability from which each digit belongs to a prediction set; None where it was not measured."""
        self.tracer = Tracer(network)

    @classmethod
    def shipped(cls) -> Reader:
        """Load the shipped network. Raises WeightsError when its file is missing or damaged."""
        return cls(*shipped.load(shipped.SHIPPED), "the shipped network")

    @classmethod
    def from_bytes(cls, packed: bytes, name: str) -> Reader:
        """Load a network from a weights file's bytes. Raises WeightsError, in one sentence, for an unfit file."""
        return cls(*shipped.unpack(packed, name), name)

    def named(self, name: str) -> Reader:
        """Return the same reader under another name."""
        other = copy(self)
        other.name = name
        return other

    @property
    def network(self) -> CNN:
        """The network; many threads share it, so nothing may be written to it."""
        return self.tracer.network

    @cached_property
    def fingerprint(self) -> str:
        """A text that is the same for the same layers and weights: a key for results that depend on them."""
        return sha256((repr(self.network) + fingerprint(self.network)).encode()).hexdigest()[:32]

    def read(self, drawn: Drawn, pen_down: bool = False) -> Reading:
        """Read strokes, which may be several digits in a row, a picture of digits, or one framed picture.

        With `pen_down` the drawing is still growing, and each picture is read once instead of being looked at again
        in case of doubt: the next answer is a moment away. Raises PhotoError for a file that is no picture.
        """
        if isinstance(drawn, Strokes):
            return self._read_strokes(drawn, pen_down)
        if isinstance(drawn, Prepared):
            return self._read_framed(drawn)
        return self.read_photo(decode(drawn) if isinstance(drawn, Image.Image) else open_photo(drawn))

    def read_picture(self, photo: Photo) -> PictureReading:
        """Read all digits in a picture, in lines and groups, with their boxes."""
        return read_picture(photo, self.outputs, self.refuse_above)

    def verdict(self, pictures: Array) -> Verdict:
        """Judge framed pictures (n, 28, 28) uint8, with test-time augmentation where the network is in doubt."""
        return judge(test_time_augmentation.averaged_outputs(self.outputs, pictures), self.refuse_above)

    def prediction_sets(self, verdict: Verdict) -> list[list[int]]:
        """List the digits that each picture of a verdict may be, the likeliest first; none where it was refused.

        Without measured bounds it is the likeliest digit alone.
        """
        least = np.ones(DIGITS) if self.least_probabilities is None else self.least_probabilities
        return conformal.set_members(verdict, least)

    def outputs(self, pictures: Array) -> Array:
        """Return the network's outputs (n, 10) or (n, 11) float32 for pictures (n, 28, 28) uint8."""
        return (self.tracer.predict if len(pictures) <= FEW else self.network.predict_output)(pictures)

    def _read_strokes(self, strokes: Strokes, pen_down: bool) -> Reading:
        begun = perf_counter()
        traces: dict[bytes, list[tuple[str, Array]]] = {}

        def outputs(pictures: Iterable[Array]) -> Array:
            # A drawing has few pieces: one after the other is as fast as a batch, and gives every layer too.
            for picture in pictures:
                if picture.tobytes() not in traces:
                    traces[picture.tobytes()] = self.tracer.trace(picture)
            return np.array([traces[picture.tobytes()][-1][1] for picture in pictures])

        reading = Reading(strokes, split(strokes, lambda pictures: _log_likelihoods(outputs(pictures))))
        pictures = [piece.prepared.picture for piece in reading.pieces if piece.prepared.picture is not None]
        if pictures and len(pictures) == len(reading.pieces):
            found = (
                outputs(pictures) if pen_down else test_time_augmentation.averaged_outputs(outputs, np.array(pictures))
            )
            reading.verdict = judge(found, self.refuse_above)
            reading.sets = self.prediction_sets(reading.verdict)
            reading.shown = int(reading.verdict.likelihood.argmin())
            reading.layers = traces[pictures[reading.shown].tobytes()]
        reading.network_ms = 1000 * (perf_counter() - begun)
        return reading

    def _read_framed(self, prepared: Prepared) -> Reading:
        begun = perf_counter()
        nothing_drawn = Strokes(())
        reading = Reading(nothing_drawn, [Piece(nothing_drawn, prepared)])
        if prepared.picture is not None:
            reading.verdict = self.verdict(prepared.picture[None])
            reading.sets = self.prediction_sets(reading.verdict)
            reading.layers = self.tracer.trace(prepared.picture)
            reading.network_ms = 1000 * (perf_counter() - begun)
        return reading

    def read_photo(self, photo: Photo) -> Reading:
        """Read a picture, as `read` does, that was opened before."""
        begun = perf_counter()
        reading = Reading.of_picture(self.read_picture(photo))
        if reading.verdict is not None:
            reading.sets = self.prediction_sets(reading.verdict)
        reading.network_ms = 1000 * (perf_counter() - begun)
        return self.looking_into(reading, reading.shown)

    def looking_into(self, reading: Reading, shown: int) -> Reading:
        """Return the same reading with the layers of the piece `shown`."""
        picture = reading.pieces[shown].prepared.picture
        layers = [] if picture is None else self.tracer.trace(picture)
        return replace(reading, shown=shown, layers=layers)


def _log_likelihoods(outputs: Array) -> Array:
    """Return (n,): the logarithm of how likely each of the network's outputs (n, K) is exactly one digit."""
    return np.log(np.maximum(judge(outputs).likelihood, LEAST))
