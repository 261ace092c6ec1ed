"""A convolutional block: a convolution with the pooling, normalisation and ReLU that follow it.

Arrays are (H, W, C, N), images last: rows are long and no layer has to transpose. The maximum over a 2x2 square is
taken over columns and then over rows, each time between two arrays; two boolean arrays record the winners.

Pooling comes first, so bias, normalisation and ReLU work on a quarter of the values. Adding a bias does not change
which pixel of a square is the largest. The backward pass of the pooling multiplies the gradient by the winners for one
half and subtracts the product for the other.
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
    """Conv3x3, optionally followed by MaxPool2x2, BatchNorm and ReLU; buffers are allocated once and reused."""

    def __init__(
        self, group: Group, norm: Normaliser | None, x: Array, first: bool, learns: bool, scratch: Scratch
    ) -> None:
        """Allocate the block for inputs in `x` (H, W, C, N), a buffer that the caller fills before each `forward`.

        `first` marks the network's first block. Without `learns` there is no backward pass, and less is kept.
        """
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
            # The same memory layout as the sums, so that loops over both have long rows.
            sums = self.products.sums(self.products.strips[0])[0]
            self.low = np.empty_like(sums, bool, shape=self.z.shape)
            self.right = np.empty_like(sums, bool, shape=(step * rows, *self.z.shape[1:]))
        self.frozen: tuple[Array, Array] | None = None

    def freeze(self) -> None:
        """Freeze the parameters, and fold batch normalisation into the kernels if all its scales are positive.

        A negative scale would turn the maximum of the pooling into a minimum.
        """
        kernels, bias = self.conv.params["weights"], self.conv.params["bias"]
        if self.norm is not None:
            factor, level = self.norm.known(bias)
            if (factor > 0).all():
                kernels, bias = kernels * factor[:, None, None, None], level
                self.norm = None
        self.frozen = self.products.kernels(kernels, bias), bias

    def forward(self, worker: int, all_reduce: AllReduce | None) -> Array:
        """Read `x` and return `y` (H', W', F, N). Without `all_reduce`, run in inference mode and keep nothing."""
        if self.frozen is not None:
            kernels, bias = self.frozen
        else:
            bias = self.conv.params["bias"]
            # The backward pass needs them as well.
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
        """Write max(0, z * factor + level) to `y`; both (rows, W', F, N).

        `factor` and `level` are (F,); None leaves out that operation, and without ReLU there is no maximum.
        """
        # Repeated for each image, so that one long row holds all channels and images.
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
        """Pool a strip's sums into its rows of `z`; when training, record the winners."""
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
        """Return the rows of the pooled `maps` that belong to a strip of unpooled rows."""
        return maps[strip.start // self.step : strip.stop // self.step]

    def backward(self, dy: Array, worker: int, all_reduce: AllReduce) -> tuple[Array | None, dict[str, Array]]:
        """Return the gradient for `x` (None in the first block) and the parameters' gradients by full name.

        `dy` (H', W', F, N) is the gradient for `y`; it is overwritten.
        """
        if self.relu:
            np.greater(self.y, 0, out=self.active)
            dy *= self.active
        grads: dict[str, Array] = {}
        if self.norm is None:
            bias = channel_sums(self._flat(dy))
        else:
            # Normalisation subtracts the mean, and with it any bias: its gradient is zero.
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
        """Overwrite a strip's sums by their gradient."""
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
        """Reshape (H, W, C, N) to (H W, C, N)."""
        return maps.reshape(-1, *maps.shape[2:])
