"""A personalising job as its page sees it: one call that says how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digitscope.digits.strokes import Strokes
from digitscope.jobs.messages import Ended, Learned, PersonaliseJob, Progress, Stop
from digitscope.jobs.run_queue import RunQueue


@dataclass(frozen=True)
class Failed:
    """The job ended without a result; the sentence says why."""

    sentence: str


State = Progress | Learned | Failed


class PersonaliseTicket:
    """A personalising job in `queue` that starts at once. Raises QueueFullError when no worker is free.

    `weights` is a weights file, `drawings` are pairs of strokes and the digit that was meant. The visitor stands in
    front of the screen, so the job does not wait behind training runs that take minutes. It is abandoned when `look` is
    not called for `Limits.silence` seconds.
    """

    def __init__(self, queue: RunQueue, weights: bytes, drawings: Sequence[tuple[Strokes, int]]) -> None:
        self.ticket = queue.submit(PersonaliseJob(weights, tuple(drawings)), wait=False)
        self.state: State = Progress(0.0)

    def look(self) -> State:
        """Return the latest Progress, or how the job ended: Learned or Failed."""
        for report in self.ticket.take():
            match report:
                case Progress() | Learned():
                    self.state = report
                case Ended() if not isinstance(self.state, Learned):
                    self.state = Failed(report.sentence)
        return self.state

    def close(self) -> None:
        """End the job; its result is not wanted any more."""
        self.ticket.send(Stop())
