"""The visitor's training runs: the current one, and earlier ones for comparison."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field

import numpy as np
import streamlit as st

from cnn.settings import Settings
from digitscope.jobs.messages import Change, Stop, TrainingJob
from digitscope.jobs.run_queue import RunQueue, Ticket, queue_for
from digitscope.ui.common.session import Session, session
from digitscope.ui.training.history import History

MOST_RUNS = 8
"""Runs that are kept for comparison; older ones are dropped."""
MOST_DRAWINGS = 5
"""The visitor's latest drawings that a run classifies now and then."""


@dataclass
class TrainingRun:
    """One run: its recipe and settings, its place in the queue, and its reports so far."""

    recipe: str
    layers: list[dict]
    settings: Settings
    drawings: np.ndarray
    """The visitor's own pictures (k, 28, 28) that it classifies meanwhile."""
    ticket: Ticket
    history: History

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.history.ended is not None

    def update(self) -> bool:
        """Take in the new reports. Returns True if the run has just ended."""
        was_over = self.over
        self.history.take(self.ticket.take())
        return self.over and not was_over

    def change(self, change: Change) -> None:
        """Go on with other settings, and mark the change on the curves. Raises ValueError for values out of range."""
        self.settings = change.applied_to(self.settings)
        self.ticket.send(change)
        words = [f"{name.replace('_', ' ')} {value:g}" for name, value in asdict(change).items() if value is not None]
        self.history.mark(", ".join(words))


@dataclass
class TrainingState:
    """This tab's runs and kept networks."""

    runs: list[TrainingRun] = field(default_factory=list)
    """The newest last."""
    started: int = 0
    """How many runs were started, deleted ones included: their numbers are not used again."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Weights files by the names that the visitor gave them."""


def state() -> TrainingState:
    """Return this tab's training state."""
    return session().state(TrainingState)


@st.cache_resource(show_spinner=False)
def run_queue() -> RunQueue:
    """Return the one queue of this server; its jobs run on a cluster if DIGITSCOPE_CLUSTER names the scheduler.

    Raises JobError.
    """
    return queue_for(os.environ.get("DIGITSCOPE_CLUSTER"), os.environ)


def current() -> TrainingRun | None:
    """Return the visitor's newest run."""
    runs = state().runs
    return runs[-1] if runs else None


def start(recipe: str, layers: list[dict], settings: Settings) -> None:
    """Put a new run into the queue. Raises JobError."""
    own = state()
    drawings = own_drawings(session())
    ticket = run_queue().submit(TrainingJob(layers, settings, drawings))
    own.started += 1
    history = History(f"{own.started}: {recipe}")
    own.runs = [*own.runs, TrainingRun(recipe, layers, settings, drawings, ticket, history)][-MOST_RUNS:]


def go_on(run: TrainingRun) -> None:
    """Resume a stopped or lost run from its last checkpoint. Raises JobError."""
    run.ticket = run_queue().submit(TrainingJob(run.layers, run.settings, run.drawings, run.ticket.checkpoint))
    run.history.ended = None
    run.history.paused = False
    run.history.mark("resumed")


def stop(run: TrainingRun) -> None:
    """Ask a run to end."""
    run.ticket.send(Stop())


def own_drawings(own: Session) -> np.ndarray:
    """Return this visitor's latest drawings, the current one last: (k, 28, 28) uint8."""
    pictures = [*own.drawings, *([own.present] if own.present is not None else [])][-MOST_DRAWINGS:]
    return np.array(pictures, np.uint8).reshape(-1, 28, 28)
