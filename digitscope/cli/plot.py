"""Pictures that commands write: learning curves, and the worst mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnn.container import FileError
from cnn.training import EpochDone, StepDone
from cnn.verdict import Verdict
from digitscope.recognition.measure import Evaluation

ENDINGS = (".png", ".svg", ".pdf")


def plot_curves(path: Path, curves: tuple[list[StepDone], list[EpochDone]]) -> None:
    """Plot the run's steps (faint), their running mean, and each epoch's validation. Raises FileError."""
    import matplotlib  # here, because it loads slowly and only --plot needs it

    matplotlib.use("Agg")
    from matplotlib import pyplot

    steps, epochs = curves
    where = np.array([step.step for step in steps])
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axes, name in ((left, "loss"), (right, "accuracy")):
        values = np.array([getattr(step, name) for step in steps])
        axes.plot(where, values, color="#2f5dff", alpha=0.15, linewidth=0.8)
        axes.plot(where, running_mean(values, max(1, min(100, len(values) // 10))), color="#2f5dff", label="training")
        if epochs:
            measured = [getattr(epoch, f"validation_{name}") for epoch in epochs]
            axes.plot(
                [epoch.step for epoch in epochs], measured, "o-", markersize=3, color="#c2540d", label="validation"
            )
        axes.set_xlabel("steps")
        axes.set_title(name.capitalize())
        axes.grid(alpha=0.25)
        axes.legend()
    left.set_yscale("log")
    right.set_ylim(top=1.005)
    _save(path, figure)


MISTAKES = 20


def plot_mistakes(path: Path, pictures: np.ndarray, verdict: Verdict, result: Evaluation) -> None:
    """Show the misread pictures (n, 28, 28) whose true digit got the least probability. Raises FileError."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    own = verdict.probabilities[np.arange(len(result.labels)), result.labels] * (1 - verdict.nothing)
    wrong = np.flatnonzero(result.predicted != result.labels)
    worst = wrong[np.argsort(own[wrong], kind="stable")][:MISTAKES]
    figure, grid = pyplot.subplots(4, 5, figsize=(8, 8), layout="constrained")
    for axes in grid.flat:
        axes.axis("off")
    for axes, place in zip(grid.flat, worst, strict=False):
        axes.imshow(pictures[place], cmap="gray_r", vmin=0, vmax=255)
        digit = int(result.predicted[place])
        sure = float(verdict.nothing[place] if digit < 0 else verdict.probabilities[place, digit])
        said = "refused" if digit < 0 else f"as {digit}"
        axes.set_title(f"{place}: {result.labels[place]} {said}, {sure:.0%}", fontsize=9)
    figure.suptitle(f"{len(worst)} worst of {len(wrong):,} mistakes in {len(result.labels):,}")
    _save(path, figure)


def _save(path: Path, figure: Any) -> None:
    from matplotlib import pyplot

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise FileError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        pyplot.close(figure)


def running_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of each value and up to `window - 1` values before it: (n,) -> (n,)."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
