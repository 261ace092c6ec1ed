"""All numbers of a pass as a file, for those who want to compute on."""

from __future__ import annotations

import io

import numpy as np

from cnn.explain import Activations


def numbers_file(activations: Activations) -> bytes:
    """Return the picture, each layer's values by its name, and each parameter and statistic by its name, as .npz."""
    buffer = io.BytesIO()
    values = dict(zip(activations.names, activations.values, strict=True))
    network = activations.network
    arrays = {"picture": activations.picture, **values, **network.params, **network.state}
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()
