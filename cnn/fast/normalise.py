"""Batch normalisation over workers: sums by matrix products, two passes to normalise, four on the way back.

Arrays are (rows, C, n): whatever lies around the channels. The mean comes from a product with ones and the
variance from dot products, which BLAS does several times faster than a reduction; the two factors a channel
that remain, y = x a + b, are one multiplication and one addition. (The same algebra as in the plain layer:
Ioffe and Szegedy 2015, arXiv:1502.03167.)
"""

from __future__ import annotations

import numpy as np

from cnn.fast.meeting import Meeting
from cnn.layers import BatchNorm

Array = np.ndarray


def channel_sums(x: Array) -> Array:
    """Sum over everything but the channels: (rows, C, n) -> (C,)."""
    rows, channels, n = x.shape
    return (x.reshape(-1, n) @ np.ones(n, x.dtype)).reshape(rows, channels).sum(axis=0)


def channel_dots(x: Array, y: Array) -> Array:
    """Sum of products over everything but the channels: two (rows, C, n) -> (C,)."""
    return np.vecdot(x, y).sum(axis=0)


class Normaliser:
    """One BatchNorm layer's part in a worker's share of a step."""

    def __init__(self, name: str, layer: BatchNorm) -> None:
        self.name, self.layer = name, layer

    def known(self, offset: Array | float) -> tuple[Array, Array]:
        """Factors a and b (C,) of y = x a + b outside training; `offset` (C,) is still to be added to x."""
        factor = self.layer.params["scale"] / np.sqrt(self.layer.state["variance"] + self.layer.epsilon)
        return factor, self.layer.params["shift"] + (offset - self.layer.state["mean"]) * factor

    def measured(self, x: Array, offset: Array | float, worker: int, meeting: Meeting) -> tuple[Array, Array]:
        """Factors a and b (C,) in training, from all workers' x; `offset` as above, and a and b undo it."""
        rows, channels, n = x.shape
        sums = meeting.add(
            worker, np.stack([channel_sums(x), channel_dots(x, x), np.full(channels, rows * n, x.dtype)])
        )
        self.count = float(sums[2, 0])
        self.mean = sums[0] / self.count
        # Squares minus square of the mean can come out a hair below zero.
        self.variance = np.maximum(sums[1] / self.count - self.mean**2, 0)
        self.deviation = np.sqrt(self.variance + self.layer.epsilon)
        self.statistics = {"mean": self.mean + offset, "variance": self.variance}
        factor = self.layer.params["scale"] / self.deviation
        return factor, self.layer.params["shift"] - self.mean * factor

    def backward(self, dy: Array, x: Array, worker: int, meeting: Meeting) -> dict[str, Array]:
        """Turn `dy` into the gradient of x, in place; x is used up. Returns those of scale and shift.

        They are of the whole batch already: only the first worker has them, for all workers' will be added up.
        """
        sums = meeting.add(worker, np.stack([channel_sums(dy), channel_dots(dy, x)]))
        shift = sums[0]
        scale = (sums[1] - self.mean * sums[0]) / self.deviation
        factor = self.layer.params["scale"] / self.deviation
        slope = -factor * scale / (self.count * self.deviation)
        level = -factor * shift / self.count - self.mean * slope
        dy *= factor[:, None]
        x *= slope[:, None]
        x += level[:, None]
        dy += x
        mine = np.float32(worker == 0)
        return {f"{self.name}.scale": scale * mine, f"{self.name}.shift": shift * mine}
