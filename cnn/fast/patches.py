"""The first convolution: nine shifted copies of the one map and a row of ones, then a single product a row.

With one channel there is nothing to save by going to points; im2col (Chellapilla, Puri and Simard 2006, "High
performance convolutional neural networks for document processing") costs nine copies of a small picture, and the
row of ones takes the bias along. Where a pooling follows, even and odd output columns are computed apart, so that the
maximum of neighbours runs over two long rows.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.fast.scratch import Scratch
from cnn.layers import Conv3x3

Array = np.ndarray

STRIP = 1_600_000
"""Bytes that the sums of a strip of rows may take: they and what belongs to them then nearly fit a core's own cache."""


class Patches:
    """The sums of the first convolution, bias included; the interface is that of `cnn.fast.tiles.Tiles`."""

    has_bias = True

    def __init__(
        self, conv: Conv3x3, x: Array, rows: int, cols: int, parts: int, scratch: Scratch, learns: bool
    ) -> None:
        """`x` (H, W, 1, N) is where the input will stand; `rows` and `cols` are how much of the output is wanted.

        With `parts` = 2 even and odd columns stand apart. Without `learns` no patches are kept for the way back.
        """
        n, across = x.shape[3], cols // parts
        row, column, _, image = x.strides
        self.patches = as_strided(
            x, (rows, parts, 3, 3, across, n), (row, column, row, column, parts * column, image), writeable=False
        )
        strip = max(parts, STRIP // (4 * conv.num_filters * cols * n) // parts * parts)
        self.strips = [slice(top, min(top + strip, rows)) for top in range(0, rows, strip)]
        self.columns = np.ones((rows if learns else min(strip, rows), parts, 10, across * n), np.float32)
        self.parts, self.across, self.filters, self.n = parts, across, conv.num_filters, n
        self.scratch, self.learns = scratch, learns

    def kernels(self, weights: Array, bias: Array) -> Array:
        """(F, 1, 3, 3) and (F,) -> (F, 10)."""
        return np.concatenate([weights.reshape(-1, 9), bias[:, None]], axis=1)

    def sums(self, strip: slice) -> list[Array]:
        """Room for a strip's sums, in `parts` parts (rows, cols / parts, F, N); in memory F comes before the column."""
        maps = self._rows_of_sums(strip).reshape(-1, self.parts, self.filters, self.across, self.n)
        return [maps[:, part].swapaxes(1, 2) for part in range(self.parts)]

    def _rows_of_sums(self, strip: slice) -> Array:
        return self.scratch.room("sums", strip.stop - strip.start, self.parts, self.filters, self.across * self.n)

    def _columns(self, strip: slice) -> Array:
        return self.columns[strip] if self.learns else self.columns[: strip.stop - strip.start]

    def forward(self, kernels: Array, strip: slice) -> None:
        """Fill `sums`."""
        columns, patches = self._columns(strip), self.patches[strip]
        np.copyto(columns[:, :, :9].reshape(patches.shape), patches)
        np.matmul(kernels, columns, out=self._rows_of_sums(strip))

    def begin_backward(self, kernels: Array) -> None:
        """Forget the last batch's gradient."""
        self.found = np.zeros((self.filters, 9), np.float32)

    def backward(self, strip: slice) -> None:
        """Add a strip's part to the gradient of the kernels; that of the sums stands in `sums`."""
        columns = self._columns(strip)[:, :, :9]
        self.found += np.matmul(self._rows_of_sums(strip), columns.swapaxes(2, 3)).sum(axis=(0, 1))

    def weights_gradient(self) -> Array:
        """(F, 1, 3, 3)."""
        return self.found.reshape(-1, 1, 3, 3)

    def input_gradient(self) -> None:
        """Nobody asks for the gradient of the picture."""
