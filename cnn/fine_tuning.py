"""Teach a copy of a network one hand: its last layers learn from a few drawings, mixed with what it must not forget.

The convolutions stay as they are, so each picture goes through them once, and what is learned from is their output:
that makes an adaptation a matter of seconds (feature reuse, as in Yosinski, Clune, Bengio and Lipson, "How
transferable are features in deep neural networks?", 2014). Old examples among the new ones keep the old answers
(rehearsal: Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", 1995).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import ceil

import numpy as np

from cnn.layers import FullyConnected, Layer, Softmax
from cnn.losses import cross_entropy, cross_entropy_logits_derivative, one_hot
from cnn.network import CHUNK, CNN
from cnn.optimizers import Adam

Array = np.ndarray
Examples = tuple[Array, Array]
"""Pictures (n, 28, 28) uint8 and labels (n,)."""

EPOCHS = 8
BATCH = 64
RATE = 0.0015
"""Adam's first rate; it falls in a straight line to a tenth."""


@dataclass(frozen=True)
class FineTuneStep:
    """One batch was learned from."""

    progress: float
    """0 to 1."""
    loss: float


def fine_tune(network: CNN, own: Examples, old: Examples, rng: np.random.Generator) -> Iterator[FineTuneStep | CNN]:
    """Yield a FineTuneStep a batch, at last the adapted copy; `network` itself stays as it is.

    `own` are pictures of the hand to be learned, `old` those that keep what was known: all are seen EPOCHS times, in
    an order drawn from `rng`. Normalisation keeps its running statistics. Raises ValueError if there is nothing to
    learn from, or the network does not end with dense layers, and ShapeError for pictures that do not fit.
    """
    copy = deepcopy(network)
    place = first_dense(copy)
    labels = copy.check(np.concatenate([own[0], old[0]]), np.concatenate([own[1], old[1]]))
    x = features(copy, np.concatenate([own[0], old[0]]), place)
    tail = copy.layers[place:]
    optimizer = Adam(RATE)
    params = {f"{name}.{key}": array for name, layer in tail for key, array in layer.params.items()}
    batches = ceil(len(labels) / BATCH)
    for step in range(EPOCHS * batches):
        if step % batches == 0:
            order = rng.permutation(len(labels))
        chosen = order[step % batches * BATCH :][:BATCH]
        progress = step / (EPOCHS * batches)
        optimizer.lr = RATE * (1 - 0.9 * progress)
        loss, gradients = _gradients(tail, x[..., chosen], labels[chosen])
        optimizer.step(params, gradients)
        yield FineTuneStep(progress, loss)
    yield copy


def first_dense(network: CNN) -> int:
    """Where the last layers begin: the place of the first dense one. Raises ValueError if none leads to a Softmax."""
    places = [i for i, (_, layer) in enumerate(network.layers) if isinstance(layer, FullyConnected)]
    if not places or not isinstance(network.layers[-1][1], Softmax):
        raise ValueError("Only a network that ends with dense layers and Softmax can learn a hand.")
    return places[0]


def features(network: CNN, pictures: Array, place: int) -> Array:
    """What reaches the layer at `place` for pictures (n, 28, 28): (C, H, W, n) or (K, n), outside training."""
    parts = []
    for start in range(0, len(pictures), CHUNK):
        x = network.scaled(pictures[start : start + CHUNK])
        for _, layer in network.layers[:place]:
            x, _ = layer.forward(x)
        parts.append(x)
    return np.concatenate(parts, axis=-1)


def _gradients(tail: list[tuple[str, Layer]], x: Array, labels: Array) -> tuple[float, dict[str, Array]]:
    """Loss and the gradients of the last layers' parameters on one batch of features (..., N)."""
    caches = []
    for _, layer in tail:
        # As outside training: five drawings are too few to measure normalisation's statistics anew.
        x, cache = layer.forward(x)
        caches.append(cache)
    truth = one_hot(labels, len(x), x.dtype)
    gradients: dict[str, Array] = {}
    last = tail[-1][1]
    assert isinstance(last, Softmax)
    dy, own = last.backward_from_logits(cross_entropy_logits_derivative(truth, x), caches[-1])
    gradients |= {f"{tail[-1][0]}.{key}": array for key, array in own.items()}
    for (name, layer), cache in zip(tail[-2::-1], caches[-2::-1], strict=True):
        dy, own = layer.backward(dy, cache)
        gradients |= {f"{name}.{key}": array for key, array in own.items()}
    return cross_entropy(truth, x), gradients
