"""The visitor's training runs: one that may be on, and the earlier ones for comparison."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field

import numpy as np
import streamlit as st

from cnn.settings import Settings
from digitscope.jobs.messages import Change, Job, Stop
from digitscope.jobs.run_queue import Room, Ticket, room_for
from digitscope.ui.common.session import Session, session
from digitscope.ui.training.history import History

MOST_RUNS = 8
"""Runs that are kept for comparison; the oldest make room."""
MOST_DRAWINGS = 5


@dataclass
class TrainingRun:
    """One run: what was asked for, its place in the room, and what it has shown."""

    recipe: str
    layers: list[dict]
    settings: Settings
    drawings: np.ndarray
    """The visitor's own pictures (k, 28, 28) that it is asked about."""
    ticket: Ticket
    history: History

    @property
    def over(self) -> bool:
        """Whether it has ended, however it did."""
        return self.history.ended is not None

    def update(self) -> bool:
        """Take in what has been reported; True if that was the end."""
        was_over = self.over
        self.history.take(self.ticket.take())
        return self.over and not was_over

    def change(self, change: Change) -> None:
        """Learn on with other settings, and mark it on the curve. Raises ValueError for senseless ones."""
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
    """How many runs there were, deleted ones too: their numbers are not used again."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Weights files by the names that the visitor gave them."""


def state() -> TrainingState:
    """Return this tab's training state."""
    return session().state(TrainingState)


@st.cache_resource(show_spinner=False)
def room() -> Room:
    """The one line for all visitors of this server; on a cluster if DIGITSCOPE_CLUSTER names its scheduler."""
    return room_for(os.environ.get("DIGITSCOPE_CLUSTER"), os.environ)


def current() -> TrainingRun | None:
    """The visitor's newest run."""
    runs = state().runs
    return runs[-1] if runs else None


def start(recipe: str, layers: list[dict], settings: Settings) -> None:
    """Put a new run into the line. Raises LineFullError; for the first run of all, also what `room_for` does."""
    own = state()
    drawings = own_drawings(session())
    ticket = room().submit(Job(layers, settings, drawings))
    own.started += 1
    history = History(f"{own.started}: {recipe}")
    own.runs = [*own.runs, TrainingRun(recipe, layers, settings, drawings, ticket, history)][-MOST_RUNS:]


def go_on(run: TrainingRun) -> None:
    """Take a stopped or lost run up again where its last checkpoint was. Raises LineFullError."""
    run.ticket = room().submit(Job(run.layers, run.settings, run.drawings, run.ticket.checkpoint))
    run.history.ended = None
    run.history.paused = False
    run.history.mark("taken up again")


def stop(run: TrainingRun) -> None:
    """Ask a run to end."""
    run.ticket.send(Stop())


def own_drawings(own: Session) -> np.ndarray:
    """The last pictures that this visitor drew, the present one last: (k, 28, 28) uint8."""
    pictures = [*own.drawings, *([own.present] if own.present is not None else [])][-MOST_DRAWINGS:]
    return np.array(pictures, np.uint8).reshape(-1, 28, 28)
