"""Networks that the tests of all explanations use."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnn import CNN, Adam
from cnn.architectures import ARCHITECTURES, stack
from cnn.layers import BatchNorm, Conv3x3, Dropout, Flatten, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from digitscope.digits.io import mnist


def free() -> list[Layer]:
    """Every kind of layer, in an unusual order."""
    return [
        *(ReLU(), Conv3x3(5), ReLU(), BatchNorm(), MaxPool2x2(), Dropout(0.2), Conv3x3(4), MaxPool2x2()),
        *(BatchNorm(), Flatten(), FullyConnected(12), ReLU(), Softmax(10)),
    ]


STACKS = {**ARCHITECTURES, "free": free}


def lived(name: str, seed: int = 3) -> CNN:
    """A network of that stack with random biases and statistics, as after training."""
    network = stack(STACKS[name](), seed)
    rng = np.random.default_rng(seed)
    for _, layer in network.layers:
        for key in ("bias", "shift"):
            if key in layer.params:
                layer.params[key] += 0.2 * rng.standard_normal(layer.params[key].shape).astype(np.float32)
        if "mean" in layer.state:
            layer.state["mean"] += 0.3 * rng.standard_normal(layer.state["mean"].shape).astype(np.float32)
            layer.state["variance"] += rng.random(layer.state["variance"].shape).astype(np.float32)
    return network


@lru_cache(maxsize=1)
def learned() -> CNN:
    """A small network that can read: right in nine of ten test images after a second of training."""
    pictures, labels = mnist.load().training
    network = stack([Conv3x3(8), MaxPool2x2(), ReLU(), Softmax(10)], seed=0)
    network.use_optimizer(Adam(0.01))
    for start in range(0, 6400, 64):
        network.train(pictures[start : start + 64], labels[start : start + 64])
    return network


def precise(network: CNN) -> CNN:
    """The same network in float64."""
    for _, layer in network.layers:
        for home in (layer.params, layer.state):
            for key, array in home.items():
                home[key] = array.astype(np.float64)
    return network
