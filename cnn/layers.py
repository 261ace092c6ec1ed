"""The layers: each turns a batch into the next batch, and a gradient of its output into one of its input.

Arrays are batch last: (channels, height, width, N) while there are maps, (values, N) after them. A layer
owns its parameters and nothing else. What its backward pass needs, the forward pass returns as a *cache*:
many visitors may then use one network at the same time, each with a cache of their own.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]


class ShapeError(ValueError):
    """Two layers, or a layer and its data, that do not fit together; the message has both sizes."""


class Layer:
    """What every layer can do. A layer without parameters only writes `forward` and `backward`."""

    nickname: ClassVar[str] = "layer"
    """How a network names such a layer: conv1, pool1, conv2 ..."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        """What an optimiser changes: name -> float32 array."""
        self.state: dict[str, Array] = {}
        """What is measured, not learned (the running averages of BatchNorm): name -> float32 array."""

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        """Make the parameters for inputs of `input_shape`, and return the output's shape (both without N).

        Raises ShapeError when such an input does not fit.
        """
        return input_shape

    def count(self, input_shape: Shape) -> int:
        """Return how many parameters `build` would make for inputs of `input_shape`."""
        return 0

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        """Return `(y, cache)`. `train` and `rng` matter to Dropout and BatchNorm alone."""
        raise NotImplementedError

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Return `(dx, grads)`: the loss's gradient for the input, and for each parameter by name.

        `dy` has the output's shape, `dx` the input's.
        """
        raise NotImplementedError

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Make an unbuilt layer from what `config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.config().items())})"


def im2col(x: Array) -> Array:
    """Lay the 3x3 patches of every map out as columns: (C, H, W, N) -> (C, 3, 3, H-2, W-2, N).

    Entry [c, i, j, y, x, n] is the pixel that kernel tap (i, j) sees at output position (y, x).
    """
    channels, height, width, n = x.shape
    columns = np.empty((channels, 3, 3, height - 2, width - 2, n), x.dtype)
    for i in range(3):
        for j in range(3):
            columns[:, i, j] = x[:, i : i + height - 2, j : j + width - 2]
    return columns


def col2im(columns: Array) -> Array:
    """Add each patch back to where `im2col` took it from: (C, 3, 3, H-2, W-2, N) -> (C, H, W, N)."""
    channels, _, _, height, width, n = columns.shape
    x = np.zeros((channels, height + 2, width + 2, n), columns.dtype)
    for i in range(3):
        for j in range(3):
            x[:, i : i + height, j : j + width] += columns[:, i, j]
    return x


class Conv3x3(Layer):
    """`num_filters` kernels of 3x3 slide over all input channels: (C, H, W, N) -> (F, H-2, W-2, N).

    Valid padding, stride 1, one bias a filter. As in nearly all of deep learning the kernel is not turned
    round, so strictly speaking this is a cross-correlation. The work is one matrix product over the columns
    of `im2col` (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006).

    Parameters: `weights` (F, C, 3, 3) and `bias` (F,), float32. `init` is "he" (normal with the deviation
    sqrt(2 / (9 C)); He et al. 2015, arXiv:1502.01852) or "notebook" (normal / 9, as in the notebook).
    """

    nickname = "conv"

    def __init__(self, num_filters: int, init: str = "he") -> None:
        super().__init__()
        self.num_filters = _positive("Conv3x3", "filters", num_filters)
        self.init = _known_init(init)

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        if len(input_shape) != 3 or min(input_shape[1:]) < 3:
            raise ShapeError(
                f"Conv3x3 needs maps of at least 3 x 3 (channels, height, width), but {_words(input_shape)} arrives."
            )
        channels, height, width = input_shape
        deviation = np.sqrt(2 / (9 * channels)) if self.init == "he" else 1 / 9
        weights = rng.normal(0, deviation, (self.num_filters, channels, 3, 3))
        self.params = {"weights": _f32(weights), "bias": np.zeros(self.num_filters, np.float32)}
        return self.num_filters, height - 2, width - 2

    def count(self, input_shape: Shape) -> int:
        return self.num_filters * (9 * input_shape[0] + 1)

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        weights, bias = self.params["weights"], self.params["bias"]
        columns = im2col(x)
        out_shape = (self.num_filters, *columns.shape[3:])
        y = weights.reshape(self.num_filters, -1) @ columns.reshape(weights[0].size, -1)
        y += bias[:, None]
        return y.reshape(out_shape), columns

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        weights, columns = self.params["weights"], cache
        dy = dy.reshape(self.num_filters, -1)
        flat = columns.reshape(weights[0].size, -1)
        grads = {"weights": (dy @ flat.T).reshape(weights.shape), "bias": dy.sum(axis=1)}
        dx = col2im((weights.reshape(self.num_filters, -1).T @ dy).reshape(columns.shape))
        return dx, grads

    def config(self) -> dict[str, Any]:
        return {"num_filters": self.num_filters, "init": self.init}


class MaxPool2x2(Layer):
    """Keep the largest of each 2x2 square: (C, H, W, N) -> (C, H // 2, W // 2, N).

    An odd last row or column is dropped. The gradient goes to one winner of each square; on a tie that is
    the first in reading order, so that a gradient is never paid out twice.
    """

    nickname = "pool"

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        if len(input_shape) != 3 or min(input_shape[1:]) < 2:
            raise ShapeError(
                f"MaxPool2x2 needs maps of at least 2 x 2 (channels, height, width), but {_words(input_shape)} arrives."
            )
        channels, height, width = input_shape
        return channels, height // 2, width // 2

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        a, b, c, d = self.corners(x)
        right_above, right_below = b > a, d > c
        above, below = np.maximum(a, b), np.maximum(c, d)
        low = below > above
        return np.maximum(above, below), (x.shape, right_above, right_below, low)

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        shape, right_above, right_below, low = cache
        dx = np.zeros(shape, dy.dtype)
        a, b, c, d = self.corners(dx)
        above, below = dy * ~low, dy * low
        a[...], b[...] = above * ~right_above, above * right_above
        c[...], d[...] = below * ~right_below, below * right_below
        return dx, {}

    @staticmethod
    def corners(x: Array) -> tuple[Array, Array, Array, Array]:
        """Views of each square's four pixels in reading order, each (C, H // 2, W // 2, N)."""
        even = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
        return even[:, ::2, ::2], even[:, ::2, 1::2], even[:, 1::2, ::2], even[:, 1::2, 1::2]


class ReLU(Layer):
    """Keep what is positive, make the rest zero: any shape -> the same shape."""

    nickname = "relu"

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        positive = x > 0
        return x * positive, positive

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        return dy * cache, {}


class Flatten(Layer):
    """Put the maps one behind the other: (C, H, W, N) -> (C H W, N). Batch last makes this free."""

    nickname = "flatten"

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        return (prod(input_shape),)

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        return x.reshape(-1, x.shape[-1]), x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        return dy.reshape(cache), {}


class FullyConnected(Layer):
    """Every output is a weighted sum of all inputs plus a bias: (..., N) -> (outputs, N).

    `FullyConnected(outputs)` takes what arrives; `FullyConnected(inputs, outputs)` also checks it. Maps are
    flattened on the way in. Parameters: `weights` (outputs, inputs) and `bias` (outputs,), float32. `init` is
    "he" (normal, deviation sqrt(2 / inputs)) or "notebook" (uniform between -0.5 and 0.5, biases too).
    """

    nickname = "dense"

    def __init__(self, *sizes: int, init: str = "he") -> None:
        super().__init__()
        if len(sizes) not in (1, 2):
            raise ShapeError(
                f"{type(self).__name__} takes (outputs) or (inputs, outputs), but was given {len(sizes)} numbers."
            )
        self.sizes = tuple(_positive(type(self).__name__, "values", size) for size in sizes)
        self.outputs = self.sizes[-1]
        self.init = _known_init(init)

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        inputs = prod(input_shape)
        if len(self.sizes) == 2 and self.sizes[0] != inputs:
            raise ShapeError(
                f"{type(self).__name__}({self.sizes[0]}, {self.outputs}) expects {self.sizes[0]} values, "
                f"but {inputs} arrive ({_words(input_shape)})."
            )
        weights, bias = self.initial(inputs, rng)
        self.params = {"weights": _f32(weights), "bias": _f32(bias)}
        return (self.outputs,)

    def count(self, input_shape: Shape) -> int:
        return self.outputs * (prod(input_shape) + 1)

    def initial(self, inputs: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """First weights (outputs, inputs) and biases (outputs,), before anything is learned."""
        if self.init == "he":
            return rng.normal(0, np.sqrt(2 / inputs), (self.outputs, inputs)), np.zeros(self.outputs)
        return rng.uniform(-0.5, 0.5, (self.outputs, inputs)), rng.uniform(-0.5, 0.5, self.outputs)

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        flat = x.reshape(-1, x.shape[-1])
        return self.params["weights"] @ flat + self.params["bias"][:, None], (x.shape, flat)

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        shape, flat = cache
        grads = {"weights": dy @ flat.T, "bias": dy.sum(axis=1)}
        return (self.params["weights"].T @ dy).reshape(shape), grads

    def config(self) -> dict[str, Any]:
        return {"sizes": list(self.sizes), "init": self.init}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        return cls(*config["sizes"], init=config["init"])


def softmax(logits: Array) -> Array:
    """Turn scores into probabilities: (K, N) -> (K, N), each column sums to 1.

    The largest score is subtracted first. That changes nothing in the quotient, and `exp` cannot overflow.
    """
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


class Softmax(FullyConnected):
    """A dense layer whose scores (logits) become probabilities: (..., N) -> (nodes, N), columns sum to 1.

    `Softmax(nodes)` or `Softmax(inputs, nodes)`. With `init="notebook"` the first weights are normal / inputs
    and the biases zero.
    """

    nickname = "softmax"

    def initial(self, inputs: int, rng: np.random.Generator) -> tuple[Array, Array]:
        deviation = np.sqrt(2 / inputs) if self.init == "he" else 1 / inputs
        return rng.normal(0, deviation, (self.outputs, inputs)), np.zeros(self.outputs)

    def logits(self, x: Array) -> Array:
        """The scores before the softmax: (..., N) -> (nodes, N)."""
        return super().forward(x)[0]

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        scores, dense_cache = super().forward(x)
        probabilities = softmax(scores)
        return probabilities, (probabilities, dense_cache)

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        probabilities, _ = cache
        # The softmax's Jacobian is diag(p) - p p^T, so its product with dy needs no matrix.
        return self.backward_from_logits(probabilities * (dy - (probabilities * dy).sum(axis=0)), cache)

    def backward_from_logits(self, dlogits: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Like `backward`, for a gradient that is already one of the logits: (nodes, N)."""
        return super().backward(dlogits, cache[1])


def dropout(x: Array, p: float, rng: np.random.Generator) -> Array:
    """Silence each value of `x` with probability `p` and scale the rest by 1 / (1 - p).

    The scaling keeps the expected value ("inverted" dropout), so that nothing is to be done when the
    network is used. p = 0 returns the values as they are, p = 1 zeros. Raises ValueError for other p than
    0 to 1. (Srivastava et al., "Dropout", JMLR 15, 2014.)
    """
    return x * _dropout_mask(x, p, rng)


def _dropout_mask(x: Array, p: float, rng: np.random.Generator) -> Array:
    if not 0 <= p <= 1:
        raise ValueError(f"Dropout needs a probability between 0 and 1, but was given {p}.")
    if p == 1:  # the scale 1 / (1 - p) would divide by zero
        return np.zeros_like(x)
    kept = rng.random(x.shape, np.float32) >= p
    return kept * x.dtype.type(1 / (1 - p))


class Dropout(Layer):
    """Silence a share `p` of the values at each training step; outside training, change nothing."""

    nickname = "dropout"

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout needs a probability between 0 and 1, but was given {p}.")
        self.p = float(p)

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        if not train or self.p == 0:
            return x, None
        if rng is None:
            raise ValueError("Dropout needs a random generator while it trains: pass rng=np.random.default_rng(seed).")
        mask = _dropout_mask(x, self.p, rng)
        return x * mask, mask

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        return (dy if cache is None else dy * cache), {}

    def config(self) -> dict[str, Any]:
        return {"p": self.p}


class BatchNorm(Layer):
    """Give every channel mean 0 and variance 1 over the batch, then a learned scale and shift.

    (C, H, W, N) -> the same, statistics a channel; (K, N) -> the same, statistics a value. In training the
    batch's own statistics are used, and its cache carries them so that the network can keep running averages
    (`state`: `mean`, `variance`); outside training those averages stand in. Parameters: `scale` (C,), `shift`
    (C,), float32. (Ioffe and Szegedy 2015, arXiv:1502.03167.)
    """

    nickname = "norm"
    epsilon = 1e-5
    memory = 0.9
    """Share of the old running average that a new batch leaves in place: ten batches are soon seen."""

    def build(self, input_shape: Shape, rng: np.random.Generator) -> Shape:
        channels = input_shape[0]
        self.params = {"scale": np.ones(channels, np.float32), "shift": np.zeros(channels, np.float32)}
        self.state = {"mean": np.zeros(channels, np.float32), "variance": np.ones(channels, np.float32)}
        return input_shape

    def count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def forward(self, x: Array, train: bool = False, rng: np.random.Generator | None = None) -> tuple[Array, Any]:
        others = tuple(range(1, x.ndim))
        if train:
            mean, variance = x.mean(axis=others), x.var(axis=others)
        else:
            mean, variance = self.state["mean"], self.state["variance"]
        deviation = np.sqrt(variance + self.epsilon)
        normal = (x - _per_channel(mean, x)) / _per_channel(deviation, x)
        y = normal * _per_channel(self.params["scale"], x) + _per_channel(self.params["shift"], x)
        return y, (normal, deviation, train, {"mean": mean, "variance": variance})

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        normal, deviation, train, _ = cache
        others = tuple(range(1, dy.ndim))
        grads = {"scale": (dy * normal).sum(axis=others), "shift": dy.sum(axis=others)}
        factor = _per_channel(self.params["scale"] / deviation, dy)
        if not train:  # the statistics are constants then
            return dy * factor, grads
        count = dy[0].size
        # Mean and variance depend on every x of the channel: their share of the gradient is taken away.
        pulled = _per_channel(grads["shift"] / count, dy) + normal * _per_channel(grads["scale"] / count, dy)
        return (dy - pulled) * factor, grads

    @staticmethod
    def statistics(cache: Any) -> dict[str, Array]:
        """The batch's mean and variance, each (C,), as found in a forward pass's cache."""
        return cache[3]

    def observe(self, statistics: dict[str, Array]) -> None:
        """Blend one batch's mean and variance into the running averages."""
        for name, value in statistics.items():
            self.state[name] = _f32(self.memory * self.state[name] + (1 - self.memory) * value)


LAYERS: dict[str, type[Layer]] = {
    cls.__name__: cls for cls in (Conv3x3, MaxPool2x2, ReLU, Flatten, FullyConnected, Dropout, BatchNorm, Softmax)
}
"""Every layer that a weights file or a settings page may name."""


def _per_channel(values: Array, like: Array) -> Array:
    return values.reshape(-1, *(1,) * (like.ndim - 1))


def _f32(values: Array) -> Array:
    return np.ascontiguousarray(values, dtype=np.float32)


def _positive(layer: str, what: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 1:
        raise ShapeError(f"{layer} needs a whole number of {what}, 1 or more, but was given {number!r}.")
    return int(number)


def _known_init(init: str) -> str:
    if init not in ("he", "notebook"):
        raise ValueError(f'Initial weights are "he" or "notebook", not {init!r}.')
    return init


def _words(shape: Shape) -> str:
    return " x ".join(map(str, shape)) if len(shape) > 1 else f"a row of {shape[0]} values"
