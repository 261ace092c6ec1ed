"""Optimisers: update named parameters in place from their gradients; they know nothing of layers.

`lr` may be changed at any time. `weight_decay` is decoupled from the gradient (Loshchilov and Hutter 2017,
arXiv:1711.05101) and applies to matrices and kernels only, not to biases and scales.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

Array = np.ndarray
Parameters = dict[str, Array]


class Optimizer:
    """Base class: learning rate, weight decay, and a state per parameter.

    Raises ValueError for a learning rate that is not above 0 or a negative weight decay.
    """

    memories: ClassVar[tuple[str, ...]] = ()
    """Names of the running averages that the rule keeps for each parameter."""

    def __init__(self, lr: float, weight_decay: float = 0.0) -> None:
        if not (np.isfinite(lr) and lr > 0):
            raise ValueError(f"The learning rate must be a number above 0, but is {lr}.")
        if not (np.isfinite(weight_decay) and weight_decay >= 0):
            raise ValueError(f"The weight decay must be 0 or more, but is {weight_decay}.")
        self.lr = float(lr)
        self.weight_decay = float(weight_decay)
        self.steps = 0
        self.memory: dict[str, Parameters] = {name: {} for name in self.memories}

    def step(self, params: Parameters, grads: Parameters) -> None:
        """Update each of `params` in place by the gradient of the same name and shape."""
        self.steps += 1
        for name, param in params.items():
            if self.weight_decay and param.ndim > 1:
                param *= 1 - self.lr * self.weight_decay
            kept = [self.memory[memory].setdefault(name, np.zeros_like(param)) for memory in self.memories]
            self.update(param, grads[name], *kept)

    def update(self, param: Array, grad: Array, *memory: Array) -> None:
        """Update one parameter and its running averages in place."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return the state for a checkpoint: `steps` and copies of all running averages."""
        copies = {memory: {name: a.copy() for name, a in kept.items()} for memory, kept in self.memory.items()}
        return {"steps": self.steps, "memory": copies}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.steps = int(state["steps"])
        self.memory = {m: {name: a.copy() for name, a in kept.items()} for m, kept in state["memory"].items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={self.lr:g})"


class SGD(Optimizer):
    """Stochastic gradient descent.

    w <- w - lr g
    """

    def update(self, param: Array, grad: Array, *memory: Array) -> None:
        param -= self.lr * grad


class Momentum(Optimizer):
    """Gradient descent with momentum (Polyak 1964; Sutskever et al. 2013).

    v <- gamma v - lr g; w <- w + v. In the notebook only the weights had a velocity; here the biases have one too.
    """

    memories = ("velocity",)

    def __init__(self, lr: float, gamma: float = 0.9, weight_decay: float = 0.0) -> None:
        super().__init__(lr, weight_decay)
        self.gamma = _share("gamma", gamma)

    def update(self, param: Array, grad: Array, *memory: Array) -> None:
        (velocity,) = memory
        velocity *= self.gamma
        velocity -= self.lr * grad
        param += velocity


class Adam(Optimizer):
    """Adam: steps scaled by running averages of the gradient and its square (Kingma and Ba 2014, arXiv:1412.6980).

    m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t)
    correct for the start at zero; w <- w - lr m' / (sqrt(v') + epsilon).

    The notebook's `backwardProp_adam` was wrong in four ways: it averaged the gradient of the layer's *output*
    instead of that of the weights; it reset both averages at each call and then took 29 steps with the same
    gradient; it added part of Nesterov's term to m'; and it never updated the bias.
    """

    memories = ("m", "v")

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr, weight_decay)
        self.beta1, self.beta2 = _share("beta1", beta1), _share("beta2", beta2)
        self.epsilon = float(epsilon)

    def update(self, param: Array, grad: Array, *memory: Array) -> None:
        m, v = memory
        m *= self.beta1
        m += (1 - self.beta1) * grad
        v *= self.beta2
        v += (1 - self.beta2) * np.square(grad)
        # The corrections are applied to scalars where possible, which saves passes over the arrays.
        rate = self.lr / (1 - self.beta1**self.steps)
        root = np.sqrt(v / (1 - self.beta2**self.steps))
        root += self.epsilon
        param -= rate * m / root


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}


def _share(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, but is {value}.")
    return float(value)
