"""Checkpoints: the complete state of a training run in one file; a resumed run ends as an uninterrupted one does."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict
from typing import Any

from cnn import container
from cnn.architectures import to_list
from cnn.settings import Settings
from cnn.training import RECENT, Run
from cnn.weights import assemble

FORMAT = "digitscope checkpoint 1"

CheckpointError = container.FileError


def to_bytes(run: Run, **facts: Any) -> bytes:
    """Serialise a run between two steps; `facts` (plain JSON values) are added to the header."""
    optimizer = run.optimizer.state()
    header = {
        "format": FORMAT,
        **facts,
        "layers": to_list(run.network),
        "settings": asdict(run.settings),
        "step": run.step,
        "seconds": run.seconds,
        "epoch_loss": run.epoch_loss,
        "epoch_right": run.epoch_right,
        "recent": list(run.recent),
        "optimizer_steps": optimizer["steps"],
        "memories": list(optimizer["memory"]),
    }
    groups = {"network": run.network.params | run.network.state, "average": run.averages, **optimizer["memory"]}
    return container.pack(header, {f"{group}/{name}": a for group, of in groups.items() for name, a in of.items()})


def from_bytes(packed: bytes, name: str = "the checkpoint") -> Run:
    """Restore a run that `to_bytes` serialised, ready for `fit`; `name` is what error messages call the file.

    Raises CheckpointError with a message of one sentence.
    """
    header, arrays = container.unpack(packed, name, FORMAT)
    groups: dict[str, container.Arrays] = {"network": {}, "average": {}}
    for key, array in arrays.items():
        group, _, own = key.partition("/")
        groups.setdefault(group, {})[own] = array
    try:
        run = Run(assemble(header["layers"], groups["network"]), Settings(**header["settings"]))
        run.averages = groups["average"]
        run.step, run.seconds = int(header["step"]), float(header["seconds"])
        run.epoch_loss, run.epoch_right = float(header["epoch_loss"]), float(header["epoch_right"])
        run.recent = deque(map(float, header["recent"]), maxlen=RECENT)
        memory = {kept: groups.get(kept, {}) for kept in header["memories"]}
        run.optimizer.restore({"steps": header["optimizer_steps"], "memory": memory})
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError, RecursionError) as error:
        raise CheckpointError(f"{name} does not hold together: {container.sentence(error)}") from error
    return run
