"""How often visitors may ask for live answers: the later answers get, the rarer, so that they stay in time."""

from __future__ import annotations

from math import exp
from time import perf_counter

OFTEN = 0.05
"""Seconds between two live answers of a visitor when there is nothing else to do."""
RARE = 1.0
SHARE = 5
"""A visitor waits this many times as long as an answer takes: then a few at once are no queue."""
LATE = 0.15
"""Seconds that answers may take before what is only nice to have is refused."""
MEMORY = 0.1
"""Weight of the newest answer in the mean, where answers come quickly."""
FORGET = 2.0
"""Seconds after which what was before weighs a third: when a crowd has left, who stays is not slow for long."""


class Throttle:
    """The mean of what answers took lately, waiting included, and what follows from it."""

    def __init__(self) -> None:
        self.took = 0.0
        self.noted = perf_counter()

    def note(self, seconds: float) -> None:
        """An answer took so long from the message's arrival."""
        now = perf_counter()
        weight = max(MEMORY, 1 - exp((self.noted - now) / FORGET))
        self.noted = now
        self.took += weight * (seconds - self.took)

    @property
    def interval(self) -> float:
        """Seconds from one message of a visitor to the next."""
        return min(max(OFTEN, SHARE * self.took), RARE)

    @property
    def late(self) -> bool:
        """Whether there is no time for more than answers."""
        return self.took > LATE
