"""The fast engine: data parallelism over two threads, on blocks whose buffers are allocated once.

Each thread takes half of the batch, with BLAS limited to one thread. That is faster than BLAS on two threads, because
the many small array operations between the matrix products run in parallel as well. The threads wait for each other
only where batch normalisation needs sums over the whole batch.

Results are reproducible for a seed, but not equal to the plain engine's bit by bit: sums are taken in another order,
and each half draws its own random numbers for Dropout and augmentation.
"""

from __future__ import annotations

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.fast.plan import Plan, plan
from cnn.fast.predictor import BatchPredictor
from cnn.fast.shard import Shard
from cnn.fast.workers import SMALLEST, WORKERS, Workers
from cnn.layers import softmax
from cnn.losses import cross_entropy_logits_derivative, one_hot
from cnn.network import CNN, Step
from cnn.training import Augment, PlainEngine

Array = np.ndarray


class FastEngine:
    """An `Engine` for networks that `plan` can divide into blocks; others are passed to the plain engine.

    Use one engine per run: its buffers are not thread-safe.
    """

    def __init__(self) -> None:
        self.workers = Workers()
        self.plain = PlainEngine()
        self.network: CNN | None = None
        self.plan: Plan | None = None
        self.shards: dict[tuple[int, int], Shard] = {}

    def gradients(
        self, network: CNN, pictures: Array, labels: Array, seeds: list[int], augment: Augment | None
    ) -> Step:
        """See `cnn.training.Engine`."""
        if self.network is not network:
            self.network, self.plan, self.shards = network, plan(network), {}
        n = len(pictures)
        if self.plan is None or pictures.dtype != np.uint8 or n < WORKERS * SMALLEST:
            return self.plain.gradients(network, pictures, labels, seeds, augment)
        all_reduce = AllReduce(WORKERS)
        bounds = [n * worker // WORKERS for worker in range(WORKERS + 1)]

        def work(worker: int) -> tuple[dict[str, Array], Array, Array]:
            part = slice(bounds[worker], bounds[worker + 1])
            rng = np.random.default_rng([*seeds, worker])
            shown = augment(pictures[part], rng) if augment else pictures[part]
            shard = self._shard(worker, len(shown))
            truth = one_hot(labels[part], network.output_shape[0], np.float32)
            probabilities = softmax(shard.scores(shown, worker, all_reduce, rng))
            # Rescaled from the mean over this half to the mean over the batch.
            dlogits = cross_entropy_logits_derivative(truth, probabilities) * np.float32(len(shown) / n)
            return shard.backward(dlogits, worker, all_reduce), probabilities, truth

        halves = self.workers.all(work, all_reduce)
        gradients = halves[0][0]
        for other, _, _ in halves[1:]:
            for name, gradient in gradients.items():
                gradient += other[name]
        probabilities, truth = (np.concatenate([half[i] for half in halves], axis=1) for i in (1, 2))
        return Step(
            loss=network.loss(truth, probabilities),
            accuracy=float((probabilities.argmax(axis=0) == labels).mean()),
            gradients=gradients,
            statistics=self._shard(0, bounds[1]).statistics,
        )

    def predict(self, network: CNN, pictures: Array) -> Array:
        """See `cnn.training.Engine`."""
        return BatchPredictor(network, self.workers).predict(pictures)

    def _shard(self, worker: int, n: int) -> Shard:
        assert self.plan is not None
        assert self.network is not None
        if (worker, n) not in self.shards:
            self.shards[worker, n] = Shard(self.plan, self.network, n, learns=True)
        return self.shards[worker, n]
