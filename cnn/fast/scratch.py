"""Scratch buffers for temporary values, shared by all blocks of a worker so that they stay in the core's own cache.

With separate buffers for each block, one pass through the network would touch tens of megabytes, and none of them
would still be in the cache when they are used again.
"""

from __future__ import annotations

from math import prod

import numpy as np

Array = np.ndarray


class Scratch:
    """Buffers by name, for one worker. Values that are needed at the same time need different names."""

    def __init__(self) -> None:
        self.buffers: dict[str, Array] = {}

    def buffer(self, name: str, *shape: int) -> Array:
        """Return an uninitialised float32 array of this shape; it overlaps with earlier ones of the same name."""
        size = prod(shape)
        found = self.buffers.get(name)
        if found is None or found.size < size:
            found = self.buffers[name] = np.empty(size, np.float32)
        return found[:size].reshape(shape)
