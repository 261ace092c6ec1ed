"""A convolution by Winograd's F(m x m, 3 x 3) on square tiles, there and back: a third to a fifth of the products.

An output tile of m x m needs m + 2 rows and columns of input. As polynomials, the two are multiplied by their values
at m + 2 points, one product a point and pair of channels, instead of nine a pixel: 49 for 25 pixels with m = 5, 25
for 9 with m = 3. Going to the points and back is linear, a small matrix for rows and the same for columns (Winograd
1980, "Arithmetic complexity of computations"; Lavin and Gray 2015, arXiv:1509.09308), and each matrix product takes all
channels, tiles and images along. With B, G and A from `transforms`, for every pair of channels

    outputs = A ((G kernel G^T) * (B inputs B^T)) A^T

and as every step is linear, the gradients take the transposed matrices in the opposite order: the outputs' goes to the
points by A^T, meets what stood there on the way forward, and comes back by G^T or by B^T.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.fast.scratch import Scratch
from cnn.layers import Conv3x3

Array = np.ndarray

SIZES = (5, 3)
"""Sides of an output tile; larger ones would lose digits in float32."""
POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5)
"""Where polynomials are evaluated, besides infinity: small numbers keep rounding errors small."""
THIN = 16
"""With fewer channels or filters, going to the points costs more than it saves."""
CHUNK = 128
"""Tiles of one channel that are taken at a time: with more, all channels' values would leave the cache."""


def tile_side(conv: Conv3x3, channels: int, rows: int, columns: int) -> int | None:
    """The side of tiles that cover the output (rows, columns) exactly, None where there is none or no gain."""
    if min(channels, conv.num_filters) < THIN:
        return None
    return next((side for side in SIZES if rows % side == 0 and columns % side == 0), None)


def transforms(side: int) -> tuple[Array, Array, Array]:
    """The matrices (B, G, A) of F(side, 3): outputs = A @ ((G @ kernel) * (B @ inputs)), all float64.

    Evaluating at points turns a product of polynomials into products of numbers, and the transposed of that scheme is
    a correlation (the transposition principle): with V_k evaluating k coefficients at all points, G = V_3, A = V_m^T
    and B = V_(m+2)^-T.
    """
    size = side + 2

    def evaluate(coefficients: int) -> Array:
        values = np.vander(POINTS[: size - 1], coefficients, increasing=True)
        infinity = np.eye(1, coefficients, coefficients - 1)
        return np.concatenate([values, infinity])

    return np.linalg.inv(evaluate(size)).T, evaluate(3), evaluate(side).T


class Tiles:
    """The products of one convolution on tiles; the interface is that of the others in `cnn.fast.convolution`."""

    has_bias = False

    def __init__(
        self, conv: Conv3x3, x: Array, rows: int, cols: int, side: int, scratch: Scratch, learns: bool
    ) -> None:
        """`x` (H, C, W, N) is where the input will stand; `rows` and `cols` are the output's.

        Without `learns` there is no way back, and what stood at the points is forgotten.
        """
        self.x, self.side, self.size, self.scratch, self.learns = x, side, side + 2, scratch, learns
        self.down, self.across, self.filters = rows // side, cols // side, conv.num_filters
        inputs, kernel, outputs = transforms(side)
        self.inputs, self.kernel, self.outputs = (each.astype(np.float32) for each in (inputs, kernel, outputs))
        _, channels, _, n = x.shape
        self.channels = channels
        row, channel, column, image = x.strides
        self.windows = as_strided(
            x,
            (self.size, self.size, channels, self.down, self.across, n),
            (row, column, channel, side * row, side * column, image),
            writeable=False,
        )
        images = max(1, CHUNK // (self.down * self.across))
        self.chunks = [slice(start, min(start + images, n)) for start in range(0, n, images)]
        self.points = [np.empty(self._at_points(channels, chunk), np.float32) for chunk in self.chunks if learns]
        self.dx = np.empty_like(x if learns else x[:0])

    def _at_points(self, channels: int, chunk: slice) -> tuple[int, int, int, int]:
        """Of values at all points: (points down, points across, channels, tiles and images)."""
        return self.size, self.size, channels, self.down * self.across * (chunk.stop - chunk.start)

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (points down, points across, F, C)."""
        return self._both(self.kernel, np.ascontiguousarray(weights.transpose(2, 3, 0, 1)))

    def _both(self, matrix: Array, values: Array, rooms: tuple[str, str] | None = None) -> Array:
        """Multiply rows and columns (a, a, ...) by `matrix` (b, a): (b, b, ...), by way of two rooms if given."""
        b, a = matrix.shape
        rest = values.shape[2:]
        if rooms is None:
            half = np.matmul(matrix, values.reshape(a, -1))
            return np.matmul(matrix, half.reshape(b, a, -1)).reshape(b, b, *rest)
        half = np.matmul(matrix, values.reshape(a, -1), out=self.scratch.room(rooms[0], b, values[0].size))
        whole = self.scratch.room(rooms[1], b, b, values[0, 0].size)
        return np.matmul(matrix, half.reshape(b, a, -1), out=whole).reshape(b, b, *rest)

    def _outputs(self, sums: Array, chunk: slice) -> Array:
        """The same memory as `sums` (rows, 1, F, run), as tiles (side, side, F, down, across, images of the chunk)."""
        side, down, across = self.side, self.down, self.across
        maps = sums.reshape(down, side, self.filters, across, side, -1)
        return maps[..., chunk].transpose(1, 4, 2, 0, 3, 5)

    def forward(self, kernels: Array, strip: slice, sums: Array) -> None:
        """Fill `sums` (rows, 1, F, run), all rows at once, without the bias."""
        for i, chunk in enumerate(self.chunks):
            windows = self.windows[..., chunk]
            gathered = self.scratch.room("one", *windows.shape)
            np.copyto(gathered, windows)
            points = self._both(self.inputs, gathered, ("two", "one")).reshape(self._at_points(self.channels, chunk))
            if self.learns:
                np.copyto(self.points[i], points)
            products = self.scratch.room("products", *self._at_points(self.filters, chunk))
            np.matmul(kernels, points, out=products)
            np.copyto(
                outputs := self._outputs(sums, chunk),
                self._both(self.outputs, products, ("two", "one")).reshape(outputs.shape),
            )

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradients."""
        self.transposed = kernels.swapaxes(2, 3)
        self.found = np.zeros_like(kernels)
        self.dx.fill(0)

    def backward(self, strip: slice, dsums: Array) -> None:
        """Add to both gradients; `dsums` as `sums` above."""
        for points, chunk in zip(self.points, self.chunks, strict=True):
            outputs = self._outputs(dsums, chunk)
            gathered = self.scratch.room("one", *outputs.shape)
            np.copyto(gathered, outputs)
            dproducts = self._both(self.outputs.T, gathered, ("two", "products"))
            dproducts = dproducts.reshape(self._at_points(self.filters, chunk))
            self.found += np.matmul(dproducts, points.swapaxes(2, 3))
            dpoints = self.scratch.room("one", *points.shape)
            np.matmul(self.transposed, dproducts, out=dpoints)
            dwindows = self._both(self.inputs.T, dpoints, ("two", "one"))
            self._add(dwindows.reshape(self.windows[..., chunk].shape), chunk)

    def _add(self, dwindows: Array, chunk: slice) -> None:
        """Add the gradients of all windows to that of the input; neighbours share two rows or columns."""
        side, size = self.side, self.size
        for down in range(self.down):
            for across in range(self.across):
                place = self.dx[down * side : down * side + size, :, across * side : across * side + size, chunk]
                place += dwindows[:, :, :, down, across].transpose(0, 2, 1, 3)

    def weights_gradient(self) -> Array:
        """(F, C, 3, 3)."""
        return np.ascontiguousarray(self._both(self.kernel.T, self.found).transpose(2, 3, 0, 1))

    def input_gradient(self) -> Array:
        """(H, C, W, N)."""
        return self.dx
