"""Winograd tiles: F(m x m, 3 x 3) against scipy, and for which convolutions they are used."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from cnn.architectures import build
from cnn.fast.plan import plan
from cnn.fast.share import Share
from cnn.fast.tiles import SIZES, Tiles, tile_side, transforms
from cnn.layers import Conv3x3


@pytest.mark.parametrize("side", SIZES)
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


@pytest.mark.parametrize(
    ("channels", "filters", "rows", "columns", "side"),
    [(48, 96, 10, 10, 5), (96, 192, 3, 3, 3), (16, 16, 24, 24, 3), (16, 16, 11, 11, None), (8, 64, 10, 10, None)],
)
def test_tiles_cover_the_output_exactly_or_are_not_used(channels, filters, rows, columns, side):
    assert tile_side(Conv3x3(filters), channels, rows, columns) == side


def test_the_shipped_network_reads_with_tiles_and_learns_without():
    network = build("reader")
    shares = [Share(plan(network), network, 16, learns) for learns in (False, True)]
    reading, learning = ([isinstance(block.products, Tiles) for block in share.convolutions] for share in shares)
    assert reading == [False, True, True]
    assert learning == [False, False, False]
