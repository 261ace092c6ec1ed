"""The queue of jobs: a limited number run at once, the others wait in order, and abandoned ones are ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import inf, nan
from threading import Lock, Thread
from time import monotonic

from digitscope.jobs.cluster import ClusterLink, threads_of
from digitscope.jobs.local import LocalLink
from digitscope.jobs.messages import (
    Command,
    Ended,
    Job,
    JobError,
    Link,
    Report,
    Saved,
    Stop,
    TrainingJob,
    WorkerLostError,
)

PATIENCE = 5.0
"""Seconds between asking a worker to stop and ending it."""
TICK = 0.25
"""Seconds between two looks at the clock while a job reports nothing."""
ABANDONED = "Nobody looked at this run any more, so it was ended."


@dataclass(frozen=True)
class Limits:
    """What one server allows its jobs."""

    at_once: int = max(1, (os.cpu_count() or 2) - 1)
    """Jobs that run at once: one core is left for those who draw."""
    seconds: float = 1800.0
    """How long a job may take, pauses included."""
    silence: float = 30.0
    """Seconds without a look at a job's reports after which it counts as abandoned: its tab is closed."""
    waiting: int = 50
    """Jobs that may wait."""


class LimitError(JobError):
    """An environment variable asks for a limit that makes no sense; the message names it and what would be valid."""


class QueueFullError(JobError):
    """No further job is accepted at the moment; the message says so."""


def limits_from(environment: Mapping[str, str], **usual: int) -> Limits:
    """Return the limits that DIGITSCOPE_RUNS (jobs at once) and DIGITSCOPE_RUN_MINUTES set, else the usual ones.

    Raises LimitError.
    """
    limits = Limits(**usual)
    if asked := environment.get("DIGITSCOPE_RUNS"):
        if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
            raise LimitError(f"DIGITSCOPE_RUNS is {asked!r}, but has to be a whole number of runs, 1 or more.")
        limits = replace(limits, at_once=int(asked))
    if asked := environment.get("DIGITSCOPE_RUN_MINUTES"):
        try:
            minutes = float(asked)
        except ValueError:
            minutes = nan
        if not 0 < minutes < inf:
            raise LimitError(f"DIGITSCOPE_RUN_MINUTES is {asked!r}, but has to be a number of minutes above 0.")
        limits = replace(limits, seconds=60 * minutes)
    return limits


def queue_for(cluster: str | None, environment: Mapping[str, str] | None = None) -> RunQueue:
    """Return a queue whose jobs run on this machine, or on the Dask cluster with its scheduler at address `cluster`.

    Its limits are those of `limits_from`. Raises LimitError, and ClusterError when there is no scheduler.
    """
    environment = environment or {}
    if not cluster:
        return RunQueue(limits_from(environment))
    limits = limits_from(environment, at_once=threads_of(cluster))
    return RunQueue(limits, partial(ClusterLink, address=cluster))


class Ticket:
    """One job as its page sees it: its place in the queue, its reports, its commands."""

    def __init__(self, queue: RunQueue, job: Job) -> None:
        self.queue, self.job = queue, job
        self.checkpoint = job.checkpoint if isinstance(job, TrainingJob) else None
        """The last one that the worker sent, or the one that the job began with: a lost run can go on from it."""
        self.ended: Ended | None = None
        self.link: Link | None = None
        self.asked = monotonic()
        """When the page last showed interest."""
        self.lock = Lock()
        self.reports: list[Report] = []
        """Those that the page has not taken yet."""
        self.unsent: list[Command] = []
        """Commands for a worker that has not started yet."""

    @property
    def place(self) -> int:
        """Place among the waiting jobs, from 1; 0 once the job runs or is over."""
        return self.queue.place(self)

    def take(self) -> list[Report]:
        """Return all reports since the last call; this also tells the queue that somebody is still interested."""
        self.asked = monotonic()
        with self.lock:
            reports, self.reports = self.reports, []
        return reports

    def send(self, command: Command) -> None:
        """Send a command to the worker; Stop also takes a waiting job out of the queue."""
        self.asked = monotonic()
        if isinstance(command, Stop) and self.queue.leave(self):
            return
        with self.lock:
            if self.link is None:
                self.unsent.append(command)
            else:
                self.link.send(command)

    def connect(self, link: Link) -> None:
        """Take the link to the worker that has just started."""
        with self.lock:
            self.link = link
            for command in self.unsent:
                link.send(command)

    def add(self, report: Report) -> None:
        """Keep a report from the worker, or from the queue, until the page takes it."""
        with self.lock:
            if isinstance(report, Saved):
                self.checkpoint = report.checkpoint
                return
            if isinstance(report, Ended):
                self.ended = report
            self.reports.append(report)


class RunQueue:
    """All jobs of one server, running and waiting: the one place that decides how many run at once."""

    def __init__(self, limits: Limits | None = None, start: Callable[[Job], Link] = LocalLink) -> None:
        self.limits = limits or Limits()
        self.start = start
        self.lock = Lock()
        self.waiting: list[Ticket] = []
        self.running: list[Ticket] = []

    def submit(self, job: Job, wait: bool = True) -> Ticket:
        """Put a job into the queue; it starts as soon as a worker is free.

        With `wait` False, it is accepted only if a worker is free now. Raises QueueFullError.
        """
        ticket = Ticket(self, job)
        with self.lock:
            self._drop_abandoned()
            if not wait and len(self.running) + len(self.waiting) >= self.limits.at_once:
                raise QueueFullError("All workers are busy: try again in a moment.")
            if len(self.waiting) >= self.limits.waiting:
                raise QueueFullError(f"{self.limits.waiting} runs are waiting already: try again in a few minutes.")
            self.waiting.append(ticket)
        self._advance()
        return ticket

    def place(self, ticket: Ticket) -> int:
        """See `Ticket.place`."""
        with self.lock:
            return self.waiting.index(ticket) + 1 if ticket in self.waiting else 0

    def leave(self, ticket: Ticket) -> bool:
        """Take a waiting job out of the queue; returns False if it does not wait."""
        with self.lock:
            if ticket not in self.waiting:
                return False
            self.waiting.remove(ticket)
        ticket.add(Ended("stopped", "The run was cancelled before it began."))
        return True

    def _drop_abandoned(self) -> None:
        now = monotonic()
        for ticket in [ticket for ticket in self.waiting if now - ticket.asked > self.limits.silence]:
            self.waiting.remove(ticket)
            ticket.add(Ended("abandoned", ABANDONED))

    def _advance(self) -> None:
        """Start waiting jobs while workers are free."""
        with self.lock:
            self._drop_abandoned()
            while self.waiting and len(self.running) < self.limits.at_once:
                ticket = self.waiting.pop(0)
                self.running.append(ticket)
                Thread(target=self._attend, args=(ticket,), name="job", daemon=True).start()

    def _attend(self, ticket: Ticket) -> None:
        """Follow one job until its end, in a thread of its own."""
        try:
            self._listen(ticket)
        except WorkerLostError:
            ticket.add(Ended("failed", "The worker process was ended from outside. What it had reported is kept."))
        except OSError as error:
            ticket.add(Ended("failed", f"The worker process could not be started: {error.strerror or error}."))
        finally:
            if ticket.link is not None:
                ticket.link.close()
            with self.lock:
                self.running.remove(ticket)
            self._advance()

    def _listen(self, ticket: Ticket) -> None:
        link = self.start(ticket.job)
        ticket.connect(link)
        started = monotonic()
        asked_to_stop: float | None = None
        reason: Ended | None = None
        while ticket.ended is None:
            report = link.receive(TICK)
            now = monotonic()
            if isinstance(report, Ended) and reason is not None and report.how == "stopped":
                report = Ended(reason.how, reason.sentence, report.weights, report.accuracy, report.step)
            if report is not None:
                ticket.add(report)
            if asked_to_stop is None:
                reason = self._overdue(ticket, now - started)
                if reason is not None:
                    asked_to_stop = now
                    link.send(Stop())
            elif now - asked_to_stop > PATIENCE and ticket.ended is None and reason is not None:
                ticket.add(reason)

    def _overdue(self, ticket: Ticket, age: float) -> Ended | None:
        if monotonic() - ticket.asked > self.limits.silence:
            return Ended("abandoned", ABANDONED)
        if age > self.limits.seconds:
            minutes = self.limits.seconds / 60
            return Ended("time", f"A run may take {minutes:g} minutes here; what was learned until then is kept.")
        return None
