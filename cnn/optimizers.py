"""The optimisers: they see named parameters and their gradients, never layers, and change the parameters.

All three change the arrays in place and serve every parameter of every layer. `lr` may be changed at any
time. `weight_decay` shrinks the weights a little at each step, apart from the gradient ("decoupled",
Loshchilov and Hutter 2017, arXiv:1711.05101); only matrices and kernels shrink, biases and scales do not.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

Array = np.ndarray
Parameters = dict[str, Array]


class Optimizer:
    """What the three have in common: a learning rate, a memory a parameter, and one step."""

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
        """Change each of `params` in place by its gradient of the same name and shape."""
        self.steps += 1
        for name, param in params.items():
            if self.weight_decay and param.ndim > 1:
                param *= 1 - self.lr * self.weight_decay
            kept = [self.memory[memory].setdefault(name, np.zeros_like(param)) for memory in self.memories]
            self.update(param, grads[name], *kept)

    def update(self, param: Array, grad: Array, *memory: Array) -> None:
        """Change one parameter, and the memories kept for it, in place."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """All that a checkpoint needs: `steps` and copies of the memories."""
        copies = {memory: {name: a.copy() for name, a in kept.items()} for memory, kept in self.memory.items()}
        return {"steps": self.steps, "memory": copies}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
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
    """A heavy ball that rolls on: Polyak 1964; Sutskever et al. 2013.

    v <- gamma v - lr g; w <- w + v. The notebook gave a velocity to the weights and none to the biases; here
    all parameters have one.
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
    """Steps scaled by running averages of the gradient and of its square: Kingma and Ba, arXiv:1412.6980.

    m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; both divided by 1 - beta^t because they
    began at zero; w <- w - lr m' / (sqrt(v') + epsilon).

    What was wrong in the notebook's `backwardProp_adam`: it averaged the gradient of the layer's *output*
    instead of that of the weights; it forgot both averages at each call and then went 29 steps with one and
    the same gradient; it added Nesterov's term to m' half-way; and the bias never learned.
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
        # Both corrections as plain numbers, so that only two passes over the arrays are left.
        rate = self.lr / (1 - self.beta1**self.steps)
        root = np.sqrt(v / (1 - self.beta2**self.steps))
        root += self.epsilon
        param -= rate * m / root


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}


def _share(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, but is {value}.")
    return float(value)
