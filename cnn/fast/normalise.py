"""Batch normalisation across workers, as one multiplication and one addition per value: y = x a + b.

Arrays are (pixels, C, n). Sums are a product with a vector of ones, sums of squares are dot products: BLAS computes
both several times faster than a reduction. a and b are repeated for each image, so that rows are long. The formulas
are those of the plain layer (Ioffe and Szegedy 2015, arXiv:1502.03167).
"""

from __future__ import annotations

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.layers import BatchNorm

Array = np.ndarray


def channel_sums(x: Array) -> Array:
    """Sum over all axes but the channels: (pixels, C, n) -> (C,)."""
    pixels, channels, n = x.shape
    return (np.ones(pixels, x.dtype) @ x.reshape(pixels, -1)).reshape(channels, n).sum(axis=1)


def channel_dots(x: Array, y: Array) -> Array:
    """Sum of products over all axes but the channels: two (pixels, C, n) -> (C,)."""
    return np.vecdot(x, y).sum(axis=0)


class Normaliser:
    """One BatchNorm layer, as one worker computes it for its part of the batch."""

    def __init__(self, name: str, layer: BatchNorm) -> None:
        self.name, self.layer = name, layer

    def known(self, offset: Array | float) -> tuple[Array, Array]:
        """Return a and b (C,) of y = x a + b from the running statistics, for inference.

        `offset`, (C,) or a number, is a bias that x does not include yet; b accounts for it.
        """
        factor = self.layer.params["scale"] / np.sqrt(self.layer.state["variance"] + self.layer.epsilon)
        return factor, self.layer.params["shift"] + (offset - self.layer.state["mean"]) * factor

    def measured(self, x: Array, offset: Array | float, worker: int, all_reduce: AllReduce) -> tuple[Array, Array]:
        """Return a and b (C,) of y = x a + b from the statistics of all workers' x, for training.

        `offset` is as in `known`; normalisation subtracts it again, so it only counts in `statistics`.
        """
        pixels, channels, n = x.shape
        sums = all_reduce.sum(
            worker, np.stack([channel_sums(x), channel_dots(x, x), np.full(channels, pixels * n, x.dtype)])
        )
        self.count = float(sums[2, 0])
        self.mean = sums[0] / self.count
        # Rounding can make this difference slightly negative.
        self.variance = np.maximum(sums[1] / self.count - self.mean**2, 0)
        self.deviation = np.sqrt(self.variance + self.layer.epsilon)
        self.statistics = {"mean": self.mean + offset, "variance": self.variance}
        factor = self.layer.params["scale"] / self.deviation
        return factor, self.layer.params["shift"] - self.mean * factor

    def backward(self, dy: Array, x: Array, worker: int, all_reduce: AllReduce) -> dict[str, Array]:
        """Turn `dy` into the gradient for x, in place, and return the gradients of scale and shift by full name.

        `x` is overwritten. The returned gradients are those of the whole batch in worker 0 and zero in the others,
        because the engine adds up the gradients of all workers.
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
