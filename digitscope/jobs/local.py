"""Jobs on this machine: one worker process for each job, from the standard library's process pool.

Every job has a pool of its own, because a pool breaks as a whole when one of its workers is killed, and that must not
end the jobs of other visitors.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from digitscope.jobs.messages import Command, Job, Report, TrainingJob, WorkerLostError
from digitscope.jobs.worker import work

NICENESS = 19
"""Of a training run where the system has no idle priority: the page must stay responsive meanwhile."""


class LocalLink:
    """The page's end of one job in a process of this machine."""

    def __init__(self, job: Job) -> None:
        # "spawn" starts a fresh interpreter; a fork would copy the server's threads and locks in whatever state.
        context = get_context("spawn")
        self.pipe, far_end = context.Pipe()
        # Somebody waits in front of the screen for a personalised network; a training run takes minutes anyway.
        in_background = isinstance(job, TrainingJob)
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_connect, initargs=(far_end, in_background))
        self.future: Future[None] = self.pool.submit(_work, job)
        # Now only the worker holds the far end, so that its death closes the pipe.
        far_end.close()

    def receive(self, timeout: float) -> Report | None:
        """See `Link`."""
        try:
            return self.pipe.recv() if self.pipe.poll(timeout) else None
        except (EOFError, OSError) as error:
            raise WorkerLostError from error

    def send(self, command: Command) -> None:
        """See `Link`; a command to a worker that is gone is dropped."""
        with suppress(OSError):
            self.pipe.send(command)

    def close(self) -> None:
        """See `Link`."""
        self.pipe.close()  # the worker notices at its next report or command, and ends
        self.pool.shutdown(wait=False, cancel_futures=True)


class _PipeChannel:
    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def send(self, report: Report) -> None:
        self.pipe.send(report)

    def receive(self, timeout: float | None) -> Command | None:
        return self.pipe.recv() if self.pipe.poll(timeout) else None


_channel: _PipeChannel | None = None


def _connect(far_end: Connection, in_background: bool) -> None:
    """Initialise the new worker: a pipe can be passed to a process only while it starts."""
    global _channel
    if in_background:
        _lower_priority()
    _channel = _PipeChannel(far_end)


def _lower_priority() -> None:
    """Use only processor time that no other process wants."""
    if hasattr(os, "SCHED_IDLE"):  # Linux: other processes preempt this one at once
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    elif hasattr(os, "nice"):
        os.nice(NICENESS)


def _work(job: Job) -> None:
    assert _channel is not None, "the pool calls _connect first"
    try:
        work(job, _channel)
    except (EOFError, OSError):
        pass  # the page's end is closed: nobody waits for this job any more
    finally:
        _channel.pipe.close()
