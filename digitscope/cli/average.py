"""digitscope average: the mean of the weights of networks that were tuned from the same one.

Such a mean reads new people better than any of its parts and costs nothing while reading (Wortsman et al., "Model
soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time", 2022).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from cnn import weights
from cnn.architectures import to_list
from cnn.network import CNN
from digitscope.cli.common import CommandError, load_mnist, load_network, save_network

OF_ONE_NETWORK = ("format", "layers", "temperature", "refuse_above", "least_probabilities", "calibrated_on")
"""What a header says that is no longer true of a mean."""


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("average", help="the mean of some networks", description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", metavar="WEIGHTS", help="files of networks with equal layers")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="weights file to write, uncalibrated")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Average and write; the header is the first file's."""
    loaded = [load_network(path) for path in options.weights]
    network, header = loaded[0]
    for path, (other, _) in zip(options.weights, loaded, strict=True):
        if to_list(other) != to_list(network):
            raise CommandError(f"{path} has other layers than {options.weights[0]}: only equal ones have a mean.")
    mean = averaged([other for other, _ in loaded])
    validation = load_mnist().validation
    _, loss, accuracy = mean.forward(*validation)
    facts: dict[str, Any] = {key: value for key, value in header.items() if key not in OF_ONE_NETWORK}
    facts |= {
        "averaged": [
            f"{path.name}, seed {one.get('seed')}" for path, (_, one) in zip(options.weights, loaded, strict=True)
        ],
        "validation_images": len(validation[0]),
        "validation_accuracy": accuracy,
        "validation_loss": loss,
    }
    save_network(options.out, mean, facts)
    print(f"Weights: {options.out}, the mean of {len(loaded)}; validation accuracy {accuracy:.4f}")
    return 0


def averaged(networks: list[CNN]) -> CNN:
    """Return a network whose weights and statistics are the mean of theirs, which have equal layers."""
    mean = weights.assemble(to_list(networks[0]), networks[0].params | networks[0].state)
    every = [network.params | network.state for network in networks]
    mean.set_arrays({name: np.mean([arrays[name] for arrays in every], axis=0) for name in every[0]})
    return mean
