"""A layer's maps of the drawing, to switch their filters off and on: those that are off are crossed out."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from digitscope.ui.common.pictures import as_maps, level_address, map_sheet
from digitscope.ui.common.templates import render
from digitscope.ui.explain.grid import Grid, frame

Array = np.ndarray

ACROSS = {"wide": 24, "narrow": 12}
"""Maps beside each other on a wide screen, and on a phone: as large as a finger."""
CELL = 33
"""Pixels."""


def filters_html(values: Array, off: list[int], layer: str, at: int) -> Markup:
    """Return the maps (C, H, W), or values (K,), of a layer; `off` are switched off, keys stand on `at`."""
    maps = as_maps(values).copy()
    maps[off] = 0
    grids = [_grid(maps, off, layer, at, min(across, len(maps)), only) for only, across in ACROSS.items()]
    return render("explain/ablation/filters.html", grids=grids, off=len(off), count=len(maps))


def _grid(maps: Array, off: list[int], layer: str, at: int, along: int, only: str) -> Grid:
    rows = -(-len(maps) // along)
    places = [divmod(number, along) for number in off]
    return Grid(
        "filter",
        level_address(map_sheet(maps, along)),
        columns=along,
        rows=rows,
        at=at,
        count=len(maps),
        label=f"{layer}: {len(maps)} maps, {len(off)} off; arrow keys move, Enter switches one off or on",
        width=along * CELL,
        frames=[frame(row, column, row + 1, column + 1, along, "off", rows) for row, column in places],
        press="filter",
        only=only,
    )
