"""Convolution by Winograd's F(m x m, 3 x 3) on square tiles, forward and backward: a third to a fifth of the products.

An output tile of m x m depends on an input tile of (m + 2) x (m + 2). Seen as polynomials, inputs and kernel are
multiplied by multiplying their values at m + 2 points in each direction. That takes (m + 2)^2 products per tile and
pair of channels instead of 9 m^2: 49 instead of 225 for m = 5, 25 instead of 81 for m = 3. Evaluation and
interpolation are linear, a small matrix applied to rows and to columns (Winograd 1980, "Arithmetic complexity of
computations"; Lavin and Gray 2015, arXiv:1509.09308). With B, G and A from `transforms`, for every pair of channels

    outputs = A ((G kernel G^T) * (B inputs B^T)) A^T

All steps are linear, so gradients use the transposed matrices in the opposite order: the outputs' gradient is
transformed to the points by A^T, multiplied there by the values from the forward pass, and transformed back by G^T for
the kernel or B^T for the inputs.

Maps are (H, W, C, N). The rows of a tile, and then its columns, are therefore the first axis of a matrix that is
contiguous in memory: the transforms need no copies.
"""

from __future__ import annotations

import numpy as np

from cnn.fast.scratch import Scratch
from cnn.layers import Conv3x3

Array = np.ndarray

SIDES = (5, 4, 3, 2)
"""Sides m of an output tile. Larger ones would lose precision in float32."""
POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5)
"""Evaluation points besides infinity; small numbers keep rounding errors small."""


def best_side(rows: int, cols: int) -> int:
    """Return the side whose tiles cover an output (rows, cols) with the fewest points, overhang included."""
    return min(SIDES, key=lambda side: -(-rows // side) * -(-cols // side) * (side + 2) ** 2)


def transforms(side: int) -> tuple[Array, Array, Array]:
    """Return the matrices (B, G, A), float64, of the one-dimensional F(side, 3).

    outputs = A @ ((G @ kernel) * (B @ inputs)). Evaluation at points turns a product of polynomials into products of
    numbers, and the transpose of that scheme computes a correlation (transposition principle): with V_k evaluating k
    coefficients at all points, G = V_3, A = V_m^T and B = V_(m+2)^-T.
    """
    size = side + 2

    def evaluate(coefficients: int) -> Array:
        values = np.vander(POINTS[: size - 1], coefficients, increasing=True)
        infinity = np.eye(1, coefficients, coefficients - 1)
        return np.concatenate([values, infinity])

    return np.linalg.inv(evaluate(size)).T, evaluate(3), evaluate(side).T


class Tiles:
    """Computes one convolution on tiles, without its bias; same interface as `cnn.fast.patches.Patches`."""

    has_bias = False

    def __init__(
        self, conv: Conv3x3, x: Array, rows: int, cols: int, parts: int, scratch: Scratch, learns: bool
    ) -> None:
        """Prepare for inputs in `x` (H, W, C, N), a buffer that the caller fills before each `forward`.

        Only the first `rows` and `cols` of the output are computed. With `parts` = 2, even and odd columns are
        separate. Without `learns`, the transformed inputs are not kept for a backward pass.
        """
        height, width, channels, n = x.shape
        self.rows, self.cols, self.channels, self.filters, self.n = rows, cols, channels, conv.num_filters, n
        self.parts = parts
        self.side = side = best_side(rows, cols)
        self.size, self.scratch, self.learns = side + 2, scratch, learns
        self.inputs, self.kernel, self.outputs = (each.astype(np.float32) for each in transforms(side))
        self.tiles = [(top, left) for top in range(0, rows, side) for left in range(0, cols, side)]
        """First row and column of each output tile."""
        self.covered = (-(-rows // side) * side, -(-cols // side) * side)
        reach = (max(height, self.covered[0] + 2), max(width, self.covered[1] + 2), channels, n)
        self.x = x
        self.padded = x if reach == x.shape else np.zeros(reach, np.float32)
        """The input, with zeros added where tiles reach beyond it."""
        points = (self.size, self.size, channels, n)
        self.points = {tile: np.empty(points, np.float32) for tile in self.tiles if learns}
        self.dx = np.empty(reach if learns else 0, np.float32)
        self.strips = [slice(0, rows)]

    def kernels(self, weights: Array, bias: Array) -> Array:
        """Transform weights (F, C, 3, 3) to (points down, points across, F, C)."""
        return both(self.kernel, np.ascontiguousarray(weights.transpose(2, 3, 0, 1)))

    def sums(self, strip: slice) -> list[Array]:
        """Return the buffer of all sums as `parts` views (rows, cols / parts, F, N)."""
        wanted = self._covered_sums()[: self.rows, : self.cols]
        return [wanted[:, part :: self.parts] for part in range(self.parts)]

    def _covered_sums(self) -> Array:
        return self.scratch.buffer("sums", *self.covered, self.filters, self.n)

    def forward(self, kernels: Array, strip: slice) -> None:
        """Compute `sums`."""
        if self.padded is not self.x:
            height, width = self.x.shape[:2]
            self.padded[:height, :width] = self.x
        size, side, width = self.size, self.side, self.padded.shape[1]
        sums = self._covered_sums().reshape(*self.covered, -1)
        half = self.scratch.buffer("half", size, width, self.channels * self.n)
        back = self.scratch.buffer("back", side, size, self.filters * self.n)
        products = self.scratch.buffer("products", size, size, self.filters, self.n)
        for top, left in self.tiles:
            if left == 0:
                np.matmul(self.inputs, self.padded[top : top + size].reshape(size, -1), out=half.reshape(size, -1))
            points = self._points(top, left)
            np.matmul(self.inputs, half[:, left : left + size], out=points.reshape(size, size, -1))
            np.matmul(kernels, points, out=products)
            np.matmul(self.outputs, products.reshape(size, -1), out=back.reshape(side, -1))
            np.matmul(self.outputs, back, out=sums[top : top + side, left : left + side])

    def _points(self, top: int, left: int) -> Array:
        """Return the buffer of a tile's transformed inputs (points down, points across, C, N)."""
        if self.learns:
            return self.points[top, left]
        return self.scratch.buffer("points", self.size, self.size, self.channels, self.n)

    def begin_backward(self, kernels: Array) -> None:
        """Reset the accumulated gradients; call before the strips of a batch."""
        self.transposed = kernels.swapaxes(2, 3)
        self.found = np.zeros_like(kernels)
        self.dx.fill(0)

    def backward(self, strip: slice) -> None:
        """Add to the gradients of kernels and input; `sums` holds the gradient of the sums."""
        size, side, width = self.size, self.side, self.padded.shape[1]
        covered = self._covered_sums()
        covered[self.rows :] = 0
        covered[:, self.cols :] = 0
        dsums = covered.reshape(*self.covered, -1)
        back = self.scratch.buffer("back", side, size, self.filters * self.n)
        dproducts = self.scratch.buffer("products", size, size, self.filters, self.n)
        dkernels = self.scratch.buffer("kernels", *self.found.shape)
        dpoints = self.scratch.buffer("points", size, size, self.channels, self.n)
        dwindow = self.scratch.buffer("window", size, size, self.channels * self.n)
        half = self.scratch.buffer("half", size, width, self.channels * self.n)
        band = self.scratch.buffer("band", size, width, self.channels, self.n)
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
                rows = self.dx[top : top + size]  # the last two rows also belong to the tiles below
                np.matmul(self.inputs.T, half.reshape(size, -1), out=band.reshape(size, -1))
                rows += band

    def weights_gradient(self) -> Array:
        """Return the weights' gradient (F, C, 3, 3)."""
        return np.ascontiguousarray(both(self.kernel.T, self.found).transpose(2, 3, 0, 1))

    def input_gradient(self) -> Array:
        """Return the input's gradient (H, W, C, N)."""
        height, width = self.x.shape[:2]
        return np.ascontiguousarray(self.dx[:height, :width])


def both(matrix: Array, values: Array) -> Array:
    """Multiply rows and columns of `values` (a, a, ...) by `matrix` (b, a): (b, b, ...)."""
    b, a = matrix.shape
    half = matrix @ values.reshape(a, -1)
    return np.matmul(matrix, half.reshape(b, a, -1)).reshape(b, b, *values.shape[2:])
