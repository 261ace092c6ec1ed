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

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.fast.meeting import Meeting
from cnn.fast.normalise import Normaliser, channel_sums
from cnn.fast.plan import Group
from cnn.fast.scratch import Scratch
from cnn.fast.tiles import Tiles, tile_side
from cnn.layers import Conv3x3

Array = np.ndarray

ALL = slice(None)

STRIP = 1_600_000
"""Bytes that a strip's sums may take: with what belongs to them they then nearly fit a core's own cache."""


class ConvBlock:
    """Conv3x3, then perhaps MaxPool2x2, BatchNorm, ReLU, for `n` images; all buffers are made once.

    The maps before the pooling are the largest of all; they only ever exist a strip of rows at a time, which stays
    in the cache between the product and the maximum.
    """

    def __init__(
        self,
        group: Group,
        norm: Normaliser | None,
        x: Array,
        first: bool,
        following: Group | None,
        learns: bool,
        scratch: Scratch,
    ) -> None:
        """`x` (H, C, W, N) is where the input will stand, its columns even ones first if `takes_phases` says so.

        `following` is the next convolution's group. Without `learns` there is no way back, and less is kept.
        """
        self.name, self.conv, self.pool, self.relu = group.name, cast(Conv3x3, group.layer), group.pool, group.relu
        self.norm, self.scratch = norm, scratch
        height, channels, width, n = x.shape
        filters = self.conv.num_filters
        self.step = step = 2 if group.pool else 1
        cols = (width - 2) // step
        rows = (height - 2) // step * step
        side = None if first else tile_side(self.conv, channels, rows, step * cols)
        self.parts = parts = 1 if side else step
        strip = rows if side else max(step, STRIP // (4 * step * filters * cols * n) // step * step)
        self.strips = [slice(top, min(top + strip, rows)) for top in range(0, rows, strip)]
        self.products: Patches | Winograd | Shifts | Tiles
        if side:
            self.products = Tiles(self.conv, x, rows, step * cols, side, scratch, learns)
        else:
            kind = Patches if first else Winograd if group.pool else Shifts
            self.products = kind(self.conv, x, rows, cols, strip, scratch)
        self.run = step // parts * cols * n
        self.z = np.empty((rows // step, filters, cols, n), np.float32)
        self.y = np.empty_like(self.z) if learns else self.z
        self.zeros = np.zeros(cols * n, np.float32)
        self.low = np.empty(self.z.shape, bool)
        self.right = np.empty((rows, filters, cols, n), bool)
        self.active = np.empty(self.z.shape, bool)
        even = (cols + 1) // 2
        self.order = (
            [(slice(0, None, 2), slice(0, even)), (slice(1, None, 2), slice(even, None))]
            if following is not None and takes_phases(following, filters, rows // step, cols)
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
        offset = 0.0 if self.products.has_bias else bias
        measures = self.norm is not None and meeting is not None
        factor: Array | None = None
        level: Array | None = None if self.products.has_bias else bias
        if self.norm is not None and not measures:
            factor, level = self.norm.known(offset)
        for strip in self.strips:
            sums = self._sums(strip)
            self.products.forward(kernels, strip, sums)
            self._pool(strip, sums, meeting is not None)
            if not measures:  # while the strip is still in the cache
                self._activate(self._pooled(self.z, strip), self._pooled(self.y, strip), factor, level)
        if self.norm is not None and meeting is not None:
            factor, level = self.norm.measured(self._flat(self.z), offset, worker, meeting)
            self._activate(self.z, self.y, factor, level)
        return self.y

    def _sums(self, strip: slice) -> Array:
        """Room for a strip's sums (rows, parts, F, run)."""
        return self.scratch.room("sums", strip.stop - strip.start, self.parts, self.conv.num_filters, self.run)

    def _wide(self, strip: slice) -> Array:
        """Room for a strip's maps pooled from left to right (rows, F, W', N)."""
        return self.scratch.room("wide", strip.stop - strip.start, *self.z.shape[1:])

    def _sides(self, sums: Array) -> tuple[Array, Array]:
        """Even and odd columns of a strip's sums, each (rows, F, W', N)."""
        rows, parts, filters, _ = sums.shape
        if parts == 2:
            maps = sums.reshape(rows, 2, *self.z.shape[1:])
            return maps[:, 0], maps[:, 1]
        maps = sums.reshape(rows, filters, -1, self.z.shape[3])
        return maps[:, :, 0::2], maps[:, :, 1::2]

    def _activate(self, z: Array, y: Array, factor: Array | None, level: Array | None) -> None:
        """Write max(0, z factor + level) to y, each part of it where it is wanted; (rows, F, W', N) both."""
        z, y = self._flat(z), self._flat(y)
        if factor is not None:
            z = np.multiply(z, factor[:, None], out=y)
        if level is not None:
            z = np.add(z, level[:, None], out=y)
        if self.relu:
            np.maximum(z, self.zeros, out=y)
        elif z is not y:
            np.copyto(y, z)

    def _pool(self, strip: slice, sums: Array, train: bool) -> None:
        """From a strip's sums to its rows of `z`, and who won."""
        z = self._pooled(self.z, strip)
        if not self.pool:
            maps = sums.reshape(z.shape)
            for natural, stored in self.order:
                np.copyto(z[:, :, stored], maps[:, :, natural])
            return
        left, right = self._sides(sums)
        wide = np.maximum(left, right, out=self._wide(strip))
        above, below = wide[0::2], wide[1::2]
        for natural, stored in self.order:
            np.maximum(above[:, :, natural], below[:, :, natural], out=z[:, :, stored])
        if train:
            np.greater(right, left, out=self.right[strip])
            np.greater(below, above, out=self._pooled(self.low, strip))

    def _pooled(self, maps: Array, strip: slice) -> Array:
        """The rows of pooled maps that a strip becomes."""
        return maps[strip.start // self.step : strip.stop // self.step]

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
        products = self.products
        products.begin_backward(products.kernels(self.conv.params["weights"], bias))
        for strip in self.strips:
            products.backward(strip, self._unpool(strip, dy))
        grads |= {f"{self.name}.bias": bias, f"{self.name}.weights": products.weights_gradient()}
        return products.input_gradient(), grads

    def _unpool(self, strip: slice, dy: Array) -> Array:
        """The gradient of a strip's sums (rows, parts, F, run)."""
        sums = self._sums(strip)
        dy = self._pooled(dy, strip)
        if not self.pool:
            maps = sums.reshape(dy.shape)
            for natural, stored in self.order:
                np.copyto(maps[:, :, natural], dy[:, :, stored])
            return sums
        wide, low = self._wide(strip), self._pooled(self.low, strip)
        above, below = wide[0::2], wide[1::2]
        for natural, stored in self.order:
            np.multiply(dy[:, :, stored], low[:, :, natural], out=below[:, :, natural])
            np.subtract(dy[:, :, stored], below[:, :, natural], out=above[:, :, natural])
        left, right = self._sides(sums)
        np.multiply(wide, self.right[strip], out=right)
        np.subtract(wide, right, out=left)
        return sums

    @staticmethod
    def _flat(maps: Array) -> Array:
        return maps.reshape(maps.shape[0], maps.shape[1], -1)


class Patches:
    """The first layer: nine shifted copies of the one map and a row of ones, then a single product a row."""

    has_bias = True

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int, strip: int, scratch: Scratch) -> None:
        parts = (x.shape[0] - 2) // rows * ((x.shape[2] - 2) // cols)
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

    def forward(self, kernels: Array, strip: slice, sums: Array) -> None:
        """Fill `sums` (rows of the strip, parts, F, run), bias included."""
        columns, patches = self.columns[strip], self.patches[strip]
        np.copyto(columns[:, :, :9].reshape(patches.shape), patches)
        np.matmul(kernels, columns, out=sums)

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradient."""
        self.found = np.zeros((self.shape[0], 9), np.float32)

    def backward(self, strip: slice, dsums: Array) -> None:
        """Add a strip's part to the gradient; `dsums` as `sums` above."""
        self.found += np.matmul(dsums, self.columns[strip, :, :9].swapaxes(2, 3)).sum(axis=(0, 1))

    def weights_gradient(self) -> Array:
        """(F, 1, 3, 3)."""
        return self.found.reshape(self.shape)

    def input_gradient(self) -> None:
        """Nobody asks for the gradient of the picture."""


class Shifts:
    """Three products a row, one for each column of the kernel, on windows that need no copy."""

    has_bias = False

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int, strip: int, scratch: Scratch) -> None:
        self.run, self.n = cols * x.shape[3], x.shape[3]
        flat = x.reshape(*x.shape[:2], -1)
        self.windows = [window(flat[:, :, tap * self.n :], rows, self.run) for tap in range(3)]
        self.scratch, self.filters, self.triple = scratch, conv.num_filters, 3 * x.shape[1]
        self.dx = np.empty_like(x)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (3, F, 3 C), a matrix for each column of the kernel."""
        return kernel_columns(weights)

    def forward(self, kernels: Array, strip: slice, sums: Array) -> None:
        """Fill `sums` (rows of the strip, 1, F, run), without the bias."""
        total, product = sums[:, 0], self.scratch.room("products", len(sums), self.filters, self.run)
        np.matmul(kernels[0], self.windows[0][strip], out=total)
        for tap in (1, 2):
            np.matmul(kernels[tap], self.windows[tap][strip], out=product)
            total += product

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradients."""
        self.transposed = kernels.swapaxes(1, 2)
        self.found = np.zeros_like(kernels)
        self.dx.fill(0)

    def backward(self, strip: slice, dsums: Array) -> None:
        """Add a strip's part to both gradients; `dsums` as `sums` above."""
        dx = self.dx.reshape(*self.dx.shape[:2], -1)
        spread = self.scratch.room("spread", len(dsums), self.triple, self.run)
        for tap in range(3):
            self.found[tap] += outer(dsums[:, 0], self.windows[tap][strip])
            np.matmul(self.transposed[tap], dsums[:, 0], out=spread)
            add_rows(dx[strip.start :, :, tap * self.n : tap * self.n + self.run], spread)

    def weights_gradient(self) -> Array:
        """(F, C, 3, 3)."""
        return from_kernel_columns(self.found)

    def input_gradient(self) -> Array:
        """(H, C, W, N)."""
        return self.dx


class Winograd:
    """Four products a row for even and odd columns together: F(2, 3) along the row, see above."""

    has_bias = False

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int, strip: int, scratch: Scratch) -> None:
        height, channels, width, n = x.shape
        run, even = cols * n, (width + 1) // 2
        flat = x.reshape(height, channels, -1)
        self.places = [slice(start * n, start * n + run) for start in (0, even, 1, even + 1)]
        """Where the columns d0 ... d3 of all squares stand in a stored row."""
        self.d = [flat[:, :, place] for place in self.places]
        self.u = np.empty((4, height, channels, run), np.float32)
        self.du = np.empty_like(self.u)
        self.windows = [window(each, rows, run) for each in self.u]
        self.scratch, self.filters, self.triple, self.run = scratch, conv.num_filters, 3 * channels, run
        self.dx = np.empty_like(x)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (4, F, 3 C), what the four products multiply with."""
        g0, g1, g2 = kernel_columns(weights)
        half = (g0 + g2) / 2
        return np.stack([g0, half + g1 / 2, half - g1 / 2, g2])

    def forward(self, kernels: Array, strip: slice, sums: Array) -> None:
        """Fill `sums` (rows of the strip, 2, F, run), without the bias."""
        # The strip before has left the two rows that it shares with this one.
        new = slice(strip.start + 2 if strip.start else 0, strip.stop + 2)
        d0, d1, d2, d3 = (each[new] for each in self.d)
        np.subtract(d0, d2, out=self.u[0, new])
        np.add(d1, d2, out=self.u[1, new])
        np.subtract(d2, d1, out=self.u[2, new])
        np.subtract(d1, d3, out=self.u[3, new])
        m0, m1, m2, m3 = self.scratch.room("products", 4, len(sums), self.filters, self.run)
        for k, m in enumerate((m0, m1, m2, m3)):
            np.matmul(kernels[k], self.windows[k][strip], out=m)
        even, odd = sums[:, 0], sums[:, 1]
        np.add(m1, m2, out=even)
        even += m0
        np.subtract(m1, m2, out=odd)
        odd -= m3

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradients."""
        self.transposed = kernels.swapaxes(1, 2)
        self.found = np.zeros_like(kernels)
        self.du.fill(0)

    def backward(self, strip: slice, dsums: Array) -> None:
        """Add a strip's part to both gradients; `dsums` as `sums` above."""
        even, odd = dsums[:, 0], dsums[:, 1]
        plus, minus = self.scratch.room("products", 2, len(dsums), self.filters, self.run)
        np.add(even, odd, out=plus)
        np.subtract(even, odd, out=minus)
        spread = self.scratch.room("spread", len(dsums), self.triple, self.run)
        # The odd column holds minus m3: the sign of its product's gradient is set right at the end.
        for k, dm in enumerate((even, plus, minus, odd)):
            self.found[k] += outer(dm, self.windows[k][strip])
            np.matmul(self.transposed[k], dm, out=spread)
            add_rows(self.du[k, strip.start :], spread)

    def weights_gradient(self) -> Array:
        """(F, C, 3, 3)."""
        first, plus, minus, last = self.found
        half = (plus + minus) / 2
        return from_kernel_columns(np.stack([first + half, (plus - minus) / 2, half - last]))

    def input_gradient(self) -> Array:
        """(H, C, W, N)."""
        first, plus, minus, last = self.du
        self.dx.fill(0)
        dx = self.dx.reshape(*self.dx.shape[:2], -1)
        d0, d1, d2, d3 = (dx[:, :, place] for place in self.places)
        d0 += first
        d1 += plus
        d1 -= minus
        d1 -= last
        d2 += plus
        d2 += minus
        d2 -= first
        d3 += last
        return self.dx


def takes_phases(group: Group, channels: int, height: int, width: int) -> bool:
    """Whether this convolution, if it is not the first, wants its input's (C, H, W) even columns first."""
    conv = cast(Conv3x3, group.layer)
    return group.pool and not tile_side(conv, channels, (height - 2) // 2 * 2, (width - 2) // 2 * 2)


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
