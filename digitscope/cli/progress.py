"""How commands show a run: with a progress bar, or in the notebook's own words."""

from __future__ import annotations

import sys
from pathlib import Path

from tqdm import tqdm

from cnn import checkpoint
from cnn.container import write
from cnn.fast.engine import FastEngine
from cnn.training import Diverged, EpochDone, Examples, Finished, Run, StepDone, fit
from digitscope.cli.common import CommandError
from digitscope.digits.synthesis.warp import warp

Curves = tuple[list[StepDone], list[EpochDone]]
"""The events that a run's learning curves are plotted from."""


def with_progress(run: Run, training: Examples, validation: Examples, keep: Path | None = None) -> Curves:
    """Train with a progress bar, print a line for each epoch, and write a checkpoint to `keep` after each.

    Raises CommandError when the run diverges or is stopped, FileError when a checkpoint cannot be written.
    """
    steps: list[StepDone] = []
    epochs: list[EpochDone] = []
    print(run.network)
    try:
        # Thousandths of the run: a run that is limited by time has no known number of steps.
        with tqdm(total=1000, bar_format="{desc} {bar} {percentage:3.0f}% [{elapsed}<{remaining}] {postfix}") as bar:
            for event in fit(run, training, validation, warp, FastEngine()):
                if isinstance(event, StepDone):
                    steps.append(event)
                    bar.set_description(f"Epoch {event.epoch}", refresh=False)
                    bar.set_postfix_str(
                        f"loss {event.loss:.3f}, {event.images_per_second:,.0f} images/s", refresh=False
                    )
                    bar.update(int(1000 * event.progress) - bar.n)
                elif isinstance(event, EpochDone):
                    epochs.append(event)
                    bar.write(
                        f"Epoch {event.epoch:3d}  training loss {event.training_loss:.4f}, "
                        f"accuracy {event.training_accuracy:.4f}  validation loss {event.validation_loss:.4f}, "
                        f"accuracy {event.validation_accuracy:.4f}  ({event.seconds:.0f} s)",
                        file=sys.stdout,
                    )
                    if keep is not None:
                        write(keep, checkpoint.to_bytes(run))
                elif isinstance(event, Diverged):
                    raise CommandError(event.sentence)
                elif isinstance(event, Finished):
                    print(
                        f"Validation accuracy {event.validation_accuracy:.4f}, loss {event.validation_loss:.4f} "
                        f"({len(validation[0]):,} images, {event.epochs} epochs, {event.seconds:.0f} s)"
                    )
    except KeyboardInterrupt:
        if keep is None:
            raise
        write(keep, checkpoint.to_bytes(run))
        raise CommandError(f"Stopped after {run.step:,} steps; go on with --resume {keep}.") from None
    return steps, epochs


def like_the_notebook(run: Run, training: Examples, test: Examples) -> Curves:
    """Train and print what the notebook prints: steps are counted from 1 in each epoch. Raises CommandError."""
    steps: list[StepDone] = []
    epochs: list[EpochDone] = []
    print("MNIST CNN initialized!")
    epoch, number, loss, right = 0, 0, 0.0, 0.0
    for event in fit(run, training, test, warp):
        if isinstance(event, StepDone):
            steps.append(event)
            if event.epoch > epoch:
                epoch, number, loss, right = event.epoch, 0, 0.0, 0.0
                print(f"--- Epoch {epoch} ---")
            number, loss, right = number + 1, loss + event.loss, right + event.accuracy
            if number % 100 == 0:
                print(f"[Step {number}] Past 100 steps: Average Loss {loss / 100:.3f} | Accuracy: {right:.0f}%")
                loss = right = 0.0
        elif isinstance(event, EpochDone):
            epochs.append(event)
        elif isinstance(event, Diverged):
            raise CommandError(event.sentence)
        elif isinstance(event, Finished):
            print("\n--- Testing the CNN ---")
            print("Test Loss:", event.validation_loss)
            print("Test Accuracy:", event.validation_accuracy)
    return steps, epochs
