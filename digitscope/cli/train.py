"""python -m cnn train: teach a network and keep its weights, or do what the notebook does."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from threadpoolctl import threadpool_limits

from cnn import checkpoint
from cnn.architectures import ARCHITECTURES, build
from cnn.container import FileError, read
from cnn.optimizers import OPTIMIZERS
from cnn.recipes import RECIPES
from cnn.schedules import SCHEDULES
from cnn.training import Run
from cnn.verdict import DIGITS
from digitscope.cli import two_stages
from digitscope.cli.common import CommandError, load_mnist, read_drawings
from digitscope.cli.plot import ENDINGS, plot_curves
from digitscope.cli.progress import like_the_notebook, with_progress
from digitscope.cli.save import save
from digitscope.recognition import SHIPPED

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
        "--held-out",
        nargs="*",
        default=None,
        metavar="WRITER",
        help="with --strokes: writers and laboratories that the first course leaves out, to be calibrated on "
        f"(default: {', '.join(two_stages.HELD_OUT)}, as far as they are there)",
    )
    parser.add_argument(
        "--held-out-weights",
        type=Path,
        metavar="FILE",
        help="also keep the network that never saw those that were held out",
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
    drawings = read_drawings(options.strokes) if options.strokes else []
    out = options.out or (None if is_notebook else SHIPPED)
    for path in (out, options.checkpoint, options.plot, options.held_out_weights):
        _check_writable(path)
    data = load_mnist()
    architecture = options.architecture or recipe.architecture
    state = _resume(options.resume) if options.resume else Run(build(architecture, settings.seed), settings)
    settings = state.settings
    learned_from = f"MNIST, the first {len(data.training[0][: settings.images]):,} training images"
    is_reader = state.network.output_shape == (DIGITS + 1,)
    if drawings and not is_reader:
        raise CommandError("--strokes is for the architecture reader: other networks have no answer for what is none.")
    # The fast engine shares the work out between threads itself.
    blas = threadpool_limits(1, user_api="blas")
    try:
        if is_reader:
            files = ", ".join(path.name for path in options.strokes or [])
            pupil = two_stages.teach(
                state, data, drawings, files, options.held_out, options.checkpoint, options.held_out_weights
            )
            network, curves, facts = pupil.network, pupil.curves, pupil.facts
            learned_from += facts.pop("data")
        elif is_notebook:
            curves = like_the_notebook(state, data.training, (data.test_images[:1000], data.test_labels[:1000]))
            network, facts = state.result(), {}
        else:
            curves = with_progress(state, data.training, data.validation, options.checkpoint)
            network, facts = state.result(), {}
        if out is not None:
            save(out, network, state, data.validation, data=learned_from, **facts)
        if options.plot is not None:
            plot_curves(options.plot, curves)
            print(f"Learning curves: {options.plot}")
    except FileError as error:
        raise CommandError(str(error)) from error
    finally:
        blas.restore_original_limits()
    return 0


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
