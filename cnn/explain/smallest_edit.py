"""The smallest edit: the fewest pixels, each made ink or paper, with which a picture is read as another digit.

A greedy search led by gradients, as in Papernot et al., "The limitations of deep learning in adversarial settings",
2016, arXiv:1511.07528; every step is checked by the network, and in the end every pixel that turns out not to be
needed is put back. That is a small edit, not provably the smallest: that would need all sets of pixels to be tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnn.explain.scores import score_gradients, scores, toward
from cnn.network import CNN

Array = np.ndarray

CANDIDATES = 24
"""Pixels that are tried in each step: those of which the gradient promises most."""
MOST = 80
"""Pixels after which the search gives up: a tenth of the picture."""


@dataclass(frozen=True)
class Edit:
    """Where the search stands."""

    picture: Array
    """(28, 28) uint8."""
    changed: int
    """How many pixels differ from the first picture."""
    answers: Array
    """(K,): what the network gives for it."""
    done: bool
    """Whether it is finished: either `reached`, or given up."""
    reached: bool
    """Whether the chosen answer is the most likely one."""


def smallest_edit(network: CNN, picture: Array, goal: int, most: int = MOST) -> Iterator[Edit]:
    """Edit `picture` (28, 28) uint8 towards the answer `goal`, a pixel at a time; the last Edit is the result."""
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
        best = tried[int(_lead(network, tried, goal).argmax())]
        touched |= best != now
        now = best
    if reached:
        now = without_the_needless(network, picture, now, goal)
        answers = network.predict_output(now[None])[0]
    yield Edit(now, int((now != picture).sum()), answers, True, reached)


def _candidates(network: CNN, now: Array, goal: int, touched: Array) -> Array:
    """Pictures (n, 28, 28) with one more pixel turned to ink or paper, n at most CANDIDATES."""
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


def _lead(network: CNN, pictures: Array, goal: int) -> Array:
    """(n,): how far the goal's score lies above the best of the others."""
    found = scores(network, network.scaled(pictures))
    return found[goal] - np.delete(found, goal, axis=0).max(axis=0)


def without_the_needless(network: CNN, first: Array, edited: Array, goal: int) -> Array:
    """Put pixels back, one at a time, as long as the answer stays: the one whose loss costs least comes first."""
    while True:
        places = np.flatnonzero(first != edited)
        if not len(places):
            return edited
        back = np.repeat(edited[None], len(places), axis=0)
        back.reshape(len(places), -1)[np.arange(len(places)), places] = first.flat[places]
        lead = _lead(network, back, goal)
        # The prediction decides, not the lead: what is shown is then what was checked.
        order = [int(i) for i in np.argsort(-lead) if network.predict_output(back[i][None])[0].argmax() == goal][:1]
        if not order:
            return edited
        edited = back[order[0]]
