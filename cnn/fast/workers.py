"""Two threads that each take a part of the work, and pass on what goes wrong in either."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BrokenBarrierError
from typing import Any, TypeVar

import numpy as np

from cnn.fast.all_reduce import AllReduce

Result = TypeVar("Result")

WORKERS = 2
"""Fixed, not the number of cores: sums are split in the same way everywhere, so one seed gives one result."""
SMALLEST = 16
"""Images that a worker should have at least: below that the plain path is as fast."""


class Workers:
    """This thread and one more; BLAS should use one thread meanwhile (`threadpoolctl.threadpool_limits`)."""

    def __init__(self) -> None:
        self.others = ThreadPoolExecutor(WORKERS - 1, thread_name_prefix="half a batch")

    def all(self, work: Callable[[int], Result], all_reduce: AllReduce | None = None) -> list[Result]:
        """Call `work` with each worker's number, side by side; the first error of one of them is raised here."""

        def guarded(worker: int) -> Any:
            try:
                # A run that diverges overflows first; `fit` ends it, a warning would only scare.
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
