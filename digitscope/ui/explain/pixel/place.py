"""Where the chosen value stands: its layer's map, or all values of a layer without maps, and what it sees."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from cnn.explain import Activations
from digitscope.ui.common.pictures import as_maps, ink_picture, level_address, map_sheet, map_strip
from digitscope.ui.common.templates import render
from digitscope.ui.explain.grid import Grid, frame
from digitscope.ui.explain.names import map_name, shape_name
from digitscope.ui.explain.walk import Walk

VALUES_A_ROW = 16
"""Values that stand beside each other where there are no maps."""
WIDTH = 260


def place_html(activations: Activations, own: Walk) -> Markup:
    """Return a picture of the layer to choose a value from, and the drawing with a frame around what the value sees."""
    number, place = own.number, own.place
    values = activations.values[number]
    if values.ndim == 1:
        chooser, caption = _values(activations, own), f"{len(values)} values."
    else:
        chooser, caption = _pixels(activations, own), f"{map_name(activations, number, place[0])}: choose a pixel."
    return render(
        "explain/pixel/place.html",
        layer=activations.names[number],
        shape=shape_name(values),
        chooser=chooser,
        caption=caption,
        drawing=ink_picture(activations.picture),
        field=frame(*activations.receptive_field(number, place), activations.picture.shape[0]),
    )


def _values(activations: Activations, own: Walk) -> Grid:
    values = activations.values[own.number]
    along = min(VALUES_A_ROW, len(values))
    return Grid(
        "value",
        level_address(map_sheet(as_maps(values), along)),
        columns=along,
        rows=-(-len(values) // along),
        at=own.place[0],
        count=len(values),
        label=f"{activations.names[own.number]}: {len(values)} values, arrow keys choose one",
        width=WIDTH,
    )


def _pixels(activations: Activations, own: Walk) -> Grid:
    number, (channel, row, column) = own.number, own.place
    # The picture's paper, -0.5 in the network, is shown as zero.
    shown = activations.values[number][channel] + (0.5 if number == 0 else 0)
    height, width = shown.shape
    return Grid(
        "pixel",
        map_strip(shown[None], float(np.abs(shown).max(initial=0))),
        columns=width,
        rows=height,
        at=row * width + column,
        count=shown.size,
        label=f"{map_name(activations, number, channel)}, {height} by {width}; arrow keys choose a pixel",
        width=WIDTH,
    )
