"""Schedules: the learning rate and the strength of augmentation as functions of a run's progress (0 to 1)."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

WARM_UP = 0.04
"""Share of a run with the cosine schedule in which the rate rises from zero: early gradients are large and erratic."""


def constant(progress: float) -> float:
    """Return 1: the full rate throughout."""
    return 1.0


def cosine(progress: float) -> float:
    """Rise linearly during WARM_UP, then fall to 0 as half a cosine (Loshchilov and Hutter 2016, arXiv:1608.03983)."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return (1 + cos(pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2


def one_cycle(progress: float) -> float:
    """Rise from 0.04 along half a cosine for 30 % of the run, then fall to 0 (Smith 2018, arXiv:1803.09820)."""
    if progress < 0.3:
        return 0.04 + 0.96 * (1 - cos(pi * progress / 0.3)) / 2
    return (1 + cos(pi * (progress - 0.3) / 0.7)) / 2


SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine, "one-cycle": one_cycle}
"""Each maps progress (0 to 1) to a factor (0 to 1) for the learning rate."""

FADE_FROM, FADE_TO = 0.6, 0.4
"""Progress at which the augmentation begins to weaken, and its strength at the end."""


def warp_strength(progress: float) -> float:
    """Return the strength of augmentation, 0 to 1: 1 until FADE_FROM, then falling linearly to FADE_TO.

    Real pictures are not augmented, so the last steps and the running statistics should come from pictures close to
    them (He et al., "Data augmentation revisited", 2019, arXiv:1909.09148).
    """
    return 1 - (1 - FADE_TO) * max(0.0, progress - FADE_FROM) / (1 - FADE_FROM)
