"""Winograd tiles: F(m x m, 3 x 3) against scipy, there and back, and how an output is covered."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d

from cnn.fast.scratch import Scratch
from cnn.fast.tiles import SIDES, Tiles, best_side, transforms
from cnn.layers import Conv3x3


@pytest.mark.parametrize("side", SIDES)
def test_a_tile_is_the_correlation_of_scipy(side, rng):
    inputs, kernel, outputs = transforms(side)
    tile, weights = rng.normal(size=(side + 2, side + 2)), rng.normal(size=(3, 3))
    found = outputs @ ((kernel @ weights @ kernel.T) * (inputs @ tile @ inputs.T)) @ outputs.T
    np.testing.assert_allclose(found, correlate2d(tile, weights, "valid"), atol=1e-10)


def test_two_outputs_worked_by_hand():
    # F(3, 3) on inputs 1, 2, 3, 4, 5 and the kernel 1, 0, -1: every output is x - (x + 2) = -2.
    inputs, kernel, outputs = transforms(3)
    found = outputs @ ((kernel @ [1, 0, -1]) * (inputs @ [1, 2, 3, 4, 5]))
    np.testing.assert_allclose(found, [-2, -2, -2], atol=1e-12)


@pytest.mark.parametrize(("rows", "cols", "side"), [(10, 10, 5), (3, 3, 3), (11, 11, 4), (24, 24, 5), (2, 8, 2)])
def test_an_output_is_covered_with_the_fewest_points(rows, cols, side):
    assert best_side(rows, cols) == side


@pytest.mark.parametrize("learns", [False, True])
@pytest.mark.parametrize(
    ("height", "width", "rows", "cols", "parts"),
    [(13, 13, 10, 10, 2), (5, 5, 3, 3, 1), (13, 13, 11, 11, 1), (6, 10, 4, 8, 2)],
)
def test_sums_and_gradients_are_those_of_scipy(height, width, rows, cols, parts, learns, rng):
    conv = Conv3x3(4)
    x = np.empty((height, width, 3, 2), np.float32)
    weights = rng.normal(size=(4, 3, 3, 3)).astype(np.float32)
    tiles = Tiles(conv, x, rows, cols, parts, Scratch(), learns)
    kernels = tiles.kernels(weights, np.zeros(4))
    for _ in range(2):  # the second time the buffers hold the first one's numbers
        x[:] = rng.normal(size=x.shape)
        tiles.forward(kernels, tiles.strips[0])
        found = np.empty((rows, cols, 4, 2))
        for part, sums in enumerate(tiles.sums(tiles.strips[0])):
            found[:, part::parts] = sums
        maps, kernel = x.astype(float), weights.astype(float)
        for f, i in np.ndindex(4, 2):
            expected = sum(correlate2d(maps[:, :, c, i], kernel[f, c], "valid") for c in range(3))
            np.testing.assert_allclose(found[:, :, f, i], expected[:rows, :cols], atol=1e-4)
        if not learns:
            continue
        dsums = rng.normal(size=found.shape).astype(np.float32)
        for part, sums in enumerate(tiles.sums(tiles.strips[0])):
            sums[:] = dsums[:, part::parts]
        tiles.begin_backward(kernels)
        tiles.backward(tiles.strips[0])
        used = maps[: rows + 2, : cols + 2]
        dweights, dx = tiles.weights_gradient(), tiles.input_gradient()
        for f, c in np.ndindex(4, 3):
            expected = sum(correlate2d(used[:, :, c, i], dsums[:, :, f, i], "valid") for i in range(2))
            np.testing.assert_allclose(dweights[f, c], expected, atol=1e-3)
        for c, i in np.ndindex(3, 2):
            expected = np.zeros((height, width))
            expected[: rows + 2, : cols + 2] = sum(
                convolve2d(dsums[:, :, f, i].astype(float), kernel[f, c], "full") for f in range(4)
            )
            np.testing.assert_allclose(dx[:, :, c, i], expected, atol=1e-3)
