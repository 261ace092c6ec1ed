"""A dense block: FullyConnected or Softmax with the normalisation, ReLU and Dropout that follow it."""

from __future__ import annotations

import numpy as np

from cnn.fast.all_reduce import AllReduce
from cnn.fast.normalise import Normaliser
from cnn.layers import Dropout, FullyConnected

Array = np.ndarray


class DenseBlock:
    """FullyConnected, or the logits of Softmax, optionally followed by BatchNorm, ReLU and Dropout."""

    def __init__(
        self,
        name: str,
        layer: FullyConnected,
        norm: Normaliser | None,
        relu: bool,
        dropout: Dropout | None,
        maps: bool,
    ) -> None:
        """With `maps`, inputs are (H, W, C, N); they are reordered, because the weights expect flattened (C, H, W)."""
        self.name, self.layer, self.norm, self.relu, self.dropout, self.maps = name, layer, norm, relu, dropout, maps

    def forward(self, x: Array, worker: int, all_reduce: AllReduce | None, rng: np.random.Generator | None) -> Array:
        """Map `x` (..., N) to (outputs, N). Without `all_reduce`, run in inference mode."""
        if self.maps:
            x = x.transpose(2, 0, 1, 3)
        self.shape, self.x = x.shape, x.reshape(-1, x.shape[-1])
        bias = self.layer.params["bias"]
        self.z = self.layer.params["weights"] @ self.x
        if self.norm is None:
            y = self.z
            y += bias[:, None]
        else:
            if all_reduce is None:
                factor, level = self.norm.known(bias)
            else:
                factor, level = self.norm.measured(self.z[None], bias, worker, all_reduce)
            y = self.z * factor[:, None]
            y += level[:, None]
        if self.relu:
            y = np.maximum(y, 0)
        self.y = y
        self.cache = None
        if self.dropout is not None:
            y, self.cache = self.dropout.forward(y, all_reduce is not None, rng)
        return y

    def backward(self, dy: Array, worker: int, all_reduce: AllReduce) -> tuple[Array, dict[str, Array]]:
        """Return the gradient for the input, in its shape, and the parameters' gradients by full name.

        `dy` (outputs, N) is the gradient for the output.
        """
        if self.dropout is not None:
            dy, _ = self.dropout.backward(dy, self.cache)
        if self.relu:
            dy = dy * (self.y > 0)
        grads: dict[str, Array] = {}
        if self.norm is None:
            grads[f"{self.name}.bias"] = dy.sum(axis=1)
        else:
            dy = np.array(dy)
            grads |= self.norm.backward(dy[None], self.z[None], worker, all_reduce)
            grads[f"{self.name}.bias"] = np.zeros_like(self.layer.params["bias"])
        grads[f"{self.name}.weights"] = dy @ self.x.T
        dx = (self.layer.params["weights"].T @ dy).reshape(self.shape)
        return (dx if not self.maps else np.ascontiguousarray(dx.transpose(1, 2, 0, 3))), grads
