"""Jobs on a Dask cluster: the same jobs, commands and reports as on one machine.

Needs `distributed` (requirements-cluster.txt). Reports and commands go through queues on the scheduler, the last
checkpoint through a variable there: if a worker is killed, Dask gives the task to another one, which goes on from
that checkpoint.
"""

from __future__ import annotations

import pickle
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import lru_cache
from time import monotonic
from typing import Any
from uuid import uuid4

from digitscope.jobs.messages import Command, Job, JobError, Report, Saved, TrainingJob, WorkerLostError
from digitscope.jobs.worker import work

LOOK_SECONDS = 0.25
"""Seconds between two requests for commands: asking the scheduler at each step would cost more than the step."""
UNHEARD = 400
"""Unread reports on the scheduler after which a worker gives up: nobody listens any more."""
ANSWER_SECONDS = 10.0
"""Seconds that the scheduler may take to answer."""


class ClusterError(JobError):
    """A cluster that cannot be used; the message is one sentence."""


@lru_cache(maxsize=4)
def client_of(address: str) -> Any:
    """Return the one connection to the scheduler at `address` that all jobs share. Raises ClusterError."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "A cluster needs the package distributed: pip install -r requirements-cluster.txt."
        ) from error
    try:
        return Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"There is no Dask scheduler at {address}: {error}") from error


def threads_of(address: str) -> int:
    """Return how many jobs the cluster can run at once: its workers' threads. Raises ClusterError."""
    return max(1, sum(client_of(address).nthreads().values()))


class ClusterLink:
    """The page's end of one job on a cluster."""

    def __init__(self, job: Job, address: str) -> None:
        from distributed import Queue

        self.client = client_of(address)
        name = f"digitscope-{uuid4().hex}"
        self.reports = Queue(f"{name}-reports", client=self.client)
        self.commands = Queue(f"{name}-commands", client=self.client)
        self.future = self.client.submit(_run, pickle.dumps(job), name, key=name, pure=False, retries=0)
        self.ended_at: float | None = None

    def receive(self, timeout: float) -> Report | None:
        """See `Link`."""
        try:
            return pickle.loads(self.reports.get(timeout=timeout))
        except TimeoutError:
            pass
        except (OSError, CancelledError) as error:
            raise WorkerLostError from error
        if self.future.status in ("error", "lost", "cancelled"):
            raise WorkerLostError
        return None

    def send(self, command: Command) -> None:
        """See `Link`."""
        self.commands.put(pickle.dumps(command))

    def close(self) -> None:
        """See `Link`."""
        self.future.cancel()
        self.reports.close()
        self.commands.close()


class _QueueChannel:
    """The worker's end."""

    def __init__(self, name: str) -> None:
        from distributed import Queue, Variable

        self.reports, self.commands = Queue(f"{name}-reports"), Queue(f"{name}-commands")
        self.checkpoint = Variable(f"{name}-checkpoint")
        self.looked = monotonic()

    def send(self, report: Report) -> None:
        if isinstance(report, Saved):
            self.checkpoint.set(report.checkpoint)
        self.reports.put(pickle.dumps(report))

    def receive(self, timeout: float | None) -> Command | None:
        if timeout is None:
            while True:
                self._check_listener()
                try:
                    return pickle.loads(self.commands.get(timeout=1.0))
                except TimeoutError:
                    continue
        if monotonic() - self.looked < LOOK_SECONDS:
            return None
        self.looked = monotonic()
        self._check_listener()
        if not self.commands.qsize():
            return None
        return pickle.loads(self.commands.get(timeout=ANSWER_SECONDS))

    def _check_listener(self) -> None:
        if self.reports.qsize() > UNHEARD:
            raise EOFError("nobody takes the reports")


def _run(packed: bytes, name: str) -> None:
    """Run the job: a training run from the last checkpoint, if an earlier worker has left one."""
    job: Job = pickle.loads(packed)
    channel = _QueueChannel(name)
    try:
        left = channel.checkpoint.get(timeout=0.5)
        if isinstance(job, TrainingJob):
            job = replace(job, checkpoint=left)
    except TimeoutError:
        pass  # the first worker to have this job
    try:
        work(job, channel)
    except EOFError:
        pass
    finally:
        channel.checkpoint.delete()
