"""The landscape: many pictures in two dimensions by the network's last features, and who is whose neighbour there.

The last features are what the last layer weighs: pictures that lie close together there are alike to the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5

import numpy as np

from cnn.network import CHUNK, CNN

Array = np.ndarray


def last_features(network: CNN, pictures: Array) -> Array:
    """(n, K) float32: what enters the last layer, for pictures (n, 28, 28); maps one behind the other."""
    found = []
    for start in range(0, len(pictures), CHUNK):
        x = network.scaled(pictures[start : start + CHUNK])
        for _, layer in network.layers[:-1]:
            x, _ = layer.forward(x)
        found.append(x.reshape(-1, x.shape[-1]).T)
    return np.concatenate(found) if found else np.empty((0, 0), np.float32)


@dataclass(frozen=True)
class Projection:
    """The plane through many features on which they lie furthest apart: their two principal components.

    Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """

    mean: Array
    """(K,)"""
    axes: Array
    """(2, K), at right angles, each of length 1."""
    explained_variance_ratio: float
    """How much of all variance lies in the plane, 0 to 1."""

    def project(self, features: Array) -> Array:
        """Features (n, K) -> their places on the plane (n, 2)."""
        return (features - self.mean) @ self.axes.T


def principal_components(features: Array) -> Projection:
    """The plane of the features (n, K), by the singular value decomposition of what is left beside their mean."""
    mean = features.mean(axis=0)
    rest = (features - mean).astype(np.float64)
    # K x K is much smaller than n x K when there are many pictures: the covariance has the same axes.
    values, vectors = np.linalg.eigh(rest.T @ rest)
    axes = vectors[:, ::-1][:, :2].T
    # The sign of an axis means nothing: the largest entry is made positive, so that a picture stays as it is.
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    return Projection(mean, axes, float(values[-2:].sum() / (values.sum() or 1)))


def nearest_neighbours(features: Array, own: Array, most: int) -> tuple[Array, Array]:
    """The nearest `most` of the features (n, K) to `own` (K,): their numbers, nearest first, and distances.

    Both are scaled to length 1 before: the direction of a feature vector says what, its length how strongly.
    """
    away = np.linalg.norm(_unit(features) - _unit(own[None]), axis=1)
    order = np.argsort(away, kind="stable")[:most]
    return order, away[order]


def interpolated_position(places: Array, order: Array, away: Array) -> Array:
    """A place (2,) for what is not on a map (n, 2) yet: the mean of its neighbours', the nearer the heavier."""
    weights = 1 / (away.astype(np.float64) + 1e-6)
    return (weights[:, None] * places[order]).sum(axis=0) / weights.sum()


def _unit(features: Array) -> Array:
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def fingerprint(network: CNN) -> str:
    """A short text that is another one as soon as any of the network's numbers is."""
    digest = md5(usedforsecurity=False)
    for name, array in (network.params | network.state).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
