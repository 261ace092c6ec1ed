"""What changes over a run by itself: the learning rate, and how strongly images are warped."""

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

FADE_FROM, FADE_TO = 0.6, 0.4


def warp_strength(progress: float) -> float:
    """How strongly images are warped, 0 to 1: fully for most of a run, then falling to `FADE_TO`.

    Strong warps teach what does not matter; what is read in the end is hardly warped, and a network's statistics
    and last corrections should be those of such pictures (He et al., "Data augmentation revisited", 2019,
    arXiv:1909.09148).
    """
    return 1 - (1 - FADE_TO) * max(0.0, progress - FADE_FROM) / (1 - FADE_FROM)
