"""The losses: how wrong a batch of answers is, as one number, and which way each answer should move.

Both take what should have come out first and what did come out second, as in the notebook: arrays (K, N),
a column a picture; the truth as one-hot columns (`one_hot` makes them).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Loss = Callable[[Array, Array], float]
LossDerivative = Callable[[Array, Array], Array]


def one_hot(labels: Array, classes: int, dtype: np.dtype | type = np.float32) -> Array:
    """Whole numbers (N,) -> columns (classes, N) with a single 1 where the label is."""
    columns = np.zeros((classes, labels.size), dtype)
    columns[labels, np.arange(labels.size)] = 1
    return columns


def cross_entropy(y_true: Array, y_pred: Array) -> float:
    """Mean over the batch of -log(probability of the right answer), in nats; never infinite."""
    return float(-(y_true * np.log(_above_zero(y_pred))).sum(axis=0).mean())


def cross_entropy_derivative(y_true: Array, y_pred: Array) -> Array:
    """Gradient of `cross_entropy` for the probabilities: (K, N)."""
    return -y_true / _above_zero(y_pred) / y_true.shape[-1]


def cross_entropy_logits_derivative(y_true: Array, y_pred: Array) -> Array:
    """Gradient of `cross_entropy` for the logits under a softmax: (K, N).

    -1 / p and the softmax's own derivative cancel to p - y: no division is left that could overflow, which
    is why a network ending in Softmax takes this way.
    """
    return (y_pred - y_true) / y_true.shape[-1]


def mse_loss(y_true: Array, y_pred: Array) -> float:
    """Mean squared error over all K x N values."""
    return float(np.mean(np.square(y_pred - y_true)))


def mse_loss_derivative(y_true: Array, y_pred: Array) -> Array:
    """Gradient of `mse_loss` for `y_pred`: (K, N)."""
    return 2 * (y_pred - y_true) / y_true.size


def _above_zero(probabilities: Array) -> Array:
    return np.maximum(probabilities, np.finfo(probabilities.dtype).tiny)
