"""Write a trained network to a weights file, with its origin and measured figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnn import weights
from cnn.architectures import name_of
from cnn.network import CNN
from cnn.training import Examples, Run
from digitscope.digits.preprocess import PREPROCESSING


def save(out: Path, network: CNN, run: Run, validation: Examples, **facts: Any) -> None:
    """Write `network`, as trained by `run`, to `out`; `facts` (JSON values) go into the header. Raises FileError."""
    _, loss, accuracy = network.forward(*validation)
    weights.save(
        out,
        network,
        architecture=name_of(network),
        preprocessing=PREPROCESSING,
        seed=run.settings.seed,
        settings=asdict(run.settings),
        steps=run.step,
        seconds=round(run.seconds),
        validation_images=len(validation[0]),
        validation_accuracy=accuracy,
        validation_loss=loss,
        **facts,
    )
    print(f"Weights: {out} ({out.stat().st_size / 2**20:.2f} MB)")
