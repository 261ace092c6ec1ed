"""Occlusion: white paper is laid over one spot after the other, and the answer's score is read again each time.

Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013, arXiv:1311.2901, section 4.2.
"""

from __future__ import annotations

import numpy as np

from cnn.explain.scores import scores
from cnn.network import CNN

Array = np.ndarray

SIDE = 4
"""Pixels: a paper's side."""
STEP = 2
"""Pixels from one spot to the next."""


def occlusion(network: CNN, picture: Array, answer: int, side: int = SIDE, step: int = STEP) -> Array:
    """(28, 28): how far the score falls when paper covers a pixel, as the mean over all papers that cover it."""
    height, width = picture.shape
    spots = [(y, x) for y in range(0, height - side + 1, step) for x in range(0, width - side + 1, step)]
    covered = np.repeat(picture[None], len(spots) + 1, axis=0)
    for one, (y, x) in zip(covered[1:], spots, strict=True):
        one[y : y + side, x : x + side] = 0
    # Papers that cover no ink change nothing: they need not be read.
    changed = np.array([True, *(bool(picture[y : y + side, x : x + side].any()) for y, x in spots)])
    found = np.empty(len(covered), np.float64)
    found[changed] = scores(network, network.scaled(covered[changed]))[answer]
    found[~changed] = found[0]
    fall, papers = np.zeros((height, width)), np.zeros((height, width))
    for (y, x), score in zip(spots, found[1:], strict=True):
        fall[y : y + side, x : x + side] += found[0] - score
        papers[y : y + side, x : x + side] += 1
    return fall / np.maximum(papers, 1)
