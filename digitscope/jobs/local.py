"""Runs on this machine: the standard library's process pool, one worker for each run.

A pool of its own for every run, because a pool breaks as a whole when one of its workers is killed, and
one visitor's accident must not end the others' runs.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from digitscope.jobs.messages import Command, Job, Report
from digitscope.jobs.worker import work

NICENESS = 19
"""Training gives way to the page: whoever draws meanwhile should not feel it."""


class WorkerLostError(Exception):
    """The worker is gone without a last report: killed, or out of memory."""


class LocalLink:
    """The page's end of one run in a process of this machine."""

    def __init__(self, job: Job) -> None:
        # "spawn" starts from nothing; a fork would copy the server's threads and locks in whatever state.
        context = get_context("spawn")
        self.pipe, far_end = context.Pipe()
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_connect, initargs=(far_end,))
        self.future: Future[None] = self.pool.submit(_work, job)
        # Only the worker holds the far end now, so that its death is heard as the end of the file.
        far_end.close()

    def receive(self, timeout: float) -> Report | None:
        """The next report, or None if none comes within `timeout` seconds. Raises WorkerLostError."""
        try:
            return self.pipe.recv() if self.pipe.poll(timeout) else None
        except (EOFError, OSError) as error:
            raise WorkerLostError from error

    def send(self, command: Command) -> None:
        """Hand a command down; a worker that is gone does not mind."""
        with suppress(OSError):
            self.pipe.send(command)

    def close(self) -> None:
        """End the worker, whether it is done or not."""
        self.pipe.close()  # the worker hears it, and leaves
        self.pool.shutdown(wait=False, cancel_futures=True)


class _PipeChannel:
    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def send(self, report: Report) -> None:
        self.pipe.send(report)

    def receive(self, timeout: float | None) -> Command | None:
        return self.pipe.recv() if self.pipe.poll(timeout) else None


_channel: _PipeChannel | None = None


def _connect(far_end: Connection) -> None:
    """Run once in the new worker: pipes can be handed to a process only while it starts."""
    global _channel
    _give_way()
    _channel = _PipeChannel(far_end)


def _give_way() -> None:
    """Take only the processor's time that nobody else wants."""
    if hasattr(os, "SCHED_IDLE"):  # Linux: whatever wakes up goes first at once, not only more often
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    elif hasattr(os, "nice"):
        os.nice(NICENESS)


def _work(job: Job) -> None:
    assert _channel is not None, "the pool calls _connect first"
    try:
        work(job, _channel)
    except (EOFError, OSError):
        pass  # the page's end is closed: nobody waits for this run any more
    finally:
        _channel.pipe.close()
