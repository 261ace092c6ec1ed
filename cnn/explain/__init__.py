"""Explanations of one prediction: all activations, how each value was computed, and what the prediction depends on.

Nothing here changes the network.
"""

from cnn.explain.activations import Activations, Place
from cnn.explain.arithmetic import Sum, arithmetic, onward, origin, trail

__all__ = ["Activations", "Place", "Sum", "arithmetic", "onward", "origin", "trail"]
