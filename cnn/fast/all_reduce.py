"""Where the workers of one step wait for each other and add up what they counted."""

from __future__ import annotations

from threading import Barrier

import numpy as np

Array = np.ndarray


class AllReduce:
    """Sums over all workers of a step, in the same order every time, so that results repeat bit by bit."""

    def __init__(self, workers: int) -> None:
        self.barrier = Barrier(workers)
        self.contributions: list[list[Array]] = [[] for _ in range(workers)]

    def sum(self, worker: int, values: Array) -> Array:
        """Wait for all, and return the sum of what each brought to this meeting; same shapes, in the same order."""
        mine = self.contributions[worker]
        mine.append(values)
        self.barrier.wait()
        total = self.contributions[0][len(mine) - 1].copy()
        for other in self.contributions[1:]:
            total += other[len(mine) - 1]
        return total

    def abort(self) -> None:
        """One worker failed: the others are not to wait for it."""
        self.barrier.abort()
