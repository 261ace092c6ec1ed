"""The queue: jobs at once, waiting jobs, limits, and jobs whose page or process is gone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from queue import Empty, Queue
from time import monotonic, sleep

import numpy as np
import pytest

from cnn.architectures import build, to_list
from cnn.settings import Settings
from digitscope.jobs import run_queue
from digitscope.jobs.local import LocalLink
from digitscope.jobs.messages import Ended, Job, OwnAnswers, Saved, Steps, Stop, TrainingJob, WorkerLostError
from digitscope.jobs.run_queue import LimitError, Limits, QueueFullError, RunQueue, Ticket, limits_from

JOB = TrainingJob(to_list(build("notebook")), Settings(images=1000, epochs=1, batch_size=10, warps=False))
ENDLESS = TrainingJob(to_list(build("notebook")), Settings(epochs=10_000, images=1000, warps=False))


class Puppet:
    """A link whose far end the test plays."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.reports: Queue = Queue()
        self.commands: list = []
        self.closed = False

    def receive(self, timeout: float):
        try:
            report = self.reports.get(timeout=min(timeout, 0.02))
        except Empty:
            return None
        if isinstance(report, Exception):
            raise report
        return report

    def send(self, command) -> None:
        self.commands.append(command)

    def close(self) -> None:
        self.closed = True


class Stage:
    """A queue with puppets for links."""

    def __init__(self, **limits) -> None:
        self.links: list[Puppet] = []
        self.queue = RunQueue(Limits(**limits), self.start)

    def start(self, job: Job) -> Puppet:
        self.links.append(Puppet(job))
        return self.links[-1]


def until(what: Callable[[], object], seconds: float = 30) -> None:
    deadline = monotonic() + seconds
    while not what():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.01)


def test_jobs_beyond_the_limit_wait_in_order_and_move_up():
    stage = Stage(at_once=2)
    tickets = [stage.queue.submit(JOB) for _ in range(5)]
    until(lambda: len(stage.links) == 2)
    assert [ticket.place for ticket in tickets] == [0, 0, 1, 2, 3]
    stage.links[0].reports.put(Ended("finished"))
    until(lambda: len(stage.links) == 3)
    assert [ticket.place for ticket in tickets] == [0, 0, 0, 1, 2]
    assert stage.links[0].closed
    assert tickets[0].ended == Ended("finished")


def test_the_keeper_of_the_machine_sets_the_limits():
    assert limits_from({}) == Limits()
    assert limits_from({"DIGITSCOPE_RUNS": "3", "DIGITSCOPE_RUN_MINUTES": "2.5"}) == Limits(at_once=3, seconds=150)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DIGITSCOPE_RUNS", value) for value in ("0", "-1", "1.5", "many", "²")),
        *(("DIGITSCOPE_RUN_MINUTES", value) for value in ("0", "-1", "nan", "inf", "long")),
    ],
)
def test_a_limit_without_sense_is_refused_by_name(name, value):
    with pytest.raises(LimitError, match=name):
        limits_from({name: value})


def test_a_job_that_is_stopped_while_waiting_leaves_the_queue():
    stage = Stage(at_once=1)
    tickets = [stage.queue.submit(JOB) for _ in range(3)]
    tickets[1].send(Stop())
    assert tickets[1].ended is not None
    assert tickets[1].ended.how == "stopped"
    assert tickets[2].place == 1


def test_a_full_queue_says_so():
    stage = Stage(at_once=1, waiting=1)
    for _ in range(2):
        stage.queue.submit(JOB)
    with pytest.raises(QueueFullError, match="waiting already"):
        stage.queue.submit(JOB)


def test_commands_sent_before_the_process_is_up_are_not_lost():
    gate = threading.Event()
    links: list[Puppet] = []

    def start_slowly(job: Job) -> Puppet:
        gate.wait()
        links.append(Puppet(job))
        return links[0]

    ticket = RunQueue(Limits(at_once=1), start_slowly).submit(JOB)
    until(lambda: ticket.place == 0)
    ticket.send(Stop())
    gate.set()
    until(lambda: links and links[0].commands)
    assert links[0].commands == [Stop()]


def test_reports_are_handed_over_once_and_checkpoints_are_kept_aside():
    stage = Stage()
    ticket = stage.queue.submit(JOB)
    until(lambda: stage.links)
    answers = OwnAnswers(0, np.zeros((0, 10)))
    for report in (answers, Saved(3, b"three"), Saved(5, b"five")):
        stage.links[0].reports.put(report)
    until(lambda: ticket.checkpoint == b"five")
    assert ticket.take() == [answers]
    assert ticket.take() == []


def test_a_run_that_nobody_looks_at_is_stopped_and_then_ended(monkeypatch):
    monkeypatch.setattr(run_queue, "PATIENCE", 0.2)
    stage = Stage(silence=0.2)
    ticket = stage.queue.submit(JOB)
    until(lambda: ticket.ended)
    assert stage.links[0].commands == [Stop()], "it was asked first"
    assert ticket.ended is not None
    assert ticket.ended.how == "abandoned"
    until(lambda: stage.links[0].closed)


def test_an_abandoned_place_in_the_queue_is_given_up():
    stage = Stage(at_once=1, silence=0.3)
    first, second = stage.queue.submit(JOB), stage.queue.submit(JOB)
    deadline = monotonic() + 0.6
    while monotonic() < deadline:
        first.take()
        sleep(0.02)
    stage.links[0].reports.put(Ended("finished"))
    until(lambda: second.ended)
    assert second.ended is not None
    assert second.ended.how == "abandoned"
    assert first.ended == Ended("finished")
    assert len(stage.links) == 1


def test_a_run_that_takes_too_long_keeps_what_it_learned():
    stage = Stage(seconds=0.2)
    ticket = stage.queue.submit(JOB)
    until(lambda: stage.links and stage.links[0].commands)
    stage.links[0].reports.put(Ended("stopped", weights=b"learned", accuracy=0.9, step=7))
    until(lambda: ticket.ended)
    assert ticket.ended is not None
    assert (ticket.ended.how, ticket.ended.weights, ticket.ended.step) == ("time", b"learned", 7)
    assert "minutes" in ticket.ended.sentence


def test_a_lost_worker_becomes_a_sentence_and_the_next_run_begins():
    stage = Stage(at_once=1)
    first, second = stage.queue.submit(JOB), stage.queue.submit(JOB)
    until(lambda: stage.links)
    stage.links[0].reports.put(WorkerLostError())
    until(lambda: len(stage.links) == 2)
    assert first.ended is not None
    assert first.ended.how == "failed"
    assert "ended from outside" in first.ended.sentence
    assert second.place == 0


def test_a_process_that_cannot_start_becomes_a_sentence():
    def refuse(job: Job) -> Puppet:
        raise OSError(11, "Resource temporarily unavailable")

    ticket = RunQueue(Limits(), refuse).submit(JOB)
    until(lambda: ticket.ended)
    assert ticket.ended is not None
    assert "could not be started: Resource temporarily" in ticket.ended.sentence


# With real processes


def collect(ticket: Ticket, done: Callable[[list], bool]) -> list:
    reports: list = []

    def look() -> bool:
        reports.extend(ticket.take())
        return done(reports)

    until(look, 60)
    return reports


def processes(link: LocalLink) -> list[int]:
    return list(link.pool._processes or {})  # the pool tells nobody else


def gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_real_run_from_start_to_finish():
    ticket = RunQueue().submit(JOB)
    reports = collect(ticket, lambda _: ticket.ended is not None)
    reports += ticket.take()
    steps = [step.step for report in reports if isinstance(report, Steps) for step in report.steps]
    assert steps == list(range(1, 101))
    assert ticket.ended is not None
    assert ticket.ended.how == "finished"
    assert ticket.ended.weights


def test_a_killed_process_becomes_a_sentence_within_seconds():
    ticket = RunQueue().submit(ENDLESS)
    collect(ticket, lambda reports: any(isinstance(report, Steps) for report in reports))
    assert isinstance(ticket.link, LocalLink)
    (pid,) = processes(ticket.link)
    os.kill(pid, signal.SIGKILL)
    until(lambda: ticket.ended, 10)
    assert ticket.ended is not None
    assert ticket.ended.how == "failed"
    assert "ended from outside" in ticket.ended.sentence


def test_an_abandoned_process_ends():
    ticket = RunQueue(Limits(silence=1.0)).submit(ENDLESS)
    collect(ticket, lambda reports: any(isinstance(report, Steps) for report in reports))
    assert isinstance(ticket.link, LocalLink)
    (pid,) = processes(ticket.link)
    until(lambda: ticket.ended, 20)
    assert ticket.ended is not None
    assert ticket.ended.how == "abandoned"
    until(lambda: gone(pid), 20)
