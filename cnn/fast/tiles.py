"""A convolution by Winograd's F(m x m, 3 x 3) on square tiles, there and back: a third to a fifth of the products.

An output tile of m x m needs m + 2 rows and columns of input. As polynomials, the two are multiplied by their values
at m + 2 points, one product a point and pair of channels, instead of nine a pixel: 49 for 25 pixels with m = 5, 25
for 9 with m = 3. Going to the points and back is linear, a small matrix for rows and the same for columns (Winograd
1980, "Arithmetic complexity of computations"; Lavin and Gray 2015, arXiv:1509.09308). With B, G and A from
`transforms`, for every pair of channels

    outputs = A ((G kernel G^T) * (B inputs B^T)) A^T

and as every step is linear, the gradients take the transposed matrices in the opposite order: the outputs' goes to the
points by A^T, meets what stood there on the way forward, and comes back by G^T or by B^T.

Maps are (H, W, C, N): a tile's rows, and then its columns, are the first axis of a matrix that already lies in memory
with everything else as one long row, so that nothing is gathered, and results are written where they belong.
"""

from __future__ import annotations

import numpy as np

from cnn.fast.scratch import Scratch
from cnn.layers import Conv3x3

Array = np.ndarray

SIDES = (5, 4, 3, 2)
"""Of an output tile; larger ones would lose digits in float32."""
POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5)
"""Where polynomials are evaluated, besides infinity: small numbers keep rounding errors small."""


def best_side(rows: int, cols: int) -> int:
    """The side whose tiles cover an output (rows, cols) with the fewest points; what they stick out is wasted."""
    return min(SIDES, key=lambda side: -(-rows // side) * -(-cols // side) * (side + 2) ** 2)


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
    """The sums of one convolution on tiles, without its bias; the interface is that of `cnn.fast.patches.Patches`."""

    has_bias = False

    def __init__(
        self, conv: Conv3x3, x: Array, rows: int, cols: int, parts: int, scratch: Scratch, learns: bool
    ) -> None:
        """`x` (H, W, C, N) is where the input will stand; `rows` and `cols` are how much of the output is wanted.

        With `parts` = 2 even and odd columns are wanted apart. Without `learns` there is no way back, and what stood
        at the points is forgotten.
        """
        height, width, channels, n = x.shape
        self.rows, self.cols, self.channels, self.filters, self.n = rows, cols, channels, conv.num_filters, n
        self.parts = parts
        self.side = side = best_side(rows, cols)
        self.size, self.scratch, self.learns = side + 2, scratch, learns
        self.inputs, self.kernel, self.outputs = (each.astype(np.float32) for each in transforms(side))
        self.tiles = [(top, left) for top in range(0, rows, side) for left in range(0, cols, side)]
        """Each output tile's first row and column."""
        self.covered = (-(-rows // side) * side, -(-cols // side) * side)
        reach = (max(height, self.covered[0] + 2), max(width, self.covered[1] + 2), channels, n)
        self.x = x
        self.padded = x if reach == x.shape else np.zeros(reach, np.float32)
        """The input with paper around it where tiles stick out."""
        points = (self.size, self.size, channels, n)
        self.points = {tile: np.empty(points, np.float32) for tile in self.tiles if learns}
        self.dx = np.empty(reach if learns else 0, np.float32)
        self.strips = [slice(0, rows)]

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (points down, points across, F, C)."""
        return both(self.kernel, np.ascontiguousarray(weights.transpose(2, 3, 0, 1)))

    def sums(self, strip: slice) -> list[Array]:
        """Room for all sums, in `parts` parts (rows, cols / parts, F, N)."""
        wanted = self._covered_sums()[: self.rows, : self.cols]
        return [wanted[:, part :: self.parts] for part in range(self.parts)]

    def _covered_sums(self) -> Array:
        return self.scratch.room("sums", *self.covered, self.filters, self.n)

    def forward(self, kernels: Array, strip: slice) -> None:
        """Fill `sums`."""
        if self.padded is not self.x:
            height, width = self.x.shape[:2]
            self.padded[:height, :width] = self.x
        size, side, width = self.size, self.side, self.padded.shape[1]
        sums = self._covered_sums().reshape(*self.covered, -1)
        half = self.scratch.room("half", size, width, self.channels * self.n)
        back = self.scratch.room("back", side, size, self.filters * self.n)
        products = self.scratch.room("products", size, size, self.filters, self.n)
        for top, left in self.tiles:
            if left == 0:
                np.matmul(self.inputs, self.padded[top : top + size].reshape(size, -1), out=half.reshape(size, -1))
            points = self._points(top, left)
            np.matmul(self.inputs, half[:, left : left + size], out=points.reshape(size, size, -1))
            np.matmul(kernels, points, out=products)
            np.matmul(self.outputs, products.reshape(size, -1), out=back.reshape(side, -1))
            np.matmul(self.outputs, back, out=sums[top : top + side, left : left + side])

    def _points(self, top: int, left: int) -> Array:
        """Where a tile's inputs (points down, points across, C, N) stand: kept if there is a way back."""
        if self.learns:
            return self.points[top, left]
        return self.scratch.room("points", self.size, self.size, self.channels, self.n)

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradients."""
        self.transposed = kernels.swapaxes(2, 3)
        self.found = np.zeros_like(kernels)
        self.dx.fill(0)

    def backward(self, strip: slice) -> None:
        """Add to both gradients; that of the sums stands in `sums`."""
        size, side, width = self.size, self.side, self.padded.shape[1]
        covered = self._covered_sums()
        covered[self.rows :] = 0
        covered[:, self.cols :] = 0
        dsums = covered.reshape(*self.covered, -1)
        back = self.scratch.room("back", side, size, self.filters * self.n)
        dproducts = self.scratch.room("products", size, size, self.filters, self.n)
        dkernels = self.scratch.room("kernels", *self.found.shape)
        dpoints = self.scratch.room("points", size, size, self.channels, self.n)
        dwindow = self.scratch.room("window", size, size, self.channels * self.n)
        half = self.scratch.room("half", size, width, self.channels * self.n)
        band = self.scratch.room("band", size, width, self.channels, self.n)
        for top, left in self.tiles:
            np.matmul(self.outputs.T, dsums[top : top + side, left : left + side], out=back)
            np.matmul(self.outputs.T, back.reshape(side, -1), out=dproducts.reshape(size, -1))
            np.matmul(dproducts, self.points[top, left].swapaxes(2, 3), out=dkernels)
            self.found += dkernels
            np.matmul(self.transposed, dproducts, out=dpoints)
            np.matmul(self.inputs.T, dpoints.reshape(dwindow.shape), out=dwindow)
            if left == 0:
                half.fill(0)
            half[:, left : left + size] += dwindow
            if left + side == self.covered[1]:
                rows = self.dx[top : top + size]  # the last two of which the tiles below have a part in, too
                np.matmul(self.inputs.T, half.reshape(size, -1), out=band.reshape(size, -1))
                rows += band

    def weights_gradient(self) -> Array:
        """(F, C, 3, 3)."""
        return np.ascontiguousarray(both(self.kernel.T, self.found).transpose(2, 3, 0, 1))

    def input_gradient(self) -> Array:
        """(H, W, C, N)."""
        height, width = self.x.shape[:2]
        return np.ascontiguousarray(self.dx[:height, :width])


def both(matrix: Array, values: Array) -> Array:
    """Multiply rows and columns of `values` (a, a, ...) by `matrix` (b, a): (b, b, ...)."""
    b, a = matrix.shape
    half = matrix @ values.reshape(a, -1)
    return np.matmul(matrix, half.reshape(b, a, -1)).reshape(b, b, *values.shape[2:])
