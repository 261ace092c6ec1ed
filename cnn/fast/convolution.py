"""A convolution with all that follows it, on rows of maps: almost no im2col, pooled before anything else is done.

Arrays are (H, C, W, N). Then three rows of all channels, (3 C, W N), already lie in memory as the matrix that a
kernel's column is multiplied with, and a shift to the right is only another starting place: a convolution is
three matrix products a row, one for each column of the kernel, and two additions. Only the first layer, with a
single channel, would make them too thin; there nine shifted copies of the picture are cheap, and a tenth row of
ones takes the bias along.

Where a pooling follows, even and odd output columns are computed apart, so that the four pixels of a 2x2 square
lie in four planes and the maximum runs over long rows; the layer before stores its columns even ones first for
that. Two neighbouring columns then need four products instead of six, by Winograd's F(2, 3) along the row (Lavin
and Gray 2015, arXiv:1509.09308): with input columns d0 ... d3 and kernel columns g0, g1, g2

    m0 = (d0 - d2) g0              m1 = (d1 + d2) (g0 + g1 + g2) / 2
    m3 = (d1 - d3) g2              m2 = (d2 - d1) (g0 - g1 + g2) / 2
    even = m0 + m1 + m2            odd = m1 - m2 - m3

Bias, normalisation and ReLU come after the pooling, on a quarter of the values: none of them changes which pixel
is the largest, except a negative scale, which is why normalisation may not be moved in front of it. The
gradient goes the same way back: a multiplication by who won, and a subtraction for who lost.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.fast.meeting import Meeting
from cnn.fast.normalise import Normaliser, channel_sums
from cnn.layers import Conv3x3

Array = np.ndarray

ALL = slice(None)


class ConvBlock:
    """Conv3x3, then perhaps MaxPool2x2, BatchNorm, ReLU, for `n` images; all buffers are made once."""

    def __init__(
        self,
        name: str,
        conv: Conv3x3,
        pool: bool,
        norm: Normaliser | None,
        relu: bool,
        x: Array,
        first: bool,
        phased_out: bool,
    ) -> None:
        """`x` (H, C, W, N) is where the input will stand, its columns even ones first if this block pools.

        With `first` it is (H, 1, W, N) with its columns as they are. `phased_out`: store even columns first.
        """
        self.name, self.conv, self.pool, self.norm, self.relu = name, conv, pool, norm, relu
        height, channels, width, n = x.shape
        filters = conv.num_filters
        parts = 2 if pool else 1
        cols = (width - 2) // parts
        rows = (height - 2) // parts * parts
        self.products = (
            Patches(conv, x, rows, parts, cols)
            if first
            else (Winograd if pool else Shifts)(conv, x, rows, cols)
        )  # fmt: skip
        self.sums = np.empty((rows, parts, filters, cols * n), np.float32)
        self.wide = np.empty((rows, filters, cols * n), np.float32)
        self.z = np.empty((rows // parts, filters, cols, n), np.float32)
        self.y = np.empty_like(self.z)
        self.zeros = np.zeros(cols * n, np.float32)
        self.low = np.empty(self.z.shape, bool)
        self.right = np.empty(self.wide.shape, bool)
        self.active = np.empty(self.z.shape, bool)
        even = (cols + 1) // 2
        self.order = (
            [(slice(0, None, 2), slice(0, even)), (slice(1, None, 2), slice(even, None))]
            if phased_out
            else [(ALL, ALL)]
        )
        """Pairs of slices: these columns of the map stand in those columns of the store."""
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

    def forward(self, worker: int, meeting: Meeting | None) -> Array:
        """Read `x`, return `y` (H', F, W', N). Without a meeting: not training, nothing is kept."""
        if self.frozen is not None:
            kernels, bias = self.frozen
        else:
            bias = self.conv.params["bias"]
            kernels = self.products.kernels(self.conv.params["weights"], bias)
        has_bias = self.products.forward(kernels, self.sums)
        self._pool(meeting is not None)
        flat, y = self._flat(self.z), self._flat(self.y)
        if self.norm is not None:
            offset = 0.0 if has_bias else bias
            if meeting is None:
                factor, level = self.norm.known(offset)
            else:
                factor, level = self.norm.measured(flat, offset, worker, meeting)
            np.multiply(flat, factor[:, None], out=y)
            y += level[:, None]
            flat = y
        elif not has_bias:
            flat = np.add(flat, bias[:, None], out=y)
        if self.relu:
            np.maximum(flat, self.zeros, out=y)
        elif flat is not y:
            np.copyto(y, flat)
        return self.y

    def _pool(self, train: bool) -> None:
        """From the sums to `z`, and who won."""
        if not self.pool:
            sums = self.sums.reshape(self.z.shape)
            for natural, stored in self.order:
                np.copyto(self.z[:, :, stored], sums[:, :, natural])
            return
        left, right = self.sums[:, 0], self.sums[:, 1]
        np.maximum(left, right, out=self.wide)
        above, below = self._pairs()
        for natural, stored in self.order:
            np.maximum(above[:, :, natural], below[:, :, natural], out=self.z[:, :, stored])
        if train:
            np.greater(right, left, out=self.right)
            np.greater(below, above, out=self.low)

    def _pairs(self) -> tuple[Array, Array]:
        """Even and odd rows of the half-pooled maps, each (H', F, W', N)."""
        wide = self.wide.reshape(-1, *self.z.shape[1:])
        return wide[0::2], wide[1::2]

    def backward(self, dy: Array, worker: int, meeting: Meeting) -> tuple[Array | None, dict[str, Array]]:
        """From the gradient of `y`, which is used up, to that of `x` and of the parameters by full name."""
        if self.relu:
            np.greater(self.y, 0, out=self.active)
            dy *= self.active
        grads: dict[str, Array] = {}
        flat = self._flat(dy)
        if self.norm is None:
            bias = channel_sums(flat)
        else:
            # The mean is subtracted again right behind it: such a bias changes nothing.
            bias = np.zeros_like(self.conv.params["bias"])
            grads |= self.norm.backward(flat, self._flat(self.z), worker, meeting)
        self._unpool(dy)
        grads |= {f"{self.name}.bias": bias, f"{self.name}.weights": self.products.weights_gradient(self.sums)}
        kernels = self.products.kernels(self.conv.params["weights"], bias)
        return self.products.input_gradient(kernels, self.sums), grads

    def _unpool(self, dy: Array) -> None:
        """Write the gradient of the sums over the sums."""
        if not self.pool:
            sums = self.sums.reshape(dy.shape)
            for natural, stored in self.order:
                np.copyto(sums[:, :, natural], dy[:, :, stored])
            return
        above, below = self._pairs()
        for natural, stored in self.order:
            np.multiply(dy[:, :, stored], self.low[:, :, natural], out=below[:, :, natural])
            np.subtract(dy[:, :, stored], below[:, :, natural], out=above[:, :, natural])
        np.multiply(self.wide, self.right, out=self.sums[:, 1])
        np.subtract(self.wide, self.sums[:, 1], out=self.sums[:, 0])

    @staticmethod
    def _flat(maps: Array) -> Array:
        return maps.reshape(maps.shape[0], maps.shape[1], -1)


class Patches:
    """The first layer: nine shifted copies of the one map and a row of ones, then a single product a row."""

    def __init__(self, conv: Conv3x3, x: Array, rows: int, parts: int, cols: int) -> None:
        row, _, column, image = x.strides
        self.patches = as_strided(
            x,
            (rows, parts, 3, 3, cols, x.shape[3]),
            (row, column, row, column, parts * column, image),
            writeable=False,
        )
        self.columns = np.ones((rows, parts, 10, cols * x.shape[3]), np.float32)
        self.shape = (conv.num_filters, 1, 3, 3)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, 1, 3, 3) and (F,) -> (F, 10)."""
        return np.concatenate([weights.reshape(-1, 9), bias[:, None]], axis=1)

    def forward(self, kernels: Array, sums: Array) -> bool:
        """Fill `sums` (rows, parts, F, cols N); True: with the bias."""
        np.copyto(self.columns[:, :, :9].reshape(self.patches.shape), self.patches)
        np.matmul(kernels, self.columns, out=sums)
        return True

    def weights_gradient(self, dsums: Array) -> Array:
        """(F, 1, 3, 3), from the gradient of the sums."""
        return np.matmul(dsums, self.columns[:, :, :9].swapaxes(2, 3)).sum(axis=(0, 1)).reshape(self.shape)

    def input_gradient(self, kernels: Array, dsums: Array) -> None:
        """Nobody asks for the gradient of the picture."""


class Shifts:
    """Three products a row, one for each column of the kernel, on windows that need no copy."""

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int) -> None:
        self.rows, self.run, self.n = rows, cols * x.shape[3], x.shape[3]
        self.channels = x.shape[1]
        flat = x.reshape(*x.shape[:2], -1)
        self.windows = [window(flat[:, :, tap * self.n :], rows, self.run) for tap in range(3)]
        self.product = np.empty((rows, conv.num_filters, self.run), np.float32)
        self.spread = np.empty((rows, 3 * self.channels, self.run), np.float32)
        self.dx = np.empty_like(x)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (3, F, 3 C), a matrix for each column of the kernel."""
        return kernel_columns(weights)

    def forward(self, kernels: Array, sums: Array) -> bool:
        """Fill `sums` (rows, 1, F, cols N); False: without the bias."""
        total = sums[:, 0]
        np.matmul(kernels[0], self.windows[0], out=total)
        for tap in (1, 2):
            np.matmul(kernels[tap], self.windows[tap], out=self.product)
            total += self.product
        return False

    def weights_gradient(self, dsums: Array) -> Array:
        """(F, C, 3, 3), from the gradient of the sums."""
        return from_kernel_columns(np.stack([outer(dsums[:, 0], each) for each in self.windows]))

    def input_gradient(self, kernels: Array, dsums: Array) -> Array:
        """The gradient of x, (H, C, W, N)."""
        self.dx.fill(0)
        dx = self.dx.reshape(*self.dx.shape[:2], -1)
        for tap in range(3):
            np.matmul(kernels[tap].T, dsums[:, 0], out=self.spread)
            add_rows(dx[:, :, tap * self.n : tap * self.n + self.run], self.spread)
        return self.dx


class Winograd:
    """Four products a row for even and odd columns together: F(2, 3) along the row, see above."""

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int) -> None:
        height, channels, width, n = x.shape
        run, even = cols * n, (width + 1) // 2
        flat = x.reshape(height, channels, -1)
        self.places = [slice(start * n, start * n + run) for start in (0, even, 1, even + 1)]
        """Where the columns d0 ... d3 of all squares stand in a stored row."""
        self.d = [flat[:, :, place] for place in self.places]
        self.u = np.empty((4, height, channels, run), np.float32)
        self.windows = [window(each, rows, run) for each in self.u]
        self.m = np.empty((4, rows, conv.num_filters, run), np.float32)
        self.spread = np.empty((rows, 3 * channels, run), np.float32)
        self.dx = np.empty_like(x)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (4, F, 3 C), what the four products multiply with."""
        g0, g1, g2 = kernel_columns(weights)
        half = (g0 + g2) / 2
        return np.stack([g0, half + g1 / 2, half - g1 / 2, g2])

    def forward(self, kernels: Array, sums: Array) -> bool:
        """Fill `sums` (rows, 2, F, cols N); False: without the bias."""
        d0, d1, d2, d3 = self.d
        np.subtract(d0, d2, out=self.u[0])
        np.add(d1, d2, out=self.u[1])
        np.subtract(d2, d1, out=self.u[2])
        np.subtract(d1, d3, out=self.u[3])
        for k, each in enumerate(self.windows):
            np.matmul(kernels[k], each, out=self.m[k])
        m0, m1, m2, m3 = self.m
        even, odd = sums[:, 0], sums[:, 1]
        np.add(m1, m2, out=even)
        even += m0
        np.subtract(m1, m2, out=odd)
        odd -= m3
        return False

    def weights_gradient(self, dsums: Array) -> Array:
        """(F, C, 3, 3), from the gradient of the sums; keeps the products' for `input_gradient`."""
        even, odd = dsums[:, 0], dsums[:, 1]
        np.add(even, odd, out=self.m[1])
        np.subtract(even, odd, out=self.m[2])
        first, plus, minus, last = map(outer, (even, self.m[1], self.m[2], odd), self.windows)
        # The odd column holds minus m3.
        return from_kernel_columns(
            np.stack([first + (plus + minus) / 2, (plus - minus) / 2, (plus + minus) / 2 - last])
        )  # fmt: skip

    def input_gradient(self, kernels: Array, dsums: Array) -> Array:
        """The gradient of x, (H, C, W, N); comes behind `weights_gradient`."""
        # The transformed input is no longer needed: its place holds its own gradient.
        for k, dm in enumerate((dsums[:, 0], self.m[1], self.m[2], dsums[:, 1])):
            np.matmul(kernels[k].T, dm, out=self.spread)
            self.u[k].fill(0)
            add_rows(self.u[k], self.spread)
        first, plus, minus, last = self.u
        self.dx.fill(0)
        dx = self.dx.reshape(*self.dx.shape[:2], -1)
        d0, d1, d2, d3 = (dx[:, :, place] for place in self.places)
        d0 += first
        plus += minus
        d2 += plus
        d2 -= first
        minus *= 2
        plus -= minus  # now the difference of the two
        d1 += plus
        d1 -= last
        d3 += last
        return self.dx


def window(x: Array, rows: int, run: int) -> Array:
    """Each output row's three input rows as one matrix: (H, C, ...) -> (rows, 3 C, run), without a copy."""
    return as_strided(x, (rows, 3 * x.shape[1], run), x.strides, writeable=False)


def kernel_columns(weights: Array) -> Array:
    """(F, C, 3, 3) -> (3, F, 3 C): a matrix for each column, its values ordered as in a window."""
    return np.ascontiguousarray(weights.transpose(3, 0, 2, 1)).reshape(3, len(weights), -1)


def from_kernel_columns(columns: Array) -> Array:
    """(3, F, 3 C) -> (F, C, 3, 3)."""
    _, filters, values = columns.shape
    return np.ascontiguousarray(columns.reshape(3, filters, 3, values // 3).transpose(1, 3, 2, 0))


def outer(dsums: Array, windows: Array) -> Array:
    """Sum over rows, columns and images of gradient times window: (rows, F, run), (rows, 3 C, run) -> (F, 3 C)."""
    return np.matmul(dsums, windows.swapaxes(1, 2)).sum(axis=0)


def add_rows(x: Array, spread: Array) -> None:
    """Add (rows, 3 C, run) back to the rows of x (H, C, run) that the windows took them from."""
    rows, channels = len(spread), x.shape[1]
    for row in range(3):
        x[row : row + rows] += spread[:, row * channels : (row + 1) * channels]
