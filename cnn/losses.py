"""Losses: the error of a batch of predictions as one number, and its derivative.

All functions take (y_true, y_pred), in that order, as in the notebook: arrays (K, N) with a column per picture.
`y_true` holds one-hot columns, see `one_hot`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Loss = Callable[[Array, Array], float]
LossDerivative = Callable[[Array, Array], Array]


def one_hot(labels: Array, classes: int, dtype: np.dtype | type = np.float32) -> Array:
    """Convert labels (N,), whole numbers, to columns (classes, N) with a single 1 at the label."""
    columns = np.zeros((classes, labels.size), dtype)
    columns[labels, np.arange(labels.size)] = 1
    return columns


def cross_entropy(y_true: Array, y_pred: Array) -> float:
    """Return the mean over the batch of -log(predicted probability of the true class), in nats; always finite."""
    return float(-(y_true * np.log(_above_zero(y_pred))).sum(axis=0).mean())


def cross_entropy_derivative(y_true: Array, y_pred: Array) -> Array:
    """Return the gradient of `cross_entropy` for the probabilities, (K, N)."""
    return -y_true / _above_zero(y_pred) / y_true.shape[-1]


def cross_entropy_logits_derivative(y_true: Array, y_pred: Array) -> Array:
    """Return the gradient of `cross_entropy` for the logits of a softmax, (K, N).

    -1 / p and the derivative of the softmax cancel to p - y. No division that could overflow is left, so networks
    that end with Softmax use this gradient.
    """
    return (y_pred - y_true) / y_true.shape[-1]


def mse_loss(y_true: Array, y_pred: Array) -> float:
    """Return the mean squared error over all K x N values."""
    return float(np.mean(np.square(y_pred - y_true)))


def mse_loss_derivative(y_true: Array, y_pred: Array) -> Array:
    """Return the gradient of `mse_loss` for `y_pred`, (K, N)."""
    return 2 * (y_pred - y_true) / y_true.size


def _above_zero(probabilities: Array) -> Array:
    return np.maximum(probabilities, np.finfo(probabilities.dtype).tiny)
