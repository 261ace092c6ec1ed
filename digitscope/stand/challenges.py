"""The challenges' rules: what is to be drawn, when it is over, how many points it makes. No clock, no page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

TEN, FOOL, HOUR = "ten", "fool", "hour"
CHALLENGES = (TEN, FOOL, HOUR)

TEN_SECONDS = 30.0
"""Ten digits in so many seconds."""
FOOL_DIGIT = 5
"""The digit to be drawn so that people read it and the network does not."""
MOST_POINTS = 1000


@dataclass(frozen=True)
class Ten:
    """A game of ten digits against the clock, at one moment."""

    wanted: tuple[int, ...]
    """All ten digits, in the order in which they are asked for."""
    began: float
    """Seconds, of a clock that never goes back."""
    done: int = 0
    ended: float | None = None

    @property
    def next(self) -> int | None:
        """The digit to draw now; None when it is over."""
        return None if self.over else self.wanted[self.done]

    @property
    def over(self) -> bool:
        """Whether all is drawn, or the time is up."""
        return self.ended is not None

    @property
    def seconds(self) -> float:
        """How long it took; the full time if not all digits were drawn."""
        return (self.ended - self.began) if self.ended is not None else 0.0

    def read(self, digit: int | None, now: float) -> Ten:
        """The game after the network read `digit`: one further if it is the wanted one and in time."""
        game = self.look(now)
        if game.over or digit != game.next:
            return game
        done = game.done + 1
        return replace(game, done=done, ended=now if done == len(game.wanted) else None)

    def look(self, now: float) -> Ten:
        """The game at this time: over when the time is up."""
        up = self.began + TEN_SECONDS
        return replace(self, ended=up) if self.ended is None and now >= up else self


def begin_ten(rng: np.random.Generator, now: float) -> Ten:
    """A new game: every digit once, in an order drawn from `rng`."""
    return Ten(tuple(int(digit) for digit in rng.permutation(10)), now)


def digit_of_the_hour(moment: datetime) -> int:
    """The digit of this hour: the same in every tab, and never that of the hour before on the same day."""
    order = np.random.default_rng(moment.toordinal()).permutation(10)
    return int(order[moment.hour % 10])


def clearness(probability: float) -> int:
    """Points for a digit of the hour that was read with this probability, 0 to MOST_POINTS."""
    return int(MOST_POINTS * min(max(probability, 0.0), 1.0))


def trick(probability: float) -> int:
    """Points for a digit that people read and the network gave this probability: the less, the more."""
    return MOST_POINTS - clearness(probability)


@dataclass(frozen=True)
class Result:
    """Something that may go on the board."""

    challenge: str
    points: int
    seconds: float = 0.0


def ten_result(game: Ten) -> Result:
    """A point a digit; among equals the faster one wins."""
    return Result(TEN, game.done, round(game.seconds, 1))
