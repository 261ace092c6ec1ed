"""Fine-tuning: adapt the dense layers of a copy of a network to one writer's digits.

The convolutions are frozen, so each picture passes through them only once and training runs on their output: a few
seconds are enough (feature reuse; Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep neural
networks?", 2014, arXiv:1411.1792). Known examples are mixed with the writer's, so that the network does not forget
other handwriting (rehearsal; Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7,
1995).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import ceil

import numpy as np

from cnn.layers import FullyConnected, Softmax
from cnn.losses import one_hot
from cnn.network import CNN
from cnn.optimizers import Adam

Array = np.ndarray
Examples = tuple[Array, Array]
"""Pictures (n, 28, 28) uint8 and labels (n,)."""

EPOCHS = 8
BATCH = 64
RATE = 0.0015
"""Adam's learning rate at the start; it falls linearly to a tenth."""


@dataclass(frozen=True)
class FineTuneStep:
    """Progress after one batch."""

    progress: float
    """Share of the batches that came before this one, 0 to 1."""
    loss: float
    """Mean over the batch, before the step."""


def fine_tune(
    network: CNN, writer: Examples, rehearsal: Examples, rng: np.random.Generator
) -> Iterator[FineTuneStep | CNN]:
    """Train the dense layers of a copy of `network`: yield a FineTuneStep per batch and finally the copy.

    `writer` are the examples to adapt to, `rehearsal` examples of other handwriting. All are seen EPOCHS times, in an
    order drawn from `rng`. `network` itself does not change; nor do the running statistics of batch normalisation in
    the copy. Raises ValueError if there are no examples or the network does not end with dense layers and Softmax,
    ShapeError for pictures that do not fit.
    """
    copy = deepcopy(network)
    start = first_dense(copy)
    pictures = np.concatenate([writer[0], rehearsal[0]])
    labels = copy.check(pictures, np.concatenate([writer[1], rehearsal[1]]))
    features = copy.outputs(pictures, stop=start)
    params = {f"{name}.{key}": array for name, layer in copy.layers[start:] for key, array in layer.params.items()}
    optimizer = Adam(RATE)
    batches = ceil(len(labels) / BATCH)
    for step in range(EPOCHS * batches):
        if step % batches == 0:
            order = rng.permutation(len(labels))
        chosen = order[step % batches * BATCH :][:BATCH]
        progress = step / (EPOCHS * batches)
        optimizer.lr = RATE * (1 - 0.9 * progress)
        loss, gradients = _gradients(copy, start, features[..., chosen], labels[chosen])
        optimizer.step(params, gradients)
        yield FineTuneStep(progress, loss)
    yield copy


def first_dense(network: CNN) -> int:
    """Return the index of the first dense layer. Raises ValueError if the network does not end with Softmax."""
    indices = [i for i, (_, layer) in enumerate(network.layers) if isinstance(layer, FullyConnected)]
    if not indices or not isinstance(network.layers[-1][1], Softmax):
        raise ValueError("Only a network that ends with dense layers and Softmax can be fine-tuned.")
    return indices[0]


def _gradients(network: CNN, start: int, x: Array, labels: Array) -> tuple[float, dict[str, Array]]:
    """Return the mean loss and the gradients, by full name, of the layers from `start` on.

    `x` (..., N) is the input of layer `start`, `labels` (N,).
    """
    # Not in training mode: a handful of drawings is too few to measure batch statistics.
    passed = list(network.passes(x, start=start))
    probabilities = passed[-1].output
    truth = one_hot(labels, len(probabilities), probabilities.dtype)
    back = network.backward(passed, *network.loss_gradient(truth, probabilities))
    gradients = {name: gradient for one in back for name, gradient in one.gradients.items()}
    return network.loss(truth, probabilities), gradients
