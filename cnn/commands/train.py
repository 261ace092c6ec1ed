"""python -m cnn train: teach a network and keep its weights, or do what the notebook does."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from digits.augment import warp
from digits.lessons import lesson
from digits.preprocess import PREPROCESSING
from digits.strokes import Drawing
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from cnn import checkpoint, weights
from cnn.architectures import ARCHITECTURES, build, name_of
from cnn.commands import SHIPPED, CommandError, load_mnist, read_drawings
from cnn.commands.plot import ENDINGS, plot_curves
from cnn.container import FileError, read, write
from cnn.fast.engine import FastEngine
from cnn.network import CNN
from cnn.optimizers import OPTIMIZERS
from cnn.recipes import RECIPES
from cnn.schedules import SCHEDULES
from cnn.training import Diverged, EpochDone, Examples, Finished, Run, StepDone, fit
from cnn.verdict import DIGITS

MNIST_TIMES = 2
"""How often an epoch shows each MNIST image, warped anew: half of what is seen should be pictures that people wrote."""

FLAGS: dict[str, dict[str, Any]] = {
    "optimizer": {"choices": list(OPTIMIZERS)},
    "learning_rate": {"type": float, "help": "the schedule's highest rate"},
    "schedule": {"choices": list(SCHEDULES), "help": "how the learning rate goes over the run"},
    "momentum": {"type": float, "help": "Momentum's gamma, Adam's beta 1"},
    "batch_size": {"type": int},
    "epochs": {"type": int, "help": "how often each image is seen"},
    "seconds": {"type": float, "help": "train for so long instead of so many epochs"},
    "images": {"type": int, "help": "learn from the first so many images only"},
    "dropout": {"type": float, "help": "share of values that Dropout layers silence"},
    "weight_decay": {"type": float},
    "average": {"type": float, "help": "memory of the weights' moving average, 0 for none"},
    "seed": {"type": int, "help": "all randomness follows from it"},
}


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    recipes = "; ".join(f"{name}: {recipe.about}" for name, recipe in RECIPES.items())
    parser = commands.add_parser("train", help="train a network", description=__doc__)
    parser.add_argument("--recipe", choices=list(RECIPES), default="shipped", help=recipes)
    parser.add_argument("--architecture", choices=list(ARCHITECTURES), help="other layers than the recipe's")
    for name, options in FLAGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", **options)
    parser.add_argument("--no-warps", action="store_true", help="show the images as they are, not warped")
    parser.add_argument(
        "--strokes", type=Path, nargs="+", metavar="FILE", help="learn from these drawings too (UNIPEN text, .gz too)"
    )
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="WRITER", help="leave these writers or laboratories out"
    )
    parser.add_argument(
        "--out", type=Path, help=f"weights file to write (default {SHIPPED.relative_to(SHIPPED.parents[1])})"
    )
    parser.add_argument("--checkpoint", type=Path, help="file that keeps the run after each epoch, and on Ctrl-C")
    parser.add_argument("--resume", type=Path, help="checkpoint file to go on from, with its own settings")
    parser.add_argument("--plot", type=Path, help=f"draw the learning curves into this file ({', '.join(ENDINGS)})")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train as the options say."""
    recipe = RECIPES[options.recipe]
    given = {name: getattr(options, name) for name in FLAGS if getattr(options, name) is not None}
    if options.no_warps:
        given["warps"] = False
    try:
        settings = replace(recipe.settings, **given)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if options.plot is not None and options.plot.suffix not in ENDINGS:
        raise CommandError(f"--plot {options.plot} should end in {', '.join(ENDINGS)}.")
    is_notebook = options.recipe == "notebook"
    drawings = read_drawings(options.strokes, without=options.without) if options.strokes else []
    out = options.out or (None if is_notebook else SHIPPED)
    for path in (out, options.checkpoint, options.plot):
        _check_writable(path)
    data = load_mnist()
    architecture = options.architecture or recipe.architecture
    state = _resume(options.resume) if options.resume else Run(build(architecture, settings.seed), settings)
    settings = state.settings
    training = data.training
    learned_from = f"MNIST, the first {len(training[0][: settings.images]):,} training images"
    if state.network.output_shape == (DIGITS + 1,):
        training, more = _with_lessons(data.training, drawings, options, settings.seed)
        learned_from += more
    elif drawings:
        raise CommandError("--strokes is for the architecture reader: other networks have no answer for what is none.")
    # The fast engine shares the work out between threads itself.
    blas = threadpool_limits(1, user_api="blas")
    try:
        if is_notebook:
            validation = data.test_images[:1000], data.test_labels[:1000]
            curves = _like_the_notebook(state, training, validation)
        else:
            validation = data.validation
            curves = _with_progress(state, training, validation, options.checkpoint)
        if out is not None:
            _save(out, state, learned_from, validation)
        if options.plot is not None:
            plot_curves(options.plot, curves)
            print(f"Learning curves: {options.plot}")
    except FileError as error:
        raise CommandError(str(error)) from error
    finally:
        blas.restore_original_limits()
    return 0


def _with_lessons(
    training: Examples, drawings: list[Drawing], options: argparse.Namespace, seed: int
) -> tuple[Examples, str]:
    """MNIST's examples and those that `digits.lessons` makes, in any order; and words for the header."""
    if not drawings:
        print(
            "Without --strokes it learns from MNIST and from habits that are drawn by rule; people's own drawings "
            "it will read less well (the model card says how much)."
        )
    print("Inking drawings ...", flush=True)
    pictures, labels = lesson(drawings, seed)
    order = np.random.default_rng(seed).permutation(len(pictures) + MNIST_TIMES * len(training[0]))
    both = (
        np.concatenate([*MNIST_TIMES * [training[0]], pictures])[order],
        np.concatenate([*MNIST_TIMES * [training[1]], labels])[order],
    )
    files = ", ".join(path.name for path in options.strokes or [])
    without = f" without {', '.join(options.without)}" if options.without else ""
    print(f"{len(training[0]):,} images of MNIST, {len(pictures):,} made from {len(drawings):,} drawings and rules")
    return both, f"; {len(drawings):,} drawings ({files}{without}); habits and nonsense by rule"


Curves = tuple[list[StepDone], list[EpochDone]]


def _with_progress(run: Run, training: Examples, validation: Examples, keep: Path | None) -> Curves:
    """Train under a progress bar; a line an epoch stays on the screen."""
    steps: list[StepDone] = []
    epochs: list[EpochDone] = []
    print(run.network)
    try:
        # Thousandths of the run: a run of so many seconds has no number of steps to count to.
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
        raise CommandError(f"stopped after {run.step:,} steps; go on with --resume {keep}.") from None
    return steps, epochs


def _like_the_notebook(run: Run, training: Examples, test: Examples) -> Curves:
    """Train with the notebook's own words, and its step count that begins anew in each epoch."""
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


def _save(out: Path, run: Run, data: str, validation: Examples) -> None:
    network: CNN = run.result()
    _, loss, accuracy = network.forward(*validation)
    weights.save(
        out,
        network,
        architecture=name_of(network),
        preprocessing=PREPROCESSING,
        data=data,
        seed=run.settings.seed,
        settings=asdict(run.settings),
        steps=run.step,
        seconds=round(run.seconds),
        validation_images=len(validation[0]),
        validation_accuracy=accuracy,
        validation_loss=loss,
    )
    print(f"Weights: {out} ({out.stat().st_size / 2**20:.2f} MB)")


def _resume(path: Path) -> Run:
    try:
        return checkpoint.from_bytes(read(path), str(path))
    except FileError as error:
        raise CommandError(str(error)) from error


def _check_writable(path: Path | None) -> None:
    """Better now than after ten minutes of training."""
    if path is None:
        return
    if path.is_dir():
        raise CommandError(f"{path} is a folder; a file's name is needed.")
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error} ({folder}).") from error
