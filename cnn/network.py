"""The network: an ordered list of named layers, one forward loop, one backward loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
"""Pictures per forward pass in `outputs`: few enough for the activations to stay in the CPU cache."""


class Step(NamedTuple):
    """Result of one forward and backward pass over a batch; computing it changes nothing in the network."""

    loss: float
    """Mean over the batch."""
    accuracy: float
    """0 to 1."""
    gradients: dict[str, Array]
    """Gradient of the loss for every parameter, by full name such as "conv1.weights"."""
    statistics: dict[str, dict[str, Array]]
    """"mean" and "variance" of the batch, each (C,), for each BatchNorm layer by name."""


class Passed(NamedTuple):
    """One layer's step of a forward pass."""

    name: str
    layer: Layer
    output: Array
    """(C, H, W, N) or (K, N)."""
    cache: Any
    """What the layer's backward pass needs."""


class PassedBack(NamedTuple):
    """One layer's step of a backward pass."""

    name: str
    dx: Array
    """Gradient for the layer's input, in the input's shape."""
    gradients: dict[str, Array]
    """Gradients for the layer's parameters, by full name such as "conv1.weights"."""


class CNN:
    """A convolutional network, built layer by layer with `add_layer`.

    Public methods take pictures as (n, 28, 28) arrays: uint8 ink from 0 (paper) to 255, or floats from 0 to 1.
    Internally they are (1, 28, 28, n) float32 with the notebook's scaling, pixels / 255 - 0.5.

    Any number of threads may use a finished network at once. Only `train`, `accuracy`, `observe`, `set_arrays`
    and an optimiser write to it.
    """

    def __init__(self, input_shape: Shape = (1, 28, 28), seed: int = 0) -> None:
        self.input_shape = tuple(input_shape)
        self.layers: list[tuple[str, Layer]] = []
        self.shapes: list[Shape] = []
        """Output shape of each layer, without N."""
        self.rng = np.random.default_rng(seed)
        self.optimizer: Optimizer = SGD(0.005)
        self.loss: Loss = cross_entropy
        self.loss_derivative: LossDerivative = cross_entropy_derivative
        self.steps = 0
        self.curves: dict[str, list[float]] = {"steps": [], "train": [], "test": []}

    # Construction

    def add_layer(self, layer: Layer) -> None:
        """Append `layer` and initialise its parameters from the network's generator.

        Raises ShapeError if the layer does not fit the previous output, or is in the network already.
        """
        if any(layer is present for _, present in self.layers):
            raise ShapeError("This very layer is in the network already: make a new one, parameters are not shared.")
        self.shapes.append(layer.build(self.output_shape, self.rng))
        count = Counter(present.nickname for _, present in self.layers)[layer.nickname] + 1
        self.layers.append((f"{layer.nickname}{count}", layer))

    def use_lossfunc(self, loss: Loss, derivative: LossDerivative) -> None:
        """Set the loss and its derivative, both functions of (y_true, y_pred). The default is cross-entropy."""
        self.loss, self.loss_derivative = loss, derivative

    def use_optimizer(self, optimizer: Optimizer) -> None:
        """Set the optimiser that `train` uses. The default is SGD(0.005)."""
        self.optimizer = optimizer

    @property
    def output_shape(self) -> Shape:
        """Output shape of the last layer, without N."""
        return self.shapes[-1] if self.shapes else self.input_shape

    @property
    def params(self) -> dict[str, Array]:
        """All learned arrays by full name, such as "conv1.weights": the arrays themselves, not copies."""
        return {f"{name}.{key}": array for name, layer in self.layers for key, array in layer.params.items()}

    @property
    def state(self) -> dict[str, Array]:
        """All running statistics by full name, such as "norm1.mean": the arrays themselves, not copies."""
        return {f"{name}.{key}": array for name, layer in self.layers for key, array in layer.state.items()}

    def set_arrays(self, arrays: dict[str, Array]) -> None:
        """Replace all parameters and state by copies of `arrays`, given by full name.

        Raises ShapeError, and changes nothing, if a name is missing or unknown, or a shape differs.
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
        """Convert pictures (n, 28, 28) to the network's input (1, 28, 28, n): pixels / 255 - 0.5.

        Raises ShapeError for other shapes, ValueError for values other than uint8 or floats from 0 to 1.
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
        """Type of the parameters and of all computation: float32, or float64 where a test asks for it."""
        return next((array.dtype.type for array in self.params.values()), np.float32)

    def passes(
        self,
        x: Array,
        train: bool = False,
        rng: np.random.Generator | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> Iterator[Passed]:
        """Send the batch `x` through the layers, and yield each layer's step: the only forward loop.

        `start` and `stop` select `layers[start:stop]`, as in a slice; `x` is the input of the first of them: the
        scaled batch (C, H, W, N) for layer 0, else (C, H, W, N) or (K, N). `train` and `rng` go to each layer.
        """
        for name, layer in self.layers[start:stop]:
            x, cache = layer.forward(x, train, rng)
            yield Passed(name, layer, x, cache)

    def trace(self, pictures: Array) -> Iterator[tuple[str, Array]]:
        """Yield each layer's name and output, (C, H, W, n) or (K, n), for `pictures` (n, 28, 28)."""
        for passed in self.passes(self.scaled(pictures)):
            yield passed.name, passed.output

    def outputs(self, pictures: Array, stop: int | None = None) -> Array:
        """Return what `layers[:stop]` give for `pictures` (n, 28, 28): (C, H, W, n) or (K, n), outside training.

        CHUNK pictures at a time are computed. With `stop` 0 that is the scaled input itself.
        """
        pictures = np.asarray(pictures)
        shape = [self.input_shape, *self.shapes][len(self.layers[:stop])]
        outputs = np.empty((*shape, len(pictures)), self.dtype)
        for first in range(0, len(pictures), CHUNK):
            x = self.scaled(pictures[first : first + CHUNK])
            for passed in self.passes(x, stop=stop):
                x = passed.output
            outputs[..., first : first + CHUNK] = x
        return outputs

    def predict_output(self, pictures: Array) -> Array:
        """Return probabilities (n, K) float32 for `pictures` (n, 28, 28): ten digits, then "no digit" if K is 11."""
        return np.ascontiguousarray(np.moveaxis(self.outputs(pictures), -1, 0))

    def forward(self, pictures: Array, labels: Array) -> tuple[Array, float, float]:
        """Return probabilities (n, K), mean loss and accuracy (0 to 1) on `pictures` (n, 28, 28), `labels` (n,).

        Raises ShapeError or ValueError like `check`.
        """
        labels = self.check(pictures, labels)
        probabilities = self.predict_output(pictures)
        return probabilities, *self.score(probabilities, labels)

    def score(self, probabilities: Array, labels: Array) -> tuple[float, float]:
        """Return mean loss and accuracy (0 to 1) of the predicted `probabilities` (n, K) against `labels` (n,)."""
        truth = one_hot(labels, self.output_shape[0], self.dtype)
        return self.loss(truth, probabilities.T), float((probabilities.argmax(axis=1) == labels).mean())

    # Learning

    def gradients(self, pictures: Array, labels: Array, rng: np.random.Generator | None = None) -> Step:
        """Compute loss, accuracy and all gradients on one batch, in training mode, without changing the network.

        `pictures` (n, 28, 28), `labels` (n,) whole numbers; Dropout draws from `rng`, or from the network's own
        generator without one. Raises ShapeError or ValueError like `check`.
        """
        labels = self.check(pictures, labels)
        passed = list(self.passes(self.scaled(pictures), train=True, rng=rng or self.rng))
        probabilities = passed[-1].output
        truth = one_hot(labels, self.output_shape[0], probabilities.dtype)
        back = self.backward(passed, *self.loss_gradient(truth, probabilities))
        return Step(
            loss=self.loss(truth, probabilities),
            accuracy=float((probabilities.argmax(axis=0) == labels).mean()),
            gradients={name: gradient for one in back for name, gradient in one.gradients.items()},
            statistics={p.name: p.layer.statistics(p.cache) for p in passed if isinstance(p.layer, BatchNorm)},
        )

    def loss_gradient(self, truth: Array, output: Array) -> tuple[Array, bool]:
        """Return the loss's gradient (K, N) to start `backward` from, and whether it is one of the logits.

        `truth` holds one-hot columns (K, N), `output` the probabilities (K, N). Cross-entropy behind a Softmax has a
        simple gradient for the logits, which is taken instead of that for the probabilities; see
        `cross_entropy_logits_derivative`.
        """
        if isinstance(self.layers[-1][1], Softmax) and self.loss_derivative is cross_entropy_derivative:
            return cross_entropy_logits_derivative(truth, output), True
        return self.loss_derivative(truth, output), False

    def backward(self, passed: Sequence[Passed], dy: Array, from_logits: bool = False) -> Iterator[PassedBack]:
        """Send a gradient back through the layers, and yield each layer's step, last layer first: the only such loop.

        `passed` are successive steps of one forward pass: all of them, or a part to begin or end at another layer.
        `dy` is the gradient for the output of the last of them, in its shape; with `from_logits`, for the logits
        (K, N) of a Softmax in that place. Raises ValueError if `from_logits` is given and there is no Softmax.
        """
        for name, layer, _, cache in reversed(passed):
            if not from_logits:
                dy, own = layer.backward(dy, cache)
            elif isinstance(layer, Softmax):
                dy, own = layer.backward_from_logits(dy, cache)
            else:
                raise ValueError(f"{name} has no logits to start from: it is no Softmax.")
            from_logits = False
            yield PassedBack(name, dy, {f"{name}.{key}": array for key, array in own.items()})

    def train(self, pictures: Array, labels: Array, lr: float | None = None) -> tuple[float, float]:
        """Learn from one batch, (n, 28, 28) and (n,), by one step of the optimiser; return loss and accuracy.

        Both are measured before the step. `lr` sets the optimiser's learning rate for this and later steps.
        Raises ShapeError or ValueError like `check`.
        """
        if lr is not None:
            self.optimizer.lr = lr
        step = self.gradients(pictures, labels)
        self.optimizer.step(self.params, step.gradients)
        self.observe(step.statistics)
        self.steps += 1
        return step.loss, step.accuracy

    def observe(self, statistics: dict[str, dict[str, Array]]) -> None:
        """Update the running averages of each BatchNorm layer with the batch statistics of a `Step`."""
        for name, layer in self.layers:
            if isinstance(layer, BatchNorm):
                layer.observe(statistics[name])

    def accuracy(self, x_train: Array, y_train: Array, x_test: Array, y_test: Array) -> tuple[list[float], list[float]]:
        """Measure accuracy on both sets, append it to the learning curves and return both curves.

        Call it between `train` steps. `curves["steps"]` holds the number of steps taken at each point, the two
        returned lists the accuracies (0 to 1). (The notebook's version compared the predictions for all pictures
        with the labels of the first few, and plotted losses labelled as accuracies.)
        """
        self.curves["steps"].append(self.steps)
        self.curves["train"].append(self.forward(x_train, y_train)[2])
        self.curves["test"].append(self.forward(x_test, y_test)[2])
        return list(self.curves["train"]), list(self.curves["test"])

    def check(self, pictures: Array, labels: Array) -> Array:
        """Check that pictures (n, 28, 28) and labels fit this network, and return the labels as an array (n,).

        Raises ShapeError or ValueError, with a message of one sentence, if they do not.
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

    # Description

    @property
    def size(self) -> int:
        """Number of parameters."""
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
