"""The line for a room: so many runs at once, the others wait and see their place; nobody's run outlives its tab."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import inf, nan
from threading import Lock, Thread
from time import monotonic
from typing import Protocol

from digitscope.jobs.cluster import ClusterLink, threads_of
from digitscope.jobs.local import LocalLink, WorkerLostError
from digitscope.jobs.messages import Command, Ended, Job, Report, Saved, Stop

PATIENCE = 5.0
"""Seconds between asking a worker to stop and ending it."""
TICK = 0.25
"""Seconds between two looks at the clock while a run is silent."""
ABANDONED = "Nobody looked at this run any more, so it was ended."


class Link(Protocol):
    """A connection to a run, wherever it runs."""

    def receive(self, timeout: float) -> Report | None:
        """The next report, or None if none comes within `timeout` seconds. Raises WorkerLostError."""

    def send(self, command: Command) -> None:
        """Hand a command down."""

    def close(self) -> None:
        """End the run, whether it is done or not."""


@dataclass(frozen=True)
class Limits:
    """What one machine gives to a room."""

    at_once: int = max(1, (os.cpu_count() or 2) - 1)
    """Runs that train side by side: one core is left for those who draw."""
    seconds: float = 1800.0
    """How long a run may take, pauses included."""
    silence: float = 30.0
    """Seconds after which a run ends that no page asks for: its tab is closed."""
    waiting: int = 50
    """Places in the line."""


class LimitError(ValueError):
    """A limit that the machine's keeper asked for makes no sense; the message says which, and what would."""


def limits_from(environment: Mapping[str, str], **usual: int) -> Limits:
    """The limits that DIGITSCOPE_RUNS (runs at once) and DIGITSCOPE_RUN_MINUTES set, else the usual ones.

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


def room_for(cluster: str | None, environment: Mapping[str, str] | None = None) -> Room:
    """A room on this machine, or one that trains on the Dask cluster with its scheduler at that address.

    Its limits are those of `limits_from`. Raises LimitError, and ClusterError when there is no scheduler.
    """
    environment = environment or {}
    if not cluster:
        return Room(limits_from(environment))
    limits = limits_from(environment, at_once=threads_of(cluster))
    return Room(limits, partial(ClusterLink, address=cluster))


class LineFullError(Exception):
    """The line has no place left; the message says so."""


class Ticket:
    """One run from the page's side: its place in the line, its reports, its commands."""

    def __init__(self, room: Room, job: Job) -> None:
        self.room, self.job = room, job
        self.checkpoint: bytes | None = job.checkpoint
        """The last one that the worker sent: from here a lost run can go on."""
        self.ended: Ended | None = None
        self.link: Link | None = None
        self.asked = monotonic()
        self.lock = Lock()
        self.news: list[Report] = []
        self.unsent: list[Command] = []
        """Commands for a worker that is about to start."""

    @property
    def place(self) -> int:
        """0 while it runs or when it is over, else how many runs are before this one, itself included."""
        return self.room.place(self)

    def take(self) -> list[Report]:
        """All reports since the last call. Also tells the room that somebody still looks."""
        self.asked = monotonic()
        with self.lock:
            news, self.news = self.news, []
        return news

    def send(self, command: Command) -> None:
        """Hand a command to the worker; Stop also takes a waiting run out of the line."""
        self.asked = monotonic()
        if isinstance(command, Stop) and self.room.leave(self):
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
        """Take in a report, from the worker or about it."""
        with self.lock:
            if isinstance(report, Saved):
                self.checkpoint = report.checkpoint
                return
            if isinstance(report, Ended):
                self.ended = report
            self.news.append(report)


class Room:
    """All runs of one server, those that train and those that wait."""

    def __init__(self, limits: Limits | None = None, start: Callable[[Job], Link] = LocalLink) -> None:
        self.limits = limits or Limits()
        self.start = start
        self.lock = Lock()
        self.line: list[Ticket] = []
        self.running: list[Ticket] = []

    def submit(self, job: Job) -> Ticket:
        """Put a run into the line; it begins as soon as it may. Raises LineFullError."""
        ticket = Ticket(self, job)
        with self.lock:
            self._drop_abandoned()
            if len(self.line) >= self.limits.waiting:
                raise LineFullError(f"{self.limits.waiting} runs are waiting already: try again in a few minutes.")
            self.line.append(ticket)
        self._advance()
        return ticket

    def place(self, ticket: Ticket) -> int:
        """See `Ticket.place`."""
        with self.lock:
            return self.line.index(ticket) + 1 if ticket in self.line else 0

    def leave(self, ticket: Ticket) -> bool:
        """Take a waiting run out of the line; False if it does not wait."""
        with self.lock:
            if ticket not in self.line:
                return False
            self.line.remove(ticket)
        ticket.add(Ended("stopped", "The run left the line before it began."))
        return True

    def _drop_abandoned(self) -> None:
        now = monotonic()
        for ticket in [ticket for ticket in self.line if now - ticket.asked > self.limits.silence]:
            self.line.remove(ticket)
            ticket.add(Ended("abandoned", ABANDONED))

    def _advance(self) -> None:
        """Start waiting runs while there is room."""
        with self.lock:
            self._drop_abandoned()
            while self.line and len(self.running) < self.limits.at_once:
                ticket = self.line.pop(0)
                self.running.append(ticket)
                Thread(target=self._attend, args=(ticket,), name="training run", daemon=True).start()

    def _attend(self, ticket: Ticket) -> None:
        """Stay with one run until its end, in a thread of its own."""
        try:
            self._listen(ticket)
        except WorkerLostError:
            ticket.add(Ended("failed", "The process that trained was ended from outside. What it had shown stays."))
        except OSError as error:
            ticket.add(Ended("failed", f"The training process could not be started: {error.strerror or error}."))
        finally:
            if ticket.link is not None:
                ticket.link.close()
            with self.lock:
                self.running.remove(ticket)
            self._advance()

    def _listen(self, ticket: Ticket) -> None:
        link = self.start(ticket.job)
        ticket.connect(link)
        begun = monotonic()
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
                reason = self._overdue(ticket, now - begun)
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
