"""A convolution for reading only, by Winograd's F(m x m, 3 x 3) on square tiles: a fifth to a third of the products.

An output tile of m x m needs m + 2 rows and columns of input. As polynomials, the two are multiplied by their values
at m + 2 points, one product a point and pair of channels, instead of nine a pixel: 49 for 25 pixels with m = 5, 25
for 9 with m = 3. Going to the points and back is linear, a small matrix for rows and the same for columns (Winograd
1980, "Arithmetic complexity of computations"; Lavin and Gray 2015, arXiv:1509.09308), and each matrix product takes all
channels, tiles and images along. The kernels go there once, when a network is frozen for reading; training, where they
change at each step, uses `cnn.fast.convolution` alone.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.layers import Conv3x3

Array = np.ndarray

SIZES = (5, 3)
"""Sides of an output tile; larger ones would lose digits in float32."""
POINTS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5)
"""Where polynomials are evaluated, besides infinity: small numbers keep rounding errors small."""
THIN = 16
"""With fewer channels or filters, going to the points costs more than it saves."""


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

    def __init__(self, conv: Conv3x3, x: Array, rows: int, cols: int, parts: int, side: int) -> None:
        """`x` (H, C, W, N) is where the input will stand, its columns even ones first if `parts` is 2.

        `rows` and `cols` are the output's, columns of one part.
        """
        _, channels, width, n = x.shape
        size = side + 2
        down, across = rows // side, parts * cols // side
        inputs, self.kernel_to_points, outputs = transforms(side)
        self.to_points, self.from_points = inputs.astype(np.float32), outputs.astype(np.float32)
        # Natural column j stands at place[j]; every tile's columns are picked from there.
        place = np.concatenate([np.arange(0, width, 2), np.arange(1, width, 2)]).argsort() if parts == 2 else None
        picked = [
            [int(place[column] if place is not None else column) for column in range(left, left + size)]
            for left in range(0, across * side, side)
        ]
        row, channel, _, image = x.strides
        self.tall = [
            [
                as_strided(
                    x[:, :, column], (down, size, channels, n), (side * row, row, channel, image), writeable=False
                )
                for column in columns
            ]
            for columns in picked
        ]
        """For each tile from left to right and each of its columns: (down, size, C, N)."""
        run, filters = down * across * n, conv.num_filters
        self.gathered = np.empty((size, size, channels, down, across, n), np.float32)
        self.half = np.empty((size, size, channels * run), np.float32)
        self.points = np.empty((size, size, channels, run), np.float32)
        self.products = np.empty((size, size, filters, run), np.float32)
        self.half_back = np.empty((side, size, filters * run), np.float32)
        self.tiles = np.empty((side, side, filters, down, across, n), np.float32)
        self.side, self.parts = side, parts

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, C, 3, 3) -> (points down, points across, F, C)."""
        to = self.kernel_to_points
        return np.ascontiguousarray((to @ weights.astype(float) @ to.T).transpose(2, 3, 0, 1), np.float32)

    def forward(self, kernels: Array, strip: slice, sums: Array) -> None:
        """Fill `sums` (rows, parts, F, run), all rows at once, without the bias."""
        for tile, columns in enumerate(self.tall):
            for j, tall in enumerate(columns):
                np.copyto(self.gathered[:, j, :, :, tile], tall.transpose(1, 2, 0, 3))
        size, side = len(self.gathered), self.side
        np.matmul(self.to_points, self.gathered.reshape(size, -1), out=self.half.reshape(size, -1))
        np.matmul(self.to_points, self.half, out=self.points.reshape(self.half.shape))
        np.matmul(kernels, self.points, out=self.products)
        np.matmul(self.from_points, self.products.reshape(size, -1), out=self.half_back.reshape(side, -1))
        np.matmul(self.from_points, self.half_back, out=self.tiles.reshape(side, side, -1))
        _, _, filters, down, across, n = self.tiles.shape
        rows = sums.reshape(down, side, self.parts, filters, -1, n)
        for tile in range(across):
            for j in range(side):
                column = tile * side + j
                np.copyto(
                    rows[:, :, column % self.parts, :, column // self.parts],
                    self.tiles[:, j, :, :, tile].transpose(2, 0, 1, 3),
                )
