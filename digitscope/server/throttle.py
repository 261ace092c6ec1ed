"""Throttling of live messages: the longer answers take, the less often each browser asks."""

from __future__ import annotations

from math import exp
from time import perf_counter

OFTEN = 0.05
"""Seconds between two live messages of a browser while the server is idle."""
RARE = 1.0
"""Seconds between two live messages of a browser at most."""
SHARE = 5
"""The interval is this many times as long as an answer takes, so a few browsers at once form no queue."""
LATE = 0.15
"""Seconds that answers may take before panels that may lag behind are refused."""
MEMORY = 0.1
"""Weight of the newest answer in the moving mean while answers come quickly."""
FORGET = 2.0
"""Seconds after which older answers weigh a third: after a crowd has left, the others are soon fast again."""


class Throttle:
    """A moving mean of the time that answers took, waiting included, and the interval that follows from it."""

    def __init__(self) -> None:
        self.took = 0.0
        self.noted = perf_counter()

    def note(self, seconds: float) -> None:
        """Take in an answer that was ready `seconds` after its message arrived."""
        now = perf_counter()
        weight = max(MEMORY, 1 - exp((self.noted - now) / FORGET))
        self.noted = now
        self.took += weight * (seconds - self.took)

    @property
    def interval(self) -> float:
        """Seconds from one message of a browser to its next."""
        return min(max(OFTEN, SHARE * self.took), RARE)

    @property
    def late(self) -> bool:
        """Whether the server has time for nothing but answers."""
        return self.took > LATE
