"""Fooling pictures: change the pixels by gradient ascent until the network predicts a chosen class.

Nguyen, Yosinski and Clune, "Deep neural networks are easily fooled", 2014, arXiv:1412.1897, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnn.explain.scores import score_gradients, scores, toward
from cnn.explain.smallest_edit import Edit
from cnn.network import CNN

Array = np.ndarray

ROUNDS = 40
STRIDE = 0.06
"""Step size: how much ink (0 to 1) the pixel with the largest gradient gains or loses in a round."""
ENOUGH = 0.9999
"""Probability of the chosen class at which the search ends."""


def noise(rng: np.random.Generator, side: int = 28) -> Array:
    """Return a picture (side, side) uint8 of uniform noise from 0 to 127, to start `fool` from."""
    return rng.integers(0, 128, (side, side)).astype(np.uint8)


def fool(network: CNN, start: Array, goal: int, rounds: int = ROUNDS) -> Iterator[Edit]:
    """Change `start` (28, 28) uint8 towards the class `goal`; yield the best Edit so far after each round.

    The best is the one with the highest probability of `goal`. The search ends after `rounds` rounds, or at the
    probability ENOUGH; the last Edit, with `done` set, is the result.
    """
    ink = start / 255
    best = Edit(start, 0, network.predict_output(start[None])[0], False, False)
    for turn in range(rounds):
        x = network.scaled(ink[None])
        found = scores(network, x)[:, 0]
        others = np.delete(np.arange(len(found)), goal)
        rival = int(others[found[others].argmax()])
        slope = score_gradients(network, x, toward(network, goal) - toward(network, rival))[0][0, ..., 0]
        ink = np.clip(ink + STRIDE * slope / (np.abs(slope).max() or 1), 0, 1)
        picture = np.round(255 * ink).astype(np.uint8)
        answers = network.predict_output(picture[None])[0]
        reached = bool(answers.argmax() == goal)
        if answers[goal] >= best.answers[goal]:
            best = Edit(picture, int((picture != start).sum()), answers, False, reached)
        if best.answers[goal] >= ENOUGH:
            break
        if turn + 1 < rounds:
            yield best
    yield Edit(best.picture, best.changed, best.answers, True, best.reached)
