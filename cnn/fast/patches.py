"""The first convolution by im2col: nine shifted copies of the picture and a row of ones, then one product per row.

With a single input channel, im2col (Chellapilla, Puri and Simard 2006, "High performance convolutional neural networks
for document processing") copies only nine small pictures, and Winograd's transforms in `tiles` would not pay off. The
row of ones includes the bias in the product. Where pooling follows, even and odd output columns are computed
separately, so that the maximum of neighbours runs over two long rows.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn.fast.scratch import Scratch
from cnn.layers import Conv3x3

Array = np.ndarray

STRIP = 1_600_000
"""Size limit for the sums of one strip of rows, in bytes: they should nearly fit into a core's own cache."""


class Patches:
    """Computes the first convolution including its bias; same interface as `cnn.fast.tiles.Tiles`."""

    has_bias = True

    def __init__(
        self, conv: Conv3x3, x: Array, rows: int, cols: int, parts: int, scratch: Scratch, learns: bool
    ) -> None:
        """Prepare for inputs in `x` (H, W, 1, N), a buffer that the caller fills before each `forward`.

        Only the first `rows` and `cols` of the output are computed. With `parts` = 2, even and odd columns are
        separate. Without `learns`, patches are not kept for a backward pass.
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
        """Combine weights (F, 1, 3, 3) and bias (F,) to (F, 10)."""
        return np.concatenate([weights.reshape(-1, 9), bias[:, None]], axis=1)

    def sums(self, strip: slice) -> list[Array]:
        """Return a strip's sums as `parts` views (rows, cols / parts, F, N), in memory (rows, F, cols, N)."""
        maps = self._rows_of_sums(strip).reshape(-1, self.parts, self.filters, self.across, self.n)
        return [maps[:, part].swapaxes(1, 2) for part in range(self.parts)]

    def _rows_of_sums(self, strip: slice) -> Array:
        return self.scratch.buffer("sums", strip.stop - strip.start, self.parts, self.filters, self.across * self.n)

    def _columns(self, strip: slice) -> Array:
        return self.columns[strip] if self.learns else self.columns[: strip.stop - strip.start]

    def forward(self, kernels: Array, strip: slice) -> None:
        """Compute the strip's `sums`."""
        columns, patches = self._columns(strip), self.patches[strip]
        np.copyto(columns[:, :, :9].reshape(patches.shape), patches)
        np.matmul(kernels, columns, out=self._rows_of_sums(strip))

    def begin_backward(self, kernels: Array) -> None:
        """Reset the accumulated gradient; call before the strips of a batch."""
        self.found = np.zeros((self.filters, 9), np.float32)

    def backward(self, strip: slice) -> None:
        """Add a strip's contribution to the kernels' gradient; `sums` holds the gradient of the sums."""
        columns = self._columns(strip)[:, :, :9]
        self.found += np.matmul(self._rows_of_sums(strip), columns.swapaxes(2, 3)).sum(axis=(0, 1))

    def weights_gradient(self) -> Array:
        """Return the weights' gradient (F, 1, 3, 3)."""
        return self.found.reshape(-1, 1, 3, 3)

    def input_gradient(self) -> None:
        """Return None: the gradient for the picture is not needed in training."""
