"""The notebook's network as the notebook computes it: one image at a time, a Python loop over every pixel.

Written anew, in the notebook's manner, to be measured against; nothing else uses it.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray


class LoopNetwork:
    """Convolution with 8 filters, pooling, softmax, on one picture (28, 28) of floats."""

    def __init__(self, kernels: Array, weights: Array) -> None:
        """`kernels` (F, 3, 3) and `weights` (10, F 13 13), as our network has them; no biases at first."""
        self.kernels = kernels.astype(float)
        filters = len(kernels)
        # The notebook flattens (13, 13, F).
        self.weights = weights.reshape(10, filters, 13, 13).transpose(2, 3, 1, 0).reshape(-1, 10).astype(float)
        self.biases = np.zeros(10)

    def forward(self, picture: Array) -> Array:
        """Ten probabilities; keeps what `backward` needs."""
        filters = len(self.kernels)
        self.picture = picture
        self.maps = np.zeros((26, 26, filters))
        for i in range(26):
            for j in range(26):
                self.maps[i, j] = np.sum(picture[i : i + 3, j : j + 3] * self.kernels, axis=(1, 2))
        self.pooled = np.zeros((13, 13, filters))
        for i in range(13):
            for j in range(13):
                self.pooled[i, j] = np.amax(self.maps[2 * i : 2 * i + 2, 2 * j : 2 * j + 2], axis=(0, 1))
        scores = np.dot(self.pooled.flatten(), self.weights) + self.biases
        powers = np.exp(scores)
        self.probabilities = powers / np.sum(powers)
        return self.probabilities

    def train(self, picture: Array, label: int, rate: float) -> None:
        """One step of stochastic gradient descent."""
        gradient = self.forward(picture).copy()
        gradient[label] -= 1
        flat = self.pooled.flatten()
        back = (self.weights @ gradient).reshape(self.pooled.shape)
        self.weights -= rate * flat[np.newaxis].T @ gradient[np.newaxis]
        self.biases -= rate * gradient
        maps = np.zeros(self.maps.shape)
        filters = self.maps.shape[2]
        for i in range(13):
            for j in range(13):
                square = self.maps[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                largest = np.amax(square, axis=(0, 1))
                for y in range(2):
                    for x in range(2):
                        for f in range(filters):
                            if square[y, x, f] == largest[f]:
                                maps[2 * i + y, 2 * j + x, f] = back[i, j, f]
        found = np.zeros(self.kernels.shape)
        for i in range(26):
            for j in range(26):
                for f in range(filters):
                    found[f] += maps[i, j, f] * self.picture[i : i + 3, j : j + 3]
        self.kernels -= rate * found
