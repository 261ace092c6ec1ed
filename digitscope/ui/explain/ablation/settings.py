"""What a visitor changed in a copy of the network: filters off, noise on the weights, another temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnn.explain import Activations
from cnn.explain.ablation import ablated
from cnn.layers import Conv3x3, FullyConnected, Softmax
from cnn.network import CNN


@dataclass(frozen=True)
class Ablation:
    """The changes: filters or values that are off, by layer, the noise's size and the softmax's temperature."""

    off: dict[str, list[int]]
    noise: float = 0.0
    temperature: float = 1.0

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same changes: results that depend on them are kept under it."""
        return *((name, *filters) for name, filters in self.off.items() if filters), self.noise, self.temperature

    def applied(self, network: CNN) -> CNN:
        """Return the changed copy of a network."""
        # The same noise for the same size: only what the visitor changes makes a difference.
        return ablated(network, self.off, self.noise, self.temperature, np.random.default_rng(1))


def layers_with_filters(network: CNN) -> list[str]:
    """Name the layers whose filters, or values, can be switched off: all with weights but the last."""
    return [name for name, layer in network.layers[:-1] if isinstance(layer, (Conv3x3, FullyConnected))]


def has_temperature(network: CNN) -> bool:
    """Whether the network ends in a softmax, whose scores a temperature can divide."""
    return isinstance(network.layers[-1][1], Softmax)


def existing(off: dict[str, list[int]], activations: Activations) -> dict[str, list[int]]:
    """Return those of the filters in `off` that this network has: it may have been another one's."""
    counts = {
        name: len(activations.values[activations.names.index(name)])
        for name in layers_with_filters(activations.network)
    }
    return {
        name: [number for number in filters if number < counts[name]] for name, filters in off.items() if name in counts
    }
