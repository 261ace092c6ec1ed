"""Calibration: making a probability of 90 % mean that nine of ten such answers are right, and measuring it.

One number is enough for a network like ours: the temperature that divides its logits (Guo, Pleiss, Sun and
Weinberger, "On calibration of modern neural networks", 2017). It is chosen on data that the network did not learn
from, and then goes into the last layer's own weights, so that nothing is left to be done while reading.
"""

from __future__ import annotations

import numpy as np

from cnn.layers import Softmax
from cnn.network import CNN
from cnn.test_time_augmentation import combine
from cnn.verdict import judge

Array = np.ndarray

BINS = 15
COLDEST, HOTTEST = 0.2, 5.0
PRECISION = 1e-4


def expected_calibration_error(confidence: Array, right: Array, bins: int = BINS) -> float:
    """The mean distance between confidence (n,) and the share of right answers, `right` (n,) bool.

    Answers are sorted into `bins` equal intervals of confidence; each counts by how many fall into it (Naeini, Cooper
    and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015). From 0 to 1.
    """
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, confidence - right, bins)
    return float(np.abs(gaps).sum() / len(confidence))


def with_temperature(probabilities: Array, temperature: float) -> Array:
    """Probabilities (..., K) as they would be if the logits behind them had been divided by `temperature`."""
    logits = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)).astype(float) / temperature
    logits -= logits.max(axis=-1, keepdims=True)
    raised = np.exp(logits)
    return raised / raised.sum(axis=-1, keepdims=True)


def best_temperature(outputs: Array, labels: Array) -> float:
    """The temperature that gives the labels (n,) the highest likelihood, for outputs (V, n, K) of V variants.

    Variants are combined as in `cnn.test_time_augmentation`, after the division. The loss has a single minimum over
    the logarithm of the temperature; it is found by golden-section search.
    """

    def loss(logarithm: float) -> float:
        cooled = judge(combine(with_temperature(outputs, float(np.exp(logarithm))))).probabilities
        return -float(np.log(np.maximum(cooled[np.arange(len(labels)), labels], 1e-300)).mean())

    golden = (np.sqrt(5) - 1) / 2
    low, high = np.log(COLDEST), np.log(HOTTEST)
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > PRECISION:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return float(np.exp((low + high) / 2))


def cool(network: CNN, temperature: float) -> None:
    """Divide the network's logits by `temperature`, for good: its answers stay, their probabilities change.

    Raises ValueError if the last layer is no Softmax, or for a temperature that is not above 0.
    """
    last = network.layers[-1][1]
    if not isinstance(last, Softmax):
        raise ValueError("Only a network that ends with Softmax has a temperature.")
    if not temperature > 0:
        raise ValueError(f"A temperature is above 0, not {temperature}.")
    for array in last.params.values():
        array /= array.dtype.type(temperature)


def threshold(nothing: Array, refused: float) -> float:
    """The bound on the probability of "no digit" that refuses at most a share `refused` of these digits (n,).

    It lies midway between two of the values, so that rounding decides about none of them.
    """
    ordered = np.sort(nothing)
    last_read = len(ordered) - 1 - int(refused * len(ordered))
    return float(ordered[last_read : last_read + 2].mean())
