"""Train the shipped network in two stages: first without some writers, who calibrate it, then shortly with all.

The writers that are held out serve twice: their drawings calibrate the probabilities, and measure how well new people
are read. Only then does a second, shorter stage learn from them as well, from half the learning rate down again (a
warm restart: Loshchilov and Hutter 2016, arXiv:1608.03983).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnn.calibration import cool
from cnn.network import CNN
from cnn.training import Examples, Run
from digitscope.cli.calibrate import calibration
from digitscope.cli.common import CommandError
from digitscope.cli.progress import Curves, with_progress
from digitscope.cli.save import save
from digitscope.digits.io.mnist import Mnist
from digitscope.digits.strokes import Drawing
from digitscope.digits.synthesis.training_set import training_examples

HELD_OUT = ("25", "26", "27", "28", "29", "30", "apb")
"""The writers held out by default, of the pen data that docs/training.md names: six people and one laboratory."""
MNIST_TIMES = (2, 3)
"""How often an epoch of each stage shows each MNIST image, warped anew.

In the first stage about half of the examples should be MNIST's. In the second the new drawings resemble known ones,
and what is easily lost is MNIST: its share is larger.
"""
LAST_SHARE, LAST_RATE = 0.375, 0.5
"""The second stage: its epochs and its learning rate, as shares of the first one's."""


@dataclass(frozen=True)
class Trained:
    """The result of both stages."""

    network: CNN
    curves: Curves
    """The learning curves of the first stage."""
    facts: dict[str, Any]
    """For the header: the data in words; temperature, threshold and what they were measured on."""


def train_in_two_stages(
    state: Run,
    mnist: Mnist,
    drawings: list[Drawing],
    files: str,
    held_out: list[str] | None,
    keep: Path | None,
    held_out_weights: Path | None,
) -> Trained:
    """Train `state` on MNIST and on the examples that `synthesis.training_set` makes from `drawings`.

    `files` names the drawings' files for the header. `held_out` names the writers that the first stage leaves out
    (None: HELD_OUT, as far as they occur); without any there is no calibration and no second stage. `keep` is the
    checkpoint's path, `held_out_weights` that of the network after the first stage. Raises CommandError and FileError.
    """
    writers = {drawing.writer for drawing in drawings}
    absent = [name for name in HELD_OUT if name in writers] if held_out is None else held_out
    if unknown := [name for name in absent if name not in writers]:
        raise CommandError(f"Nobody is called {unknown[0]} in {files or 'the drawings, of which there are none'}.")
    if not drawings:
        print(
            "Without --strokes it learns from MNIST and from habits that are drawn by rule; people's own drawings "
            "it will read less well (the model card says how much)."
        )
    known = [drawing for drawing in drawings if drawing.writer not in absent]
    seed = state.settings.seed
    curves = with_progress(state, _examples(mnist.training, known, seed, MNIST_TIMES[0]), mnist.validation, keep)
    network = state.result()
    facts: dict[str, Any] = {"data": _in_words(drawings, files)}
    others = [drawing for drawing in drawings if drawing.writer in absent and drawing.label is not None]
    if not others:
        return Trained(network, curves, facts)
    source = f"{files} ({', '.join(absent)})"
    found = calibration(network, others, mnist.validation)
    facts |= found.facts | {"calibrated_on": f"MNIST's validation images; {source}"}
    if held_out_weights is not None:
        never_saw = state.result()
        cool(never_saw, found.temperature)
        words = _in_words(known, f"{files} without {', '.join(absent)}")
        save(held_out_weights, never_saw, state, mnist.validation, **facts | {"data": words})
    print("The second stage, with all drawings")
    settings = replace(
        state.settings,
        epochs=max(1, round(LAST_SHARE * state.settings.epochs)),
        seconds=None,
        learning_rate=LAST_RATE * state.settings.learning_rate,
    )
    last = Run(network, settings)
    with_progress(last, _examples(mnist.training, drawings, seed + 1, MNIST_TIMES[1]), mnist.validation)
    network = last.result()
    cool(network, found.temperature)
    facts["second_course_steps"] = last.step
    return Trained(network, curves, facts)


def _examples(training: Examples, drawings: list[Drawing], seed: int, times: int) -> Examples:
    """Return MNIST's examples, each `times`, and those made from drawings and by rule, shuffled by `seed`."""
    print("Inking drawings ...", flush=True)
    pictures, labels = training_examples(drawings, seed)
    order = np.random.default_rng(seed).permutation(len(pictures) + times * len(training[0]))
    print(f"{len(training[0]):,} images of MNIST, {len(pictures):,} made from {len(drawings):,} drawings and rules")
    return (
        np.concatenate([*times * [training[0]], pictures])[order],
        np.concatenate([*times * [training[1]], labels])[order],
    )


def _in_words(drawings: list[Drawing], files: str) -> str:
    return f"; {len(drawings):,} drawings ({files}); habits and negatives by rule"
