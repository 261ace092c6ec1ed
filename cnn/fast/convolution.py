"""A convolution with all that follows it, pooled before anything else is done.

Arrays are (H, W, C, N), images last: rows are long and no layer has to transpose. The maximum over a 2x2 square is
taken over columns and then over rows, each between two arrays, and two boolean arrays remember who won.

Bias, normalisation and ReLU come after the pooling, on a quarter of the values: none of them changes which pixel
is the largest, except a negative scale, which is why normalisation may not be moved in front of it. The
gradient goes the same way back: a multiplication by who won, and a subtraction for who lost.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.fast.normalise import Normaliser, channel_sums
from cnn.fast.patches import Patches
from cnn.fast.plan import Group
from cnn.fast.scratch import Scratch
from cnn.fast.tiles import Tiles
from cnn.layers import Conv3x3

Array = np.ndarray


class ConvBlock:
    """Conv3x3, then perhaps MaxPool2x2, BatchNorm, ReLU, for `n` images; all buffers are made once."""

    def __init__(
        self, group: Group, norm: Normaliser | None, x: Array, first: bool, learns: bool, scratch: Scratch
    ) -> None:
        """`x` (H, W, C, N) is where the input will stand. Without `learns` there is no way back, and less is kept."""
        self.name, self.conv, self.pool, self.relu = group.name, cast(Conv3x3, group.layer), group.pool, group.relu
        self.norm = norm
        height, width, _, n = x.shape
        filters = self.conv.num_filters
        self.step = step = 2 if group.pool else 1
        rows, cols = (height - 2) // step, (width - 2) // step
        kind = Patches if first else Tiles
        self.products: Patches | Tiles = kind(self.conv, x, step * rows, step * cols, step, scratch, learns)
        self.z = np.empty((rows, cols, filters, n), np.float32)
        self.y = np.empty_like(self.z) if learns else self.z
        self.zeros = np.zeros(filters * n, np.float32)
        if learns:
            self.active = np.empty(self.z.shape, bool)
            # Laid out as the sums are: passes over both then have long rows.
            sums = self.products.sums(self.products.strips[0])[0]
            self.low = np.empty_like(sums, bool, shape=self.z.shape)
            self.right = np.empty_like(sums, bool, shape=(step * rows, *self.z.shape[1:]))
        self.frozen: tuple[Array, Array] | None = None

    def freeze(self) -> None:
        """Take over the parameters as they are, for reading only: a positive scale goes into the kernels."""
        kernels, bias = self.conv.params["weights"], self.conv.params["bias"]
        if self.norm is not None:
            factor, level = self.norm.known(bias)
            if (factor > 0).all():
                kernels, bias = kernels * factor[:, None, None, None], level
                self.norm = None
        self.frozen = self.products.kernels(kernels, bias), bias

    def forward(self, worker: int, all_reduce: AllReduce | None) -> Array:
        """Read `x`, return `y` (H', W', F, N). Without `all_reduce`: not training, nothing is kept."""
        if self.frozen is not None:
            kernels, bias = self.frozen
        else:
            bias = self.conv.params["bias"]
            # The way back needs them as well.
            kernels = self.kernels = self.products.kernels(self.conv.params["weights"], bias)
        offset = 0.0 if self.products.has_bias else bias
        measures = self.norm is not None and all_reduce is not None
        factor: Array | None = None
        level: Array | None = None if self.products.has_bias else bias
        if self.norm is not None and not measures:
            factor, level = self.norm.known(offset)
        for strip in self.products.strips:
            self.products.forward(kernels, strip)
            self._pool(strip, all_reduce is not None)
            if not measures:  # while the strip is still in the cache
                self._activate(self._pooled(self.z, strip), self._pooled(self.y, strip), factor, level)
        if self.norm is not None and all_reduce is not None:
            factor, level = self.norm.measured(self._flat(self.z), offset, worker, all_reduce)
            self._activate(self.z, self.y, factor, level)
        return self.y

    def _activate(self, z: Array, y: Array, factor: Array | None, level: Array | None) -> None:
        """Write max(0, z factor + level) to y, each part of it where it is wanted; (rows, W', F, N) both."""
        # A factor for each channel and image: rows of all of them are long ones.
        n = z.shape[3]
        z, y = z.reshape(-1, self.zeros.size), y.reshape(-1, self.zeros.size)
        if factor is not None:
            z = np.multiply(z, np.repeat(factor, n), out=y)
        if level is not None:
            z = np.add(z, np.repeat(level, n), out=y)
        if self.relu:
            np.maximum(z, self.zeros, out=y)
        elif z is not y:
            np.copyto(y, z)

    def _pool(self, strip: slice, train: bool) -> None:
        """From a strip's sums to its rows of `z`, and who won."""
        z = self._pooled(self.z, strip)
        if not self.pool:
            np.copyto(z, self.products.sums(strip)[0])
            return
        left, right = self.products.sums(strip)
        if train:
            np.greater(right, left, out=self.right[strip])
        wide = np.maximum(left, right, out=left)
        above, below = wide[0::2], wide[1::2]
        if train:
            np.greater(below, above, out=self._pooled(self.low, strip))
        np.maximum(above, below, out=z)

    def _pooled(self, maps: Array, strip: slice) -> Array:
        """The rows of pooled maps that a strip becomes."""
        return maps[strip.start // self.step : strip.stop // self.step]

    def backward(self, dy: Array, worker: int, all_reduce: AllReduce) -> tuple[Array | None, dict[str, Array]]:
        """From the gradient of `y`, which is used up, to that of `x` and of the parameters by full name."""
        if self.relu:
            np.greater(self.y, 0, out=self.active)
            dy *= self.active
        grads: dict[str, Array] = {}
        if self.norm is None:
            bias = channel_sums(self._flat(dy))
        else:
            # The mean is subtracted again right behind it: such a bias changes nothing.
            bias = np.zeros_like(self.conv.params["bias"])
            grads |= self.norm.backward(self._flat(dy), self._flat(self.z), worker, all_reduce)
        products = self.products
        products.begin_backward(self.kernels)
        for strip in products.strips:
            self._unpool(strip, dy)
            products.backward(strip)
        grads |= {f"{self.name}.bias": bias, f"{self.name}.weights": products.weights_gradient()}
        return products.input_gradient(), grads

    def _unpool(self, strip: slice, dy: Array) -> None:
        """Put the gradient of a strip's sums where the sums stood."""
        dy = self._pooled(dy, strip)
        if not self.pool:
            np.copyto(self.products.sums(strip)[0], dy)
            return
        left, right = self.products.sums(strip)
        above, below = left[0::2], left[1::2]
        np.multiply(dy, self._pooled(self.low, strip), out=below)
        np.subtract(dy, below, out=above)
        np.multiply(left, self.right[strip], out=right)
        np.subtract(left, right, out=left)

    @staticmethod
    def _flat(maps: Array) -> Array:
        """(H, W, C, N) -> (H W, C, N)."""
        return maps.reshape(-1, *maps.shape[2:])
