"""python -m cnn calibrate: make a network's probabilities honest, and choose when it refuses or names two digits.

The temperature, the threshold and the bounds of the prediction sets come from drawings and images that the network did
not learn from; all are written into the weights file, the temperature as part of its last layer.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn.calibration import best_temperature, cool, expected_calibration_error, threshold, with_temperature
from cnn.conformal import ERROR, from_header, least_probabilities, prediction_sets, set_quality
from cnn.fast.predictor import BatchPredictor
from cnn.network import CNN
from cnn.test_time_augmentation import augmented_outputs, combine
from cnn.training import Examples
from cnn.verdict import judge
from digitscope.cli.common import CommandError, load_mnist, load_network, read_drawings, save_network
from digitscope.digits.preprocess import prepare_all
from digitscope.digits.strokes import Drawing

MOST_REFUSED = 0.003
"""The share of held-out digits that may be refused: a digit sent away annoys more than a letter that is let in."""


@dataclass(frozen=True)
class Calibration:
    """What the drawings of people that a network never saw tell about it."""

    temperature: float
    refuse_above: float
    least_probabilities: tuple[float, ...]
    """Ten bounds, one a digit: see `cnn.conformal`."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the weights file's header says of it."""
        return {
            "temperature": self.temperature,
            "refuse_above": self.refuse_above,
            "least_probabilities": list(self.least_probabilities),
        }


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("calibrate", help="honest probabilities", description=__doc__)
    parser.add_argument("weights", type=Path, metavar="WEIGHTS", help="file to measure and to change")
    parser.add_argument(
        "--strokes", type=Path, nargs="+", metavar="FILE", required=True, help="drawings it did not learn from"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="WRITER", help="of the drawings, only these writers'")
    parser.add_argument(
        "--like",
        type=Path,
        metavar="WEIGHTS",
        help="take temperature and prediction sets from this network, which never saw some writers that WEIGHTS has "
        "learned from; the drawings then choose the threshold alone",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, print before and after, write."""
    network, header = load_network(options.weights)
    if "temperature" in header:
        raise CommandError(f"{options.weights} is calibrated already (temperature {header['temperature']:.3f}).")
    drawings = [d for d in read_drawings(options.strokes, options.only) if d.label is not None]
    if not drawings:
        raise CommandError("There is no labelled digit in these files to calibrate on.")
    if options.like is not None:
        found, on = _like(options.like, network, drawings)
    else:
        found, on = calibration(network, drawings, load_mnist().validation), "MNIST's validation images; "
    cool(network, found.temperature)
    files = ", ".join(path.name for path in options.strokes)
    only = f" ({', '.join(options.only)})" if options.only else ""
    facts = {key: value for key, value in header.items() if key not in ("format", "layers")}
    facts |= found.facts | {"calibrated_on": f"{on}{files}{only}"}
    save_network(options.weights, network, facts)
    print(f"Weights: {options.weights}")
    return 0


def _like(path: Path, network: CNN, drawings: Sequence[Drawing]) -> tuple[Calibration, str]:
    """Give `network` the temperature and sets of the network at `path`, and a threshold by these drawings."""
    _, header = load_network(path)
    least = from_header(header)
    if "temperature" not in header or least is None:
        raise CommandError(f"{path} is not calibrated: there is nothing to take from it.")
    pictures, readable = prepare_all(drawing.strokes for drawing in drawings)
    outputs = augmented_outputs(BatchPredictor(network).predict, pictures[readable])
    nothing = judge(combine(with_temperature(outputs, header["temperature"]))).nothing
    bound = threshold(nothing, MOST_REFUSED)
    print(f"Temperature {header['temperature']:.3f} of {path}, refuses above {bound:.3f}")
    found = Calibration(header["temperature"], bound, tuple(least.tolist()))
    return found, f"temperature and sets: as {path.name}; threshold: "


def calibration(network: CNN, drawings: Sequence[Drawing], validation: Examples) -> Calibration:
    """Calibrate a network that saw neither these digits nor MNIST's validation images.

    The threshold follows from the drawings alone, temperature and prediction sets from both. Prints the expected
    calibration error on both, before and after.
    """
    drawn, readable = prepare_all(drawing.strokes for drawing in drawings)
    predict = BatchPredictor(network).predict
    images, labels = validation
    sets = {
        "MNIST validation": (augmented_outputs(predict, images), labels.astype(int)),
        "drawings": (
            augmented_outputs(predict, drawn[readable]),
            np.array([drawing.label for drawing in drawings], int)[readable],
        ),
    }
    outputs = np.concatenate([found for found, _ in sets.values()], axis=1)
    truth = np.concatenate([labels for _, labels in sets.values()])
    temperature = best_temperature(outputs, truth)
    for name, (found, labels) in sets.items():
        errors = []
        for cooled in (found, with_temperature(found, temperature)):
            said = judge(combine(cooled)).probabilities
            errors.append(expected_calibration_error(said.max(axis=1), said.argmax(axis=1) == labels))
        print(f"{name}, {len(labels):,}: expected calibration error {errors[0]:.4f} before, {errors[1]:.4f} after")
    nothing = judge(combine(with_temperature(sets["drawings"][0], temperature))).nothing
    bound = threshold(nothing, MOST_REFUSED)
    verdict = judge(combine(with_temperature(outputs, temperature)), bound)
    least = least_probabilities(verdict, truth)
    quality = set_quality(prediction_sets(verdict, least), truth)
    print(f"Temperature {temperature:.3f}, refuses above {bound:.3f}")
    print(
        f"Prediction sets for an error of {ERROR:.1%}: a digit belongs to one from "
        + ", ".join(f"{digit}: {bound:.4f}" for digit, bound in enumerate(least))
        + f"; here they have {quality.size:.4f} digits on average"
    )
    return Calibration(temperature, bound, tuple(least.tolist()))
