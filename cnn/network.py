"""The network: an ordered list of named layers, one forward loop, one backward loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnn.layers import BatchNorm, Layer, Shape, ShapeError, Softmax
from cnn.losses import (
    Loss,
    LossDerivative,
    cross_entropy,
    cross_entropy_derivative,
    cross_entropy_logits_derivative,
    one_hot,
)
from cnn.optimizers import SGD, Optimizer

Array = np.ndarray

CHUNK = 128
"""Pictures that go through the network together in `predict_output`: few enough to stay in the cache."""


class Step(NamedTuple):
    """What one training step found out; nothing is changed by finding it."""

    loss: float
    accuracy: float
    gradients: dict[str, Array]
    statistics: dict[str, dict[str, Array]]
    """The batch's mean and variance for each BatchNorm layer, by the layer's name."""


class Passed(NamedTuple):
    """One layer's part in a forward pass."""

    name: str
    layer: Layer
    output: Array
    cache: Any


class CNN:
    """A convolutional network that grows by `add_layer`.

    Pictures come and go as (n, 28, 28) arrays: uint8 ink from 0 (paper) to 255, or floats from 0 to 1. Inside
    they are (1, 28, 28, n) float32 with the notebook's scaling, pixels / 255 - 0.5.

    A finished network may be used by many threads at once: nothing is written to it but by `train`,
    `accuracy`, `observe` and an optimiser.
    """

    def __init__(self, input_shape: Shape = (1, 28, 28), seed: int = 0) -> None:
        self.input_shape = tuple(input_shape)
        self.layers: list[tuple[str, Layer]] = []
        self.shapes: list[Shape] = []
        """The output's shape of each layer, without N."""
        self.rng = np.random.default_rng(seed)
        self.optimizer: Optimizer = SGD(0.005)
        self.loss: Loss = cross_entropy
        self.loss_derivative: LossDerivative = cross_entropy_derivative
        self.steps = 0
        self.curves: dict[str, list[float]] = {"steps": [], "train": [], "test": []}

    # Putting it together

    def add_layer(self, layer: Layer) -> None:
        """Put `layer` behind the others and make its parameters; raises ShapeError if it does not fit."""
        if any(layer is present for _, present in self.layers):
            raise ShapeError("This very layer is in the network already: make a new one, parameters are not shared.")
        self.shapes.append(layer.build(self.output_shape, self.rng))
        count = Counter(present.nickname for _, present in self.layers)[layer.nickname] + 1
        self.layers.append((f"{layer.nickname}{count}", layer))

    def use_lossfunc(self, loss: Loss, derivative: LossDerivative) -> None:
        """Choose the loss and its derivative, both functions of (y_true, y_pred); at first cross-entropy."""
        self.loss, self.loss_derivative = loss, derivative

    def use_optimizer(self, optimizer: Optimizer) -> None:
        """Choose what `train` steps with; at first SGD(0.005)."""
        self.optimizer = optimizer

    @property
    def output_shape(self) -> Shape:
        """The shape that leaves the last layer, without N."""
        return self.shapes[-1] if self.shapes else self.input_shape

    @property
    def params(self) -> dict[str, Array]:
        """Every learned array by its full name, as "conv1.weights": the arrays themselves, not copies."""
        return {f"{name}.{key}": array for name, layer in self.layers for key, array in layer.params.items()}

    @property
    def state(self) -> dict[str, Array]:
        """Every measured array by its full name, as "norm1.mean"."""
        return {f"{name}.{key}": array for name, layer in self.layers for key, array in layer.state.items()}

    def set_arrays(self, arrays: dict[str, Array]) -> None:
        """Replace parameters and state by copies of `arrays`: exactly the full names, exactly the shapes.

        Raises ShapeError, and changes nothing, if a name is missing or foreign or a shape differs.
        """
        own = self.params | self.state
        if missing := sorted(own.keys() - arrays.keys()):
            raise ShapeError(f"The array {missing[0]} is missing.")
        if foreign := sorted(arrays.keys() - own.keys()):
            raise ShapeError(f"The network has no array {foreign[0]}.")
        for name, array in own.items():
            if arrays[name].shape != array.shape:
                raise ShapeError(f"{name} should have the shape {array.shape}, but has {arrays[name].shape}.")
        for name, layer in self.layers:
            for home in (layer.params, layer.state):
                for key, array in home.items():
                    home[key] = np.array(arrays[f"{name}.{key}"], array.dtype)

    # Forward

    def scaled(self, pictures: Array) -> Array:
        """Pictures (n, 28, 28) -> the network's input (1, 28, 28, n): pixels / 255 - 0.5.

        Raises ShapeError for other shapes and ValueError for values that are no ink.
        """
        pictures = np.asarray(pictures)
        if pictures.ndim != 3 or pictures.shape[1:] != self.input_shape[1:]:
            height, width = self.input_shape[1:]
            raise ShapeError(f"Pictures must have the shape (n, {height}, {width}), but have {pictures.shape}.")
        batch = np.ascontiguousarray(np.moveaxis(pictures, 0, -1))[None]
        if pictures.dtype == np.uint8:
            return batch * self.dtype(1 / 255) - self.dtype(0.5)
        if not (np.issubdtype(pictures.dtype, np.floating) and _within(pictures, 0, 1)):
            raise ValueError("Pictures must be whole numbers 0 to 255 (uint8) or floats from 0 to 1.")
        return batch.astype(self.dtype) - self.dtype(0.5)

    @property
    def dtype(self) -> type[np.floating]:
        """What the network computes in: its parameters' type, float32 unless a test made it float64."""
        return next((array.dtype.type for array in self.params.values()), np.float32)

    def passes(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> Iterator[Passed]:
        """The one forward loop: send the scaled batch `x` (C, H, W, N) through, a layer at a time."""
        for name, layer in self.layers:
            x, cache = layer.forward(x, train, rng)
            yield Passed(name, layer, x, cache)

    def trace(self, pictures: Array) -> Iterator[tuple[str, Array]]:
        """Every layer's name and output, (C, H, W, n) or (K, n), as computed for `pictures` (n, 28, 28)."""
        for passed in self.passes(self.scaled(pictures)):
            yield passed.name, passed.output

    def predict_output(self, pictures: Array) -> Array:
        """Probabilities (n, K) float32 for `pictures` (n, 28, 28): ten digits, then "no digit" if K is 11."""
        pictures = np.asarray(pictures)
        if not len(pictures):
            return np.empty((0, *self.output_shape), self.dtype)
        outputs = np.empty((len(pictures), *self.output_shape), self.dtype)
        for start in range(0, len(pictures), CHUNK):
            x = self.scaled(pictures[start : start + CHUNK])
            for passed in self.passes(x):
                x = passed.output
            outputs[start : start + CHUNK] = np.moveaxis(x, -1, 0)
        return outputs

    def forward(self, pictures: Array, labels: Array) -> tuple[Array, float, float]:
        """Probabilities (n, 10), mean loss and accuracy (0 to 1) on `pictures` (n, 28, 28), `labels` (n,)."""
        labels = self.check(pictures, labels)
        probabilities = self.predict_output(pictures)
        return probabilities, *self.score(probabilities, labels)

    def score(self, probabilities: Array, labels: Array) -> tuple[float, float]:
        """Mean loss and accuracy (0 to 1) of probabilities (n, 10) that were computed for `labels` (n,)."""
        truth = one_hot(labels, self.output_shape[0], self.dtype)
        return self.loss(truth, probabilities.T), float((probabilities.argmax(axis=1) == labels).mean())

    # Learning

    def gradients(self, pictures: Array, labels: Array, rng: np.random.Generator | None = None) -> Step:
        """Loss, accuracy and every parameter's gradient on one batch; the network stays as it is."""
        labels = self.check(pictures, labels)
        passed = list(self.passes(self.scaled(pictures), train=True, rng=rng or self.rng))
        probabilities = passed[-1].output
        truth = one_hot(labels, self.output_shape[0], probabilities.dtype)
        _, gradients = self.backward(passed, truth)
        return Step(
            loss=self.loss(truth, probabilities),
            accuracy=float((probabilities.argmax(axis=0) == labels).mean()),
            gradients=gradients,
            statistics={p.name: p.layer.statistics(p.cache) for p in passed if isinstance(p.layer, BatchNorm)},
        )

    def backward(self, passed: list[Passed], truth: Array) -> tuple[Array, dict[str, Array]]:
        """The one backward loop: the loss's gradient for the scaled input, and for every parameter.

        `passed` is a whole forward pass, `truth` one-hot columns (10, N).
        """
        last, output = passed[-1], passed[-1].output
        gradients: dict[str, Array] = {}
        if isinstance(last.layer, Softmax) and self.loss_derivative is cross_entropy_derivative:
            dy, own = last.layer.backward_from_logits(cross_entropy_logits_derivative(truth, output), last.cache)
        else:
            dy, own = last.layer.backward(self.loss_derivative(truth, output), last.cache)
        gradients |= {f"{last.name}.{key}": array for key, array in own.items()}
        for name, layer, _, cache in reversed(passed[:-1]):
            dy, own = layer.backward(dy, cache)
            gradients |= {f"{name}.{key}": array for key, array in own.items()}
        return dy, gradients

    def train(self, pictures: Array, labels: Array, lr: float | None = None) -> tuple[float, float]:
        """Learn from one batch, (n, 28, 28) and (n,): one step of the optimiser. Returns loss and accuracy.

        Both were measured before the step. `lr` sets the optimiser's learning rate from now on.
        """
        if lr is not None:
            self.optimizer.lr = lr
        step = self.gradients(pictures, labels)
        self.optimizer.step(self.params, step.gradients)
        self.observe(step.statistics)
        self.steps += 1
        return step.loss, step.accuracy

    def observe(self, statistics: dict[str, dict[str, Array]]) -> None:
        """Let each BatchNorm layer take a batch's mean and variance into its running averages."""
        for name, layer in self.layers:
            if isinstance(layer, BatchNorm):
                layer.observe(statistics[name])

    def accuracy(self, x_train: Array, y_train: Array, x_test: Array, y_test: Array) -> tuple[list[float], list[float]]:
        """Measure the network on both sets, add a point to its learning curves and return the two curves.

        Call it now and then between `train` steps: `curves["steps"]` holds how many steps had been taken at
        each point, the two lists returned the accuracies (0 to 1) there. The notebook compared predictions
        of all pictures with the labels of the first few, and drew losses under the name of accuracies.
        """
        self.curves["steps"].append(self.steps)
        self.curves["train"].append(self.forward(x_train, y_train)[2])
        self.curves["test"].append(self.forward(x_test, y_test)[2])
        return list(self.curves["train"]), list(self.curves["test"])

    def check(self, pictures: Array, labels: Array) -> Array:
        """Labels as (n,) whole numbers, if they and the pictures fit this network.

        Raises ShapeError or ValueError, in a sentence, if they do not.
        """
        labels = np.atleast_1d(np.asarray(labels))
        if not self.layers:
            raise ShapeError("The network has no layers yet: add some with add_layer.")
        if len(self.output_shape) != 1:
            raise ShapeError(f"The last layer gives maps {self.output_shape}, not classes: add a Softmax(10).")
        if labels.ndim != 1 or len(labels) != len(pictures) or not len(labels):
            raise ShapeError(f"There must be one label a picture, but there are {len(pictures)} and {labels.shape}.")
        self.scaled(pictures[:1])
        classes = self.output_shape[0]
        if not np.issubdtype(labels.dtype, np.integer) or not _within(labels, 0, classes - 1):
            raise ValueError(f"Labels must be whole numbers from 0 to {classes - 1}.")
        return labels

    # Describing

    @property
    def size(self) -> int:
        """How many parameters the network has."""
        return sum(array.size for array in self.params.values())

    def __repr__(self) -> str:
        rows = [("layer", "kind", "output", "parameters"), ("input", "", _times(self.input_shape), "")]
        for (name, layer), shape in zip(self.layers, self.shapes, strict=True):
            own = sum(prod(array.shape) for array in layer.params.values())
            rows.append((name, type(layer).__name__, _times(shape), f"{own:,}" if own else "-"))
        rows.append(("total", "", "", f"{self.size:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}" for a, b, c, d in rows
        )


def _times(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _within(values: Array, low: float, high: float) -> bool:
    return bool(values.size == 0 or (values.min() >= low and values.max() <= high))
