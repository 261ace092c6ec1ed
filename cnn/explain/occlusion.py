"""Occlusion: blank one square of the picture at a time and record how far a class's score falls.

Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013, arXiv:1311.2901, section 4.2.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import scores
from cnn.network import CNN

Array = np.ndarray

SIDE = 4
"""Side of the blanked square, in pixels."""
STEP = 2
"""Distance between neighbouring squares, in pixels."""


def occlusion(network: CNN, picture: Array, target: int, side: int = SIDE, step: int = STEP) -> Array:
    """Return (28, 28) how far the score of `target` falls, averaged over all squares that cover a pixel.

    `picture` is (28, 28) uint8; `side` and `step` are in pixels. Pixels that no square covers get 0.
    """
    height, width = picture.shape
    spots = [(y, x) for y in range(0, height - side + 1, step) for x in range(0, width - side + 1, step)]
    covered = np.repeat(picture[None], len(spots) + 1, axis=0)
    for one, (y, x) in zip(covered[1:], spots, strict=True):
        one[y : y + side, x : x + side] = 0
    # A square without ink changes nothing, so no forward pass is needed.
    changed = np.array([True, *(bool(picture[y : y + side, x : x + side].any()) for y, x in spots)])
    found = np.empty(len(covered), np.float64)
    found[changed] = scores(network, network.scaled(covered[changed]))[target]
    found[~changed] = found[0]
    fall, papers = np.zeros((height, width)), np.zeros((height, width))
    for (y, x), score in zip(spots, found[1:], strict=True):
        fall[y : y + side, x : x + side] += found[0] - score
        papers[y : y + side, x : x + side] += 1
    return fall / np.maximum(papers, 1)
