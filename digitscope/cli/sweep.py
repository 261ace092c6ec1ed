"""Train with every combination of settings, here or on a Dask cluster, and rank the results."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import product
from time import monotonic, sleep
from typing import Any

from tqdm import tqdm

from cnn.architectures import ARCHITECTURES, build, to_list
from cnn.recipes import RECIPES
from cnn.settings import Settings
from digitscope.cli.common import CommandError
from digitscope.cli.settings_flags import add_flags, given, with_given
from digitscope.jobs.messages import Ended, JobError, Steps, Stop, TrainingJob
from digitscope.jobs.run_queue import Limits, RunQueue, Ticket, queue_for

LOOK_SECONDS = 0.2
MOST = 500
"""Runs of one sweep: more must be a typing error."""


@dataclass
class Trial:
    """One combination of settings, and how far its run has come."""

    chosen: dict[str, Any]
    ticket: Ticket
    progress: float = 0.0
    seconds: float = 0.0

    @property
    def ended(self) -> Ended | None:
        """How it ended, once it has."""
        return self.ticket.ended

    def look(self) -> None:
        """Take in the new reports."""
        for report in self.ticket.take():
            if isinstance(report, Steps):
                self.progress, self.seconds = report.steps[-1].progress, report.steps[-1].seconds
        if self.ended is not None:
            self.progress = 1.0


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("sweep", help="train with every combination of settings", description=__doc__)
    parser.add_argument(
        "--recipe", choices=list(RECIPES), default="ten-seconds", help="the recipe that all other settings come from"
    )
    parser.add_argument("--architecture", choices=list(ARCHITECTURES), nargs="+")
    add_flags(parser, several=True)
    parser.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler, as tcp://10.0.0.1:8786")
    parser.add_argument("--at-once", type=int, help="runs side by side (default: cores - 1, or the cluster's threads)")
    parser.add_argument("--json", action="store_true", help="one JSON array, the best first")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train with all combinations, then print a table, the best first."""
    if options.at_once is not None and options.at_once < 1:
        raise CommandError(f"--at-once must be 1 or more, but is {options.at_once}.")
    recipe = RECIPES[options.recipe]
    grid = {"architecture": options.architecture or [recipe.architecture], **given(options)}
    combinations = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if len(combinations) > MOST:
        raise CommandError(f"That makes {len(combinations):,} runs, more than {MOST}: give fewer values.")
    jobs = [(chosen, _job(chosen, recipe.settings)) for chosen in combinations]
    try:
        queue = queue_for(options.cluster)
    except JobError as error:
        raise CommandError(str(error)) from error
    at_once = options.at_once or queue.limits.at_once
    queue.limits = Limits(at_once=at_once, seconds=86_400, silence=600, waiting=len(jobs))
    trials = _train(queue, jobs)
    trials.sort(key=lambda trial: (trial.ended is None or trial.ended.accuracy is None, -_accuracy(trial)))
    if options.json:
        print(json.dumps([_facts(trial) for trial in trials]))
    else:
        _print_table(trials, [name for name, values in grid.items() if len(values) > 1])
    return 0


def _job(chosen: dict[str, Any], usual: Settings) -> TrainingJob:
    settings = with_given(usual, {name: value for name, value in chosen.items() if name != "architecture"})
    return TrainingJob(to_list(build(chosen["architecture"], settings.seed)), settings)


def _train(queue: RunQueue, jobs: list[tuple[dict[str, Any], TrainingJob]]) -> list[Trial]:
    trials = [Trial(chosen, queue.submit(job)) for chosen, job in jobs]
    try:
        with tqdm(total=len(trials), bar_format="{n:.1f} of {total} runs {bar} [{elapsed}<{remaining}]") as bar:
            while any(trial.ended is None for trial in trials):
                for trial in trials:
                    trial.look()
                bar.update(sum(trial.progress for trial in trials) - bar.n)
                sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        for trial in trials:
            trial.ticket.send(Stop())
        _await_end(trials)
    for trial in trials:
        trial.look()
    return trials


def _await_end(trials: list[Trial]) -> None:
    """Wait for stopped runs, which still hand over their networks."""
    deadline = monotonic() + 10
    while any(trial.ended is None for trial in trials) and monotonic() < deadline:
        sleep(LOOK_SECONDS)


def _accuracy(trial: Trial) -> float:
    return trial.ended.accuracy or 0.0 if trial.ended is not None else 0.0


def _facts(trial: Trial) -> dict[str, Any]:
    ended = trial.ended
    return {
        **trial.chosen,
        "accuracy": ended.accuracy if ended else None,
        "steps": ended.step if ended else 0,
        "seconds": round(trial.seconds, 2),
        "how": ended.how if ended else "unfinished",
        "sentence": ended.sentence if ended else "",
    }


def _print_table(trials: list[Trial], varied: list[str]) -> None:
    """Print rank, validation accuracy, time and the settings in which the runs differ."""
    head = ["rank", "accuracy", "seconds", "steps", *varied]
    rows = []
    for rank, facts in enumerate(map(_facts, trials), 1):
        result = f"{facts['accuracy']:.4f}" if facts["accuracy"] is not None else facts["how"]
        rows.append([rank, result, f"{facts['seconds']:.1f}", facts["steps"], *(facts[name] for name in varied)])
    lines = [[str(value) for value in row] for row in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(value.rjust(width) for value, width in zip(line, widths, strict=True)))
    for facts in map(_facts, trials):
        if facts["accuracy"] is None and facts["sentence"]:
            print(f"{', '.join(f'{name} {facts[name]}' for name in varied) or 'the run'}: {facts['sentence']}")
    print("Accuracy on the 5,000 validation images.")
