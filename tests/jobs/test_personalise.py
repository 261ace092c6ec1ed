"""Personalising a network: a job of the queue, measured on pictures that were not trained on."""

from __future__ import annotations

import os
import signal
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from cnn import weights
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.jobs import personalise, run_queue
from digitscope.jobs.local import LocalLink
from digitscope.jobs.messages import Command, Ended, Learned, PersonaliseJob, Progress, Report, Stop
from digitscope.jobs.personalise_ticket import Failed, PersonaliseTicket, State
from digitscope.jobs.run_queue import QueueFullError, RunQueue
from digitscope.jobs.worker import work
from testkit.paths import PROJECT
from tests.jobs.test_run_queue import JOB, Stage, processes, until

SHIPPED = Path(PROJECT / "pretrained" / "digitscope.npz")
HAND = [(SAMPLES[7][0], 1), (SAMPLES[7][1], 1), (SAMPLES[1][0], 1), (SAMPLES[2][0], 2), (SAMPLES[3][0], 3)]
"""Somebody who writes a 1 as others write a 7."""
SPECK = Strokes((np.array([[3.0, 3.0], [4.0, 4.0]]),), 340)


def ended(ticket: PersonaliseTicket) -> State:
    until(lambda: not isinstance(ticket.look(), Progress), 150)
    return ticket.look()


def test_a_hand_is_learned_and_little_is_forgotten():
    ticket = PersonaliseTicket(RunQueue(), SHIPPED.read_bytes(), HAND)
    shares: list[float] = []

    def look() -> bool:
        state = ticket.look()
        if isinstance(state, Progress):
            shares.append(state.share)
        return not isinstance(state, Progress)

    until(look, 150)
    learned = ticket.look()
    assert isinstance(learned, Learned), learned
    assert shares == sorted(shares)
    assert max(shares) > 0.5
    assert learned.before.drawings == 3
    assert learned.after.drawings == 5
    assert learned.after.own > learned.before.own + 0.1
    assert learned.after.mnist > learned.before.mnist - 0.02
    network, header = weights.from_bytes(learned.packed, "learned")
    assert header["preprocessing"] == PREPROCESSING
    assert network.output_shape == (11,)


def test_a_killed_worker_becomes_a_sentence():
    ticket = PersonaliseTicket(RunQueue(), SHIPPED.read_bytes(), HAND)
    until(lambda: ticket.ticket.link is not None)
    assert isinstance(ticket.look(), Progress)
    assert isinstance(ticket.ticket.link, LocalLink)
    for pid in processes(ticket.ticket.link):
        os.kill(pid, signal.SIGKILL)
    failed = ended(ticket)
    assert isinstance(failed, Failed)
    assert "ended from outside" in failed.sentence


def test_drawings_that_cannot_be_read_become_a_sentence():
    failed = ended(PersonaliseTicket(RunQueue(), SHIPPED.read_bytes(), [(SPECK, 1)]))
    assert isinstance(failed, Failed)
    assert "None of the drawings can be read." in failed.sentence


def test_a_personalising_job_takes_one_of_the_queues_places_and_does_not_wait_for_one():
    stage = Stage(at_once=2)
    stage.queue.submit(JOB)
    until(lambda: len(stage.links) == 1)
    ticket = PersonaliseTicket(stage.queue, b"weights", HAND)
    until(lambda: len(stage.links) == 2)
    assert stage.links[1].job == PersonaliseJob(b"weights", tuple(HAND))
    with pytest.raises(QueueFullError, match="busy"):
        PersonaliseTicket(stage.queue, b"weights", HAND)
    stage.links[1].reports.put(Ended("finished"))
    until(lambda: len(stage.queue.running) == 1)
    assert isinstance(ticket.look(), Failed), "it ended, but has handed over nothing"
    PersonaliseTicket(stage.queue, b"weights", HAND)


def test_a_job_that_nobody_looks_at_is_ended(monkeypatch):
    monkeypatch.setattr(run_queue, "PATIENCE", 0.2)
    stage = Stage(silence=0.2)
    ticket = PersonaliseTicket(stage.queue, b"weights", HAND)
    until(lambda: stage.links and stage.links[0].closed)
    assert stage.links[0].commands == [Stop()]
    state = ticket.look()
    assert isinstance(state, Failed)
    assert "Nobody looked" in state.sentence


def test_a_stop_is_obeyed_between_two_batches():
    sent: list[Report] = []

    class Stopping:
        def send(self, report: Report) -> None:
            sent.append(report)

        def receive(self, timeout: float | None) -> Command | None:
            return Stop() if len(sent) == 3 else None

    work(PersonaliseJob(SHIPPED.read_bytes(), tuple(HAND)), Stopping())
    assert [type(report) for report in sent] == [Progress, Progress, Progress, Ended]
    assert sent[-1] == Ended("stopped")


def test_a_hand_that_is_read_well_changes_nothing(rng):
    network, _ = weights.from_bytes(SHIPPED.read_bytes(), "shipped")
    other = deepcopy(network)
    for _, layer in other.layers:
        for array in layer.params.values():
            array += rng.normal(0, 0.01, array.shape).astype(np.float32)
    well = personalise.variations([(SAMPLES[digit][0], digit) for digit in range(5)], 4, rng)
    left = personalise.nearest_blend(network, other, well)
    for (_, ours), (_, theirs) in zip(left.layers, network.layers, strict=True):
        assert all(np.array_equal(array, theirs.params[key]) for key, array in ours.params.items())


def test_blending_goes_a_part_of_the_way():
    network, _ = weights.from_bytes(SHIPPED.read_bytes(), "shipped")
    other = deepcopy(network)
    for _, layer in other.layers:
        for array in layer.params.values():
            array += 1
    for (_, mixed), (_, layer) in zip(personalise.blend(network, other, 0.25).layers, network.layers, strict=True):
        assert all(np.allclose(array, layer.params[key] + 0.25, atol=1e-5) for key, array in mixed.params.items())


def test_variations_differ_and_the_first_is_the_drawing_itself(rng):
    pictures, labels = personalise.variations([(SAMPLES[4][0], 4)], 5, rng)
    assert pictures.shape == (5, 28, 28)
    assert labels.tolist() == [4] * 5
    assert len({picture.tobytes() for picture in pictures}) == 5
    assert np.array_equal(pictures[0], personalise.variations([(SAMPLES[4][0], 4)], 1, rng)[0][0])
