"""The two courses of the shipped network: first without some writers, who calibrate it; then a shorter one with all.

What was never seen is needed twice: to make probabilities honest and to show how well new people are read. Only then
may it be learned from too: a shorter course, from half the learning rate down again, takes it in (a warm restart:
Loshchilov and Hutter 2016, arXiv:1608.03983).
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
from digitscope.digits.synthesis.training_set import lesson

HELD_OUT = ("25", "26", "27", "28", "29", "30", "apb")
"""Of the pen data that README names: the last writers of one collection, and one laboratory of the other."""
MNIST_TIMES = (2, 3)
"""How often an epoch of each course shows each MNIST image, warped anew.

In the first course half of what is seen should be pictures that people wrote; in the second, that takes people's
drawings in which are like those that it knows, MNIST's share is larger: it is what is easily lost.
"""
LAST_SHARE, LAST_RATE = 0.375, 0.5
"""The second course: its epochs and its learning rate, as shares of the first one's."""


@dataclass(frozen=True)
class Pupil:
    """What came of the courses."""

    network: CNN
    curves: Curves
    """Of the first course."""
    facts: dict[str, Any]
    """For the header: the data in words; temperature, threshold and what they were measured on."""


def teach(
    state: Run,
    mnist: Mnist,
    drawings: list[Drawing],
    files: str,
    held_out: list[str] | None,
    keep: Path | None,
    held_out_weights: Path | None,
) -> Pupil:
    """Train `state` on MNIST and what `digits.lessons` makes of the drawings, which stand in `files`.

    `held_out` names the writers of the drawings that the first course leaves out (None: HELD_OUT, as far as they are
    there). Without them there is no calibration and no second course. Raises CommandError and FileError.
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
        return Pupil(network, curves, facts)
    source = f"{files} ({', '.join(absent)})"
    found = calibration(network, others, mnist.validation)
    facts |= found.facts | {"calibrated_on": f"MNIST's validation images; {source}"}
    if held_out_weights is not None:
        never_saw = state.result()
        cool(never_saw, found.temperature)
        words = _in_words(known, f"{files} without {', '.join(absent)}")
        save(held_out_weights, never_saw, state, mnist.validation, **facts | {"data": words})
    print("The second course, with all drawings")
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
    return Pupil(network, curves, facts)


def _examples(training: Examples, drawings: list[Drawing], seed: int, times: int) -> Examples:
    """MNIST's examples, each `times`, and those made from drawings and by rule, in an order that `seed` decides."""
    print("Inking drawings ...", flush=True)
    pictures, labels = lesson(drawings, seed)
    order = np.random.default_rng(seed).permutation(len(pictures) + times * len(training[0]))
    print(f"{len(training[0]):,} images of MNIST, {len(pictures):,} made from {len(drawings):,} drawings and rules")
    return (
        np.concatenate([*times * [training[0]], pictures])[order],
        np.concatenate([*times * [training[1]], labels])[order],
    )


def _in_words(drawings: list[Drawing], files: str) -> str:
    return f"; {len(drawings):,} drawings ({files}); habits and nonsense by rule"
