"""Embedding: the input of a network's last layer as a feature vector, projected to two dimensions, with neighbours.

Pictures whose feature vectors are close are similar to the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from math import prod

import numpy as np

from cnn.network import CNN

Array = np.ndarray


def last_features(network: CNN, pictures: Array) -> Array:
    """Return the last layer's inputs (n, K) float32 for pictures (n, 28, 28); maps are flattened.

    Raises ShapeError or ValueError like `CNN.scaled`.
    """
    outputs = network.outputs(pictures, stop=-1)
    return np.ascontiguousarray(outputs.reshape(prod(outputs.shape[:-1]), -1).T)


@dataclass(frozen=True)
class Projection:
    """Linear projection of feature vectors to the plane of their first two principal components."""

    mean: Array
    """(K,)"""
    axes: Array
    """(2, K), orthonormal."""
    explained_variance_ratio: float
    """Share of the total variance that the two components hold, 0 to 1."""

    def project(self, features: Array) -> Array:
        """Project features (n, K) to positions (n, 2)."""
        return (features - self.mean) @ self.axes.T


def principal_components(features: Array) -> Projection:
    """Fit the projection to features (n, K), by eigendecomposition of their covariance.

    Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """
    mean = features.mean(axis=0)
    rest = (features - mean).astype(np.float64)
    # The K x K covariance has the same axes as the n x K features, and is much smaller for many pictures.
    values, vectors = np.linalg.eigh(rest.T @ rest)
    axes = vectors[:, ::-1][:, :2].T
    # The sign of an axis is arbitrary. Its largest entry is made positive, so that the layout is reproducible.
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    return Projection(mean, axes, float(values[-2:].sum() / (values.sum() or 1)))


def nearest_neighbours(features: Array, own: Array, most: int) -> tuple[Array, Array]:
    """Return indices (most,) and distances (most,) of the features (n, K) nearest to `own` (K,), nearest first.

    Vectors are scaled to length 1 first, so only their directions count: cosine similarity.
    """
    away = np.linalg.norm(_unit(features) - _unit(own[None]), axis=1)
    order = np.argsort(away, kind="stable")[:most]
    return order, away[order]


def interpolated_position(places: Array, order: Array, away: Array) -> Array:
    """Place a new point among known ones: return the mean position (2,) of its neighbours.

    `places` (n, 2) are the known positions, `order` (m,) and `away` (m,) the neighbours' indices and distances from
    `nearest_neighbours`. Weights are inverse distances.
    """
    weights = 1 / (away.astype(np.float64) + 1e-6)
    return (weights[:, None] * places[order]).sum(axis=0) / weights.sum()


def _unit(features: Array) -> Array:
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def fingerprint(network: CNN) -> str:
    """Return a hash (32 hexadecimal digits) of all parameters and running statistics."""
    digest = md5(usedforsecurity=False)
    for name, array in (network.params | network.state).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
