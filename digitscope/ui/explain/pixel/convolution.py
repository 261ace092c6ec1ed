"""A convolution's sum: one input map's patch, kernel and products in full, the other maps' sums as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from cnn.explain import Activations, Sum
from digitscope.ui.common.templates import render
from digitscope.ui.explain.numbers import Cell, Number, cell, line, square, written
from digitscope.ui.explain.walk import Walk


@dataclass(frozen=True)
class Share:
    """What one input map adds to the value."""

    map: int
    sum: Cell
    spoken: str
    shown: bool
    """Whether its nine products are the ones that are shown."""


def convolution_html(activations: Activations, own: Walk, found: Sum, digits: int) -> Markup:
    """Return the sum; which map's products are shown is the walk's `share`."""
    share = own.share if 0 <= own.share < len(found.products) else found.strongest(1)[0][0]
    before, (channel, top, left) = activations.names[own.number - 1], own.place
    source = "the picture" if own.number == 1 else f"map {share} of {before}"
    return render(
        "explain/pixel/convolution.html",
        top=top,
        left=left,
        before=before,
        source=source,
        patch=square(found.inputs[share], digits, f"patch of {source}", "patch"),
        kernel=square(found.weights[share], digits, "kernel", "kernel"),
        products=square(found.products[share], digits, "products", "products"),
        own=Number("share", written(float(found.per_map[share]), digits)),
        shares=_shares(found, share, digits) if len(found.products) > 1 else [],
        sum=[
            line("total", found.total, digits, f"sum of all {found.products.size:,} products"),
            line("bias", found.bias, digits, f"bias of filter {channel}"),
            line("value", found.value, digits, "value: what the network computed", strong=True),
        ],
    )


def _shares(found: Sum, shown: int, digits: int) -> list[Share]:
    """Return all maps' sums, the strongest first."""
    sums = found.per_map
    largest = float(np.abs(sums).max())
    return [
        Share(int(i), cell(float(sums[i]), largest, digits), f"{sums[i]:.{digits}f}", bool(i == shown))
        for i in np.argsort(-np.abs(sums), kind="stable")
    ]
