"""Explanations: what a network did with one picture, number by number, and what its answer hangs on.

Everything here looks at one pass of one picture; nothing is written to the network.
"""

from cnn.explain.activations import Activations, Place
from cnn.explain.arithmetic import Sum, arithmetic, onward, origin, trail

__all__ = ["Activations", "Place", "Sum", "arithmetic", "onward", "origin", "trail"]
