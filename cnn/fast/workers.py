"""Workers: run a function on two threads and raise the first error of either."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BrokenBarrierError
from typing import Any, TypeVar

import numpy as np

from cnn.fast.all_reduce import AllReduce

Result = TypeVar("Result")

WORKERS = 2
"""Fixed rather than the number of cores, so that sums are split, and rounded, in the same way on every machine."""
SMALLEST = 16
"""Minimum number of pictures per worker; with fewer, the plain engine is as fast."""


class Workers:
    """The calling thread and one more. Limit BLAS to one thread meanwhile (`threadpoolctl.threadpool_limits`)."""

    def __init__(self) -> None:
        self.others = ThreadPoolExecutor(WORKERS - 1, thread_name_prefix="worker")

    def all(self, work: Callable[[int], Result], all_reduce: AllReduce | None = None) -> list[Result]:
        """Call `work` with each worker's number, 0 up to WORKERS - 1, in parallel; return the results in that order.

        An error in any worker aborts `all_reduce`, so that no other waits for it, and is raised here.
        """

        def guarded(worker: int) -> Any:
            try:
                # A run that diverges overflows first; `fit` detects and ends it, so no warning is needed.
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    return work(worker)
            except Exception:
                if all_reduce is not None:
                    all_reduce.abort()
                raise

        others = [self.others.submit(guarded, worker) for worker in range(1, WORKERS)]
        try:
            mine = guarded(0)
        except BrokenBarrierError:
            for other in others:
                other.result()
            raise
        return [mine, *(other.result() for other in others)]
