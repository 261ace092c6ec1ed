"""Batch normalisation over workers: sums by matrix products, two passes to normalise, four on the way back.

Arrays are (pixels, C, n). The mean comes from a product with ones and the variance from dot products, which BLAS does
several times faster than a reduction; the two factors a channel that remain, y = x a + b, are one multiplication and
one addition, with a factor for each channel and image written out so that rows are long. (The same algebra as in the
plain layer: Ioffe and Szegedy 2015, arXiv:1502.03167.)
"""

from __future__ import annotations

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.layers import BatchNorm

Array = np.ndarray


def channel_sums(x: Array) -> Array:
    """Sum over everything but the channels: (pixels, C, n) -> (C,)."""
    pixels, channels, n = x.shape
    return (np.ones(pixels, x.dtype) @ x.reshape(pixels, -1)).reshape(channels, n).sum(axis=1)


def channel_dots(x: Array, y: Array) -> Array:
    """Sum of products over everything but the channels: two (pixels, C, n) -> (C,)."""
    return np.vecdot(x, y).sum(axis=0)


class Normaliser:
    """One BatchNorm layer's part in a worker's share of a step."""

    def __init__(self, name: str, layer: BatchNorm) -> None:
        self.name, self.layer = name, layer

    def known(self, offset: Array | float) -> tuple[Array, Array]:
        """Factors a and b (C,) of y = x a + b outside training; `offset` (C,) is still to be added to x."""
        factor = self.layer.params["scale"] / np.sqrt(self.layer.state["variance"] + self.layer.epsilon)
        return factor, self.layer.params["shift"] + (offset - self.layer.state["mean"]) * factor

    def measured(self, x: Array, offset: Array | float, worker: int, all_reduce: AllReduce) -> tuple[Array, Array]:
        """Factors a and b (C,) in training, from all workers' x; `offset` as above, and a and b undo it."""
        pixels, channels, n = x.shape
        sums = all_reduce.sum(
            worker, np.stack([channel_sums(x), channel_dots(x, x), np.full(channels, pixels * n, x.dtype)])
        )
        self.count = float(sums[2, 0])
        self.mean = sums[0] / self.count
        # Squares minus square of the mean can come out a hair below zero.
        self.variance = np.maximum(sums[1] / self.count - self.mean**2, 0)
        self.deviation = np.sqrt(self.variance + self.layer.epsilon)
        self.statistics = {"mean": self.mean + offset, "variance": self.variance}
        factor = self.layer.params["scale"] / self.deviation
        return factor, self.layer.params["shift"] - self.mean * factor

    def backward(self, dy: Array, x: Array, worker: int, all_reduce: AllReduce) -> dict[str, Array]:
        """Turn `dy` into the gradient of x, in place; x is used up. Returns those of scale and shift.

        They are of the whole batch already: only the first worker has them, for all workers' will be added up.
        """
        sums = all_reduce.sum(worker, np.stack([channel_sums(dy), channel_dots(dy, x)]))
        shift = sums[0]
        scale = (sums[1] - self.mean * sums[0]) / self.deviation
        factor = self.layer.params["scale"] / self.deviation
        slope = -factor * scale / (self.count * self.deviation)
        level = -factor * shift / self.count - self.mean * slope
        pixels, _, n = x.shape
        flat_dy, flat_x = dy.reshape(pixels, -1), x.reshape(pixels, -1)
        flat_dy *= np.repeat(factor, n)
        flat_x *= np.repeat(slope, n)
        flat_x += np.repeat(level, n)
        flat_dy += flat_x
        mine = np.float32(worker == 0)
        return {f"{self.name}.scale": scale * mine, f"{self.name}.shift": shift * mine}
