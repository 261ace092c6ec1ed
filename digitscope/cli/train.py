"""Train a network and write its weights, or repeat what the notebook does."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

from threadpoolctl import threadpool_limits

from cnn import checkpoint
from cnn.architectures import ARCHITECTURES, build
from cnn.container import FileError, read
from cnn.recipes import RECIPES
from cnn.training import Run
from cnn.verdict import DIGITS
from digitscope.cli import two_stages
from digitscope.cli.common import CommandError, load_mnist, load_network, read_drawings
from digitscope.cli.plot import ENDINGS, plot_curves
from digitscope.cli.progress import like_the_notebook, with_progress
from digitscope.cli.save import save
from digitscope.cli.settings_flags import add_flags, given, with_given


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    recipes = "; ".join(f"{name}: {recipe.about}" for name, recipe in RECIPES.items())
    parser = commands.add_parser("train", help="train a network", description=__doc__)
    parser.add_argument("--recipe", choices=list(RECIPES), default="shipped", help=recipes)
    parser.add_argument("--architecture", choices=list(ARCHITECTURES), help="other layers than the recipe's")
    add_flags(parser)
    parser.add_argument(
        "--strokes", type=Path, nargs="+", metavar="FILE", help="learn from these drawings too (UNIPEN text, .gz too)"
    )
    parser.add_argument(
        "--held-out",
        nargs="*",
        default=None,
        metavar="WRITER",
        help="with --strokes: writers and laboratories that the first stage leaves out, to calibrate on "
        f"(default: those of {', '.join(two_stages.HELD_OUT)} that the files contain)",
    )
    parser.add_argument(
        "--held-out-weights",
        type=Path,
        metavar="FILE",
        help="also write the network of the first stage, which has seen none of the held-out writers",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="weights file to write (default: a new file in this folder, such as digitscope-best-20261125-1417.npz; "
        "none for the recipe notebook)",
    )
    parser.add_argument("--force", action="store_true", help="replace a weights file that exists already")
    parser.add_argument("--checkpoint", type=Path, help="file to save the run in after each epoch, and on Ctrl-C")
    parser.add_argument(
        "--start", type=Path, metavar="WEIGHTS", help="a weights file to begin with, in place of random weights"
    )
    parser.add_argument("--resume", type=Path, help="checkpoint file to go on from, with its own settings")
    parser.add_argument("--plot", type=Path, help=f"draw the learning curves into this file ({', '.join(ENDINGS)})")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train as the options say."""
    recipe = RECIPES[options.recipe]
    settings = with_given(recipe.settings, given(options))
    if options.plot is not None and options.plot.suffix not in ENDINGS:
        raise CommandError(f"--plot {options.plot} should end in {', '.join(ENDINGS)}.")
    is_notebook = options.recipe == "notebook"
    drawings = read_drawings(options.strokes) if options.strokes else []
    out = options.out or (None if is_notebook else _new_file("resumed" if options.resume else options.recipe))
    for path in (out, options.checkpoint, options.plot, options.held_out_weights):
        _check_writable(path)
    for path in (out, options.held_out_weights):
        if path is not None and path.exists() and not options.force:
            raise CommandError(f"{path} exists already; choose another name, or replace it with --force.")
    data = load_mnist()
    architecture = options.architecture or recipe.architecture
    if options.resume:
        state = _resume(options.resume)
    elif options.start:
        network, header = load_network(options.start)
        state = Run(network, settings)
    else:
        state = Run(build(architecture, settings.seed), settings)
    settings = state.settings
    learned_from = f"MNIST, the first {len(data.training[0][: settings.images]):,} training images"
    is_reader = state.network.output_shape == (DIGITS + 1,)
    if drawings and not is_reader:
        raise CommandError("--strokes is for the architecture reader: other networks have no output for “no digit”.")
    # The fast engine splits the work between threads itself.
    blas = threadpool_limits(1, user_api="blas")
    try:
        if is_reader:
            files = ", ".join(path.name for path in options.strokes or [])
            result = two_stages.train_in_two_stages(
                state, data, drawings, files, options.held_out, options.checkpoint, options.held_out_weights
            )
            network, curves, facts = result.network, result.curves, result.facts
            learned_from += facts.pop("data")
        elif is_notebook:
            curves = like_the_notebook(state, data.training, (data.test_images[:1000], data.test_labels[:1000]))
            network, facts = state.result(), {}
        else:
            curves = with_progress(state, data.training, data.validation, options.checkpoint)
            network, facts = state.result(), {}
        if options.start is not None:
            facts["start"] = f"{options.start.name}, seed {header.get('seed')}, {header.get('steps')} steps"
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


def _new_file(recipe: str) -> Path:
    """Return a name for a run's weights in the current folder: the recipe's and the time."""
    return Path(f"digitscope-{recipe}-{datetime.now():%Y%m%d-%H%M}.npz")


def _check_writable(path: Path | None) -> None:
    """Raise CommandError if `path` cannot be written: better now than after an hour of training."""
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
