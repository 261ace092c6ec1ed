"""Room for what is needed only for a moment, used again and again: it then stays in the core's own cache.

Every block of a network has values that nobody asks for once the next step is done. With room of its own for each, a
batch's way through the network would touch tens of megabytes and find none of them in the cache again.
"""

from __future__ import annotations

from math import prod

import numpy as np

Array = np.ndarray


class Scratch:
    """Rooms by name; two things that are needed at the same time have different names. One worker's alone."""

    def __init__(self) -> None:
        self.rooms: dict[str, Array] = {}

    def room(self, name: str, *shape: int) -> Array:
        """A float32 array of this shape with anything in it; whatever stood in the room before is lost."""
        size = prod(shape)
        found = self.rooms.get(name)
        if found is None or found.size < size:
            found = self.rooms[name] = np.empty(size, np.float32)
        return found[:size].reshape(shape)
