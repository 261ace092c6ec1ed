"""Runs on a Dask cluster: a scheduler and two workers as real processes on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from cnn import weights
from cnn.architectures import build, to_list
from cnn.settings import Settings
from digitscope.cli.main import main
from digitscope.jobs.cluster import ClusterError, client_of
from digitscope.jobs.messages import Pause, Paused, Steps, Stop, TrainingJob
from digitscope.jobs.run_queue import queue_for
from testkit.paths import PROJECT
from tests.jobs.test_run_queue import ENDLESS, collect, until

pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own, on its way down

JOB = TrainingJob(to_list(build("notebook")), Settings(images=2000, epochs=2, batch_size=20, warps=False))


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.processes: list[subprocess.Popen] = []
        self.folder = folder
        file = folder / "scheduler.json"
        # Port 0: any free one; the file says which.
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", ":0"]
        self.start(*scheduler, "--scheduler-file", str(file))
        until(file.exists)
        self.address = client_of_file(file)
        for _ in range(2):
            options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
            self.start("worker", self.address, *options)
        self.client = client_of(self.address)
        self.client.wait_for_workers(2, timeout=60)

    def start(self, kind: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        self.processes.append(subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def stop(self) -> None:
        self.client.close()
        client_of.cache_clear()
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def client_of_file(file: Path) -> str:
    deadline = monotonic() + 30
    while True:
        try:
            return str(json.loads(file.read_text())["address"])
        except ValueError:
            assert monotonic() < deadline


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


def test_events_stream_back_and_the_result_can_be_used(cluster, digits):
    ticket = queue_for(cluster.address).submit(JOB)
    reports = collect(ticket, lambda _: ticket.ended is not None) + ticket.take()
    steps = [step.step for report in reports if isinstance(report, Steps) for step in report.steps]
    assert steps == list(range(1, 201))
    assert ticket.ended is not None
    assert ticket.ended.how == "finished", ticket.ended.sentence
    network, _ = weights.from_bytes(ticket.ended.weights or b"", "result")
    assert network.forward(*digits.validation)[2] == pytest.approx(ticket.ended.accuracy, abs=4e-4)


def test_commands_reach_the_worker(cluster):
    ticket = queue_for(cluster.address).submit(ENDLESS)
    collect(ticket, lambda reports: any(isinstance(report, Steps) for report in reports))
    ticket.send(Pause())
    collect(ticket, lambda reports: any(isinstance(report, Paused) for report in reports))
    ticket.send(Stop())
    until(lambda: ticket.ended, 30)
    assert ticket.ended is not None
    assert ticket.ended.how == "stopped"
    assert ticket.ended.weights


def test_as_many_runs_at_once_as_the_cluster_has_threads(cluster):
    assert queue_for(cluster.address).limits.at_once == 2
    assert queue_for(cluster.address, {"DIGITSCOPE_RUNS": "1"}).limits.at_once == 1


def test_a_sweep_on_the_cluster(cluster, capsys):
    arguments = ["sweep", "--cluster", cluster.address, "--architecture", "notebook", "--epochs", "1"]
    assert main([*arguments, "--images", "500", "--learning-rate", "0.0001", "0.01", "--json"]) == 0
    best, other = json.loads(capsys.readouterr().out)
    assert best["learning_rate"] == 0.01
    assert best["accuracy"] > other["accuracy"]


def test_a_killed_workers_run_goes_on_from_its_last_checkpoint(cluster):
    ticket = queue_for(cluster.address).submit(ENDLESS)
    collect(ticket, lambda _: ticket.checkpoint is not None)

    def busy() -> list[str]:
        return [address for address, tasks in cluster.client.processing().items() if tasks]

    first = busy()
    assert len(first) == 1
    os.kill(cluster.client.run(os.getpid, workers=first)[first[0]], signal.SIGKILL)
    until(lambda: busy() not in ([], first), 60)
    ticket.take()
    reports = collect(
        ticket, lambda reports: any(isinstance(report, Steps) for report in reports) or ticket.ended is not None
    )
    resumed = [step.step for report in reports if isinstance(report, Steps) for step in report.steps]
    assert resumed, ticket.ended
    assert min(resumed) > 1, "it did not begin anew"
    ticket.send(Stop())
    until(lambda: ticket.ended, 30)
    assert ticket.ended is not None
    assert ticket.ended.how == "stopped"


def test_a_scheduler_that_is_not_there_is_said(capsys, monkeypatch):
    monkeypatch.setattr("digitscope.jobs.cluster.ANSWER_SECONDS", 1.0)
    with pytest.raises(ClusterError, match="no Dask scheduler at tcp://127"):
        queue_for("tcp://127.0.0.1:9")
    assert main(["sweep", "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler" in capsys.readouterr().err
