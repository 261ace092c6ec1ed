"""All-reduce: sum arrays over the worker threads of one training step, so that each worker gets the total."""

from __future__ import annotations

from threading import Barrier

import numpy as np

Array = np.ndarray


class AllReduce:
    """Sums over all workers of one step; make a new one for each step.

    The order of summation is fixed, so results are reproducible bit by bit.
    """

    def __init__(self, workers: int) -> None:
        self.barrier = Barrier(workers)
        self.contributions: list[list[Array]] = [[] for _ in range(workers)]

    def sum(self, worker: int, values: Array) -> Array:
        """Wait until all workers have called this, and return the sum of their `values`.

        Every worker makes the same sequence of calls with arrays of the same shapes. Raises BrokenBarrierError after
        `abort`.
        """
        mine = self.contributions[worker]
        mine.append(values)
        self.barrier.wait()
        total = self.contributions[0][len(mine) - 1].copy()
        for other in self.contributions[1:]:
            total += other[len(mine) - 1]
        return total

    def abort(self) -> None:
        """Release all waiting workers with an error; call this when one worker has failed."""
        self.barrier.abort()
