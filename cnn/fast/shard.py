"""Shard: one worker's blocks and buffers, and the forward and backward pass of its part of a batch."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.fast.convolution import ConvBlock
from cnn.fast.dense import DenseBlock
from cnn.fast.normalise import Normaliser
from cnn.fast.plan import Group, Plan
from cnn.fast.scratch import Scratch
from cnn.layers import FullyConnected
from cnn.network import CNN

Array = np.ndarray


class Shard:
    """The blocks of a planned network for `n` pictures at a time. One thread at a time may use it."""

    def __init__(self, groups: Plan, network: CNN, n: int, learns: bool) -> None:
        """Allocate all buffers. Without `learns`, freeze the present parameters for inference."""
        channels, height, width = network.input_shape
        self.x = np.empty((height, width, channels, n), np.float32)
        self.convolutions: list[ConvBlock] = []
        scratch = Scratch()
        x = self.x
        for i, group in enumerate(groups.convolutions):
            block = ConvBlock(group, _normaliser(group), x, i == 0, learns, scratch)
            self.convolutions.append(block)
            x = block.y
        self.dense = [
            DenseBlock(
                group.name,
                cast(FullyConnected, group.layer),
                _normaliser(group),
                group.relu,
                group.dropout,
                maps=i == 0,
            )
            for i, group in enumerate(groups.dense)
        ]
        if not learns:
            for block in self.convolutions:
                block.freeze()

    def scores(
        self,
        pictures: Array,
        worker: int = 0,
        all_reduce: AllReduce | None = None,
        rng: np.random.Generator | None = None,
    ) -> Array:
        """Return the logits (K, n) for pictures (n, 28, 28) uint8. Without `all_reduce`, run in inference mode."""
        np.multiply(pictures.transpose(1, 2, 0), np.float32(1 / 255), out=self.x[:, :, 0])
        self.x -= np.float32(0.5)
        x = self.x
        for block in self.convolutions:
            x = block.forward(worker, all_reduce)
        for layer in self.dense:
            x = layer.forward(x, worker, all_reduce, rng)
        return x

    def backward(self, dlogits: Array, worker: int, all_reduce: AllReduce) -> dict[str, Array]:
        """Return all parameters' gradients by full name, from the gradient of the logits (K, n)."""
        grads: dict[str, Array] = {}
        dy: Any = dlogits
        for layer in reversed(self.dense):
            dy, own = layer.backward(dy, worker, all_reduce)
            grads |= own
        for block in reversed(self.convolutions):
            dy, own = block.backward(dy, worker, all_reduce)
            grads |= own
        return grads

    @property
    def statistics(self) -> dict[str, dict[str, Array]]:
        """Mean and variance of the last batch, each (C,), for each BatchNorm layer by name."""
        norms = [*(block.norm for block in self.convolutions), *(layer.norm for layer in self.dense)]
        return {norm.name: norm.statistics for norm in norms if norm is not None}


def _normaliser(group: Group) -> Normaliser | None:
    return Normaliser(*group.norm) if group.norm else None
