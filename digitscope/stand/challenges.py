"""The rules of the challenges: what to draw, when a game is over, how many points it scores. No clock, no page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

TEN, FOOL, HOUR = "ten", "fool", "hour"
CHALLENGES = (TEN, FOOL, HOUR)

TEN_SECONDS = 30.0
"""The time for ten digits."""
FOOL_DIGIT = 5
"""The digit to draw so that people can read it and the network cannot."""
MOST_POINTS = 1000


@dataclass(frozen=True)
class Ten:
    """The state of a game of ten digits against the clock."""

    wanted: tuple[int, ...]
    """All ten digits, in the order in which they are asked for."""
    began: float
    """Seconds on a monotonic clock."""
    done: int = 0
    ended: float | None = None

    @property
    def next(self) -> int | None:
        """The digit to draw now; None when the game is over."""
        return None if self.over else self.wanted[self.done]

    @property
    def over(self) -> bool:
        """Whether all digits are drawn, or the time is up."""
        return self.ended is not None

    @property
    def seconds(self) -> float:
        """How long it took; the full time if not all digits were drawn; 0 while it goes on."""
        return (self.ended - self.began) if self.ended is not None else 0.0

    def read(self, digit: int | None, now: float) -> Ten:
        """Return the game after the network read `digit`: one digit further if it is the wanted one and in time."""
        game = self.at(now)
        if game.over or digit != game.next:
            return game
        done = game.done + 1
        return replace(game, done=done, ended=now if done == len(game.wanted) else None)

    def at(self, now: float) -> Ten:
        """Return the game at this time: over when the time is up."""
        up = self.began + TEN_SECONDS
        return replace(self, ended=up) if self.ended is None and now >= up else self


def begin_ten(rng: np.random.Generator, now: float) -> Ten:
    """Return a new game: every digit once, in an order drawn from `rng`."""
    return Ten(tuple(int(digit) for digit in rng.permutation(10)), now)


def digit_of_the_hour(moment: datetime) -> int:
    """Return the digit of this hour: the same in every tab, and never that of the hour before on the same day."""
    order = np.random.default_rng(moment.toordinal()).permutation(10)
    return int(order[moment.hour % 10])


def clearness(probability: float) -> int:
    """Return the points, 0 to MOST_POINTS, for a digit of the hour that was read with this probability."""
    return int(MOST_POINTS * min(max(probability, 0.0), 1.0))


def trick(probability: float) -> int:
    """Return the points for a digit that people can read and to which the network gave this probability."""
    return MOST_POINTS - clearness(probability)


@dataclass(frozen=True)
class Result:
    """The result of a challenge, which may go on the leaderboard."""

    challenge: str
    points: int
    seconds: float = 0.0


def ten_result(game: Ten) -> Result:
    """Return the result of a game: a point for each digit; among equals the faster one wins."""
    return Result(TEN, game.done, round(game.seconds, 1))
