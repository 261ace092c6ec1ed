"""The learning rate over a run: constant, or up for a moment and then slowly down to nothing."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

WARM_UP = 0.04
"""Share of a cosine run in which the rate climbs from zero: first gradients are large and point anywhere."""


def constant(progress: float) -> float:
    """Always the full rate."""
    return 1.0


def cosine(progress: float) -> float:
    """A short climb, then half a cosine down to zero (Loshchilov and Hutter 2016, arXiv:1608.03983)."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return (1 + cos(pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2


def one_cycle(progress: float) -> float:
    """Up along a cosine for three tenths of the run, down to zero for the rest (Smith 2018, arXiv:1803.09820)."""
    if progress < 0.3:
        return 0.04 + 0.96 * (1 - cos(pi * progress / 0.3)) / 2
    return (1 + cos(pi * (progress - 0.3) / 0.7)) / 2


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine, "one-cycle": one_cycle}
"""Each turns progress (0 to 1) into the factor for the learning rate."""
