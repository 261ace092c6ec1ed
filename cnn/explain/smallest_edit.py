"""The smallest edit: a counterfactual picture that differs in few pixels and is predicted as another class.

The search is greedy and guided by gradients (Papernot et al., "The limitations of deep learning in adversarial
settings", 2016, arXiv:1511.07528). Each step sets one pixel to full ink or to paper and is verified by a forward pass;
at the end, pixels that are not needed are restored. The result is small, but not provably the smallest.
(Counterfactual explanations: Wachter, Mittelstadt and Russell, 2017, arXiv:1711.00399.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnn.explain.scores import score_gradients, scores, toward
from cnn.network import CNN

Array = np.ndarray

CANDIDATES = 24
"""Number of pixels tried in each step: those with the largest expected gain, by the gradient."""
MOST = 80
"""Number of changed pixels at which the search gives up: a tenth of the picture."""


@dataclass(frozen=True)
class Edit:
    """State of a search for a picture that is predicted as a chosen class."""

    picture: Array
    """(28, 28) uint8."""
    changed: int
    """Number of pixels that differ from the original picture."""
    answers: Array
    """Predicted probabilities (K,) for `picture`."""
    done: bool
    """Whether the search has ended, with the class reached or not."""
    reached: bool
    """Whether the chosen class is the predicted one."""


def smallest_edit(network: CNN, picture: Array, goal: int, most: int = MOST) -> Iterator[Edit]:
    """Change `picture` (28, 28) uint8, pixel by pixel, until the class `goal` is predicted; yield an Edit per step.

    The search gives up after `most` pixels. The last Edit, with `done` set, is the result.
    """
    now, touched = picture.copy(), np.zeros(picture.shape, bool)
    while True:
        answers = network.predict_output(now[None])[0]
        reached = bool(answers.argmax() == goal)
        count = int((now != picture).sum())
        if reached or count >= most:
            break
        yield Edit(now.copy(), count, answers, False, reached)
        tried = _candidates(network, now, goal, touched)
        if not len(tried):
            break
        best = tried[int(_margin(network, tried, goal).argmax())]
        touched |= best != now
        now = best
    if reached:
        now = restore_unneeded(network, picture, now, goal)
        answers = network.predict_output(now[None])[0]
    yield Edit(now, int((now != picture).sum()), answers, True, reached)


def _candidates(network: CNN, now: Array, goal: int, touched: Array) -> Array:
    """Return pictures (n, 28, 28), n at most CANDIDATES, that differ from `now` in one pixel not `touched` yet."""
    x = network.scaled(now[None])
    found = scores(network, x)[:, 0]
    others = np.delete(np.arange(len(found)), goal)
    rival = int(others[found[others].argmax()])
    gradient = score_gradients(network, x, toward(network, goal) - toward(network, rival))[0][0, ..., 0]
    to = np.where(gradient > 0, 255, 0).astype(np.uint8)
    gain = gradient * (to.astype(np.float64) - now) / 255
    gain[touched | (to == now)] = -np.inf
    order = np.argsort(-gain, axis=None)[:CANDIDATES]
    order = order[np.isfinite(gain.flat[order])]
    tried = np.repeat(now[None], len(order), axis=0)
    tried.reshape(len(order), -1)[np.arange(len(order)), order] = to.flat[order]
    return tried


def _margin(network: CNN, pictures: Array, goal: int) -> Array:
    """Return the margins (n,): the score of `goal` minus the highest other score, for pictures (n, 28, 28)."""
    found = scores(network, network.scaled(pictures))
    return found[goal] - np.delete(found, goal, axis=0).max(axis=0)


def restore_unneeded(network: CNN, first: Array, edited: Array, goal: int) -> Array:
    """Restore changed pixels one at a time as long as `goal` is still predicted.

    The pixel that leaves the largest margin goes first. All pictures are (28, 28) uint8.
    """
    while True:
        places = np.flatnonzero(first != edited)
        if not len(places):
            return edited
        back = np.repeat(edited[None], len(places), axis=0)
        back.reshape(len(places), -1)[np.arange(len(places)), places] = first.flat[places]
        margin = _margin(network, back, goal)
        # The prediction decides, not the margin: the two can differ by rounding.
        order = [int(i) for i in np.argsort(-margin) if network.predict_output(back[i][None])[0].argmax() == goal][:1]
        if not order:
            return edited
        edited = back[order[0]]
