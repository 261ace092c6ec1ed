"""The chosen map: its pixels to choose from, its brightest spots on the drawing, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from cnn.explain import Activations
from digitscope.ui.common.pictures import ink_picture, map_strip
from digitscope.ui.common.templates import render
from digitscope.ui.explain.grid import Frame, Grid, frame
from digitscope.ui.explain.names import map_name
from digitscope.ui.explain.overview.origin import origin
from digitscope.ui.explain.walk import Walk


@dataclass(frozen=True)
class Neighbour:
    """A button for the map before or behind this one: a finger is wider than a small map."""

    name: str
    channel: int
    text: str
    of: str


@dataclass(frozen=True)
class Pixels:
    """The map itself."""

    grid: Grid
    caption: str


@dataclass(frozen=True)
class Spots:
    """The drawing, with frames around all that the map's brightest values can see."""

    address: str
    frames: list[Frame]

    @property
    def label(self) -> str:
        """What screen readers are told."""
        return f"The drawing with {len(self.frames)} frames"

    @property
    def caption(self) -> str:
        """What stands below."""
        which = "Its brightest spot" if len(self.frames) == 1 else f"Its {len(self.frames)} brightest spots"
        return f"{which}, on the drawing: each frame is all that the value can see."


def map_html(activations: Activations, own: Walk) -> Markup:
    """Return the map, or the single value, that the walk stands at."""
    number, channel = own.number, own.place[0]
    maps = activations.values[number].ndim == 3
    return render(
        "explain/overview/one_map.html",
        name=map_name(activations, number, channel),
        neighbours=_neighbours(activations, own),
        pixels=_pixels(activations, own) if maps else None,
        spots=_spots(activations, number, channel) if maps else None,
        value="" if maps else f"{float(activations.values[number][channel]):.4f}",
        origin=origin(activations, number, channel),
    )


def _neighbours(activations: Activations, own: Walk) -> list[Neighbour]:
    before, after = own.place[0] - 1, own.place[0] + 1
    found = []
    if before >= 0:
        found.append(Neighbour("Previous", before, f"◀ {before}", map_name(activations, own.number, before)))
    if after < len(activations.values[own.number]):
        found.append(Neighbour("Next", after, f"{after} ▶", map_name(activations, own.number, after)))
    return found


def _pixels(activations: Activations, own: Walk) -> Pixels:
    number, (channel, row, column) = own.number, own.place
    values = activations.values[number][channel]
    height, width = values.shape
    # The picture's paper, -0.5 in the network, is shown as zero.
    shown = values + 0.5 if number == 0 else values
    grid = Grid(
        "map",
        map_strip(shown[None], float(np.abs(shown).max(initial=0))),
        columns=width,
        rows=height,
        at=row * width + column,
        count=values.size,
        label=f"{map_name(activations, number, channel)}, {height} by {width}; arrow keys move, Enter opens a pixel",
        width=190,
        frames=[frame(y, x, y + 1, x + 1, width, "spot") for _, y, x in activations.brightest(number, channel)],
        press="",
    )
    caption = f"{height} × {width} values from {values.min():.2f} to {values.max():.2f}. Choose a pixel to see its sum."
    return Pixels(grid, caption)


def _spots(activations: Activations, number: int, channel: int) -> Spots:
    side = activations.picture.shape[0]
    places = activations.brightest(number, channel)
    return Spots(
        ink_picture(activations.picture), [frame(*activations.receptive_field(number, place), side) for place in places]
    )
