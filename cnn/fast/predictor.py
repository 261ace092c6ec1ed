"""Batch inference: a frozen copy of a network, with batch normalisation folded into the kernels, on two threads."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from cnn.fast.plan import plan
from cnn.fast.shard import Shard
from cnn.fast.workers import SMALLEST, WORKERS, Workers
from cnn.layers import softmax
from cnn.network import CNN

Array = np.ndarray

CHUNK = 32
"""Pictures per forward pass of a worker: few enough for the activations to stay in the cache."""


class BatchPredictor:
    """Predictions of a network as it was when this object was made; later training has no effect.

    Not for use by two threads at once: its buffers are shared.
    """

    def __init__(self, network: CNN, workers: Workers | None = None) -> None:
        self.network = deepcopy(network)
        self.plan = plan(self.network)
        self.workers = workers or Workers()
        self.shards: dict[tuple[int, int], Shard] = {}

    def predict(self, pictures: Array) -> Array:
        """Return probabilities (n, K) float32 for `pictures` (n, 28, 28), as `CNN.predict_output` does.

        Raises ShapeError or ValueError like `CNN.scaled`.
        """
        pictures = np.asarray(pictures)
        if self.plan is None or pictures.dtype != np.uint8 or len(pictures) < WORKERS * SMALLEST:
            return self.network.predict_output(pictures)
        self.network.scaled(pictures[:1])
        chunk = min(CHUNK, -(-len(pictures) // WORKERS))
        starts = range(0, len(pictures), chunk)
        probabilities = np.empty((len(pictures), *self.network.output_shape), np.float32)

        def work(worker: int) -> None:
            for start in starts[worker::WORKERS]:
                part = slice(start, min(start + chunk, len(pictures)))
                probabilities[part] = softmax(self._shard(worker, part.stop - part.start).scores(pictures[part])).T

        self.workers.all(work)
        return probabilities

    def _shard(self, worker: int, n: int) -> Shard:
        assert self.plan is not None
        if (worker, n) not in self.shards:
            self.shards[worker, n] = Shard(self.plan, self.network, n, learns=False)
        return self.shards[worker, n]
