"""Draw the picture of the house from the real imports: python -m docs.house writes docs/house.svg.

A box is a part of the project, an arrow says that the one imports the other. Arrows go down. Dark are those that no
other way of arrows implies. The id of each arrow in the file names both parts: tests compare them with the source.
"""

from __future__ import annotations

import argparse
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from testkit.imports import arrows

WIDTH, HEIGHT, GAP, STEP, EDGE = 2.1, 0.45, 0.35, 1.1, 0.2
"""Inches: a box's sides, the gap between two boxes of a row, the distance of rows, the picture's edge."""
SWEEPS = 24
"""How often each row is put in order by the middle of its neighbours."""
INK, PALE, PAPER = "#1c2333", "#c3cad9", "#ffffff"
FILLS = {"cnn": "#dfe7ff", "digitscope": "#eef1f7"}
OTHERS = "#fdf3dc"

Pairs = set[tuple[str, str]]
Stop = str | tuple[str, str, int]
"""A part of the house, or where the arrow of two parts passes a row."""
Point = tuple[float, float]


def house() -> Pairs:
    """Return the arrows of the picture: all between parts, less what only names the package or starts it."""
    return {pair for pair in arrows() if not any("__" in part for part in pair)}


def below(part: str, pairs: Pairs) -> set[str]:
    """Return every part that `part` reaches by arrows."""
    reached: set[str] = set()
    new = {part}
    while new:
        new = {target for source, target in pairs if source in new} - reached
        reached |= new
    return reached


def direct(pairs: Pairs) -> Pairs:
    """Return the arrows that no longer way implies."""
    return {
        (source, target)
        for source, target in pairs
        if not any(target in below(other, pairs) for one, other in pairs if one == source and other != target)
    }


def levels(pairs: Pairs) -> dict[str, int]:
    """Return each part's row, 0 at the top: a part stands below all that import it."""
    importers: dict[str, list[str]] = {}
    for source, target in sorted(pairs):
        importers.setdefault(target, []).append(source)
    found: dict[str, int] = {}
    for part in TopologicalSorter(importers).static_order():
        found[part] = 1 + max((found[importer] for importer in importers.get(part, ())), default=-1)
    return found


def layout(pairs: Pairs) -> dict[Stop, Point]:
    """Return the middle of each part, and of the bends of each long arrow between the parts of the rows that it passes.

    Rows are put in order by the middle of their neighbours, so that arrows cross little (Sugiyama, Tagawa and Toda,
    "Methods for visual understanding of hierarchical system structures", IEEE SMC 11, 1981).
    """
    level = levels(pairs)
    ways = [way(pair, level) for pair in sorted(pairs)]
    links = [link for stops in ways for link in pairwise(stops)]
    rows: dict[int, list[Stop]] = {}
    for stop in dict.fromkeys([*sorted(level), *(stop for stops in ways for stop in stops)]):
        rows.setdefault(level[stop] if isinstance(stop, str) else stop[2], []).append(stop)
    across = {stop: x for row in rows.values() for stop, x in _spread(row)}
    for _ in range(SWEEPS):
        for _, row in sorted(rows.items()):
            middles = {stop: _middle(stop, links, across) for stop in row}
            row.sort(key=lambda stop: (middles[stop], str(stop)))
            across |= dict(_spread(row))
    return {stop: (across[stop], -STEP * number) for number, row in rows.items() for stop in row}


def way(pair: tuple[str, str], level: dict[str, int]) -> list[Stop]:
    """Return an arrow's stops: its parts, and a bend in each row that it passes."""
    source, target = pair
    return [source, *((source, target, row) for row in range(level[source] + 1, level[target])), target]


def _spread(row: list[Stop]) -> list[tuple[Stop, float]]:
    widths = [WIDTH if isinstance(stop, str) else 0.0 for stop in row]
    ends = list(accumulate(width + GAP for width in widths))
    return [
        (stop, end - GAP - width / 2 - (ends[-1] - GAP) / 2) for stop, end, width in zip(row, ends, widths, strict=True)
    ]


def _middle(stop: Stop, links: list[tuple[Stop, Stop]], across: dict[Stop, float]) -> float:
    neighbours = [across[lower] for upper, lower in links if upper == stop]
    neighbours += [across[upper] for upper, lower in links if lower == stop]
    return sum(neighbours) / len(neighbours) if neighbours else across[stop]


def draw(pairs: Pairs, path: Path) -> None:
    """Write the picture to `path`; the same imports give the same file."""
    near = direct(pairs)
    level, where = levels(pairs), layout(near)
    xs, ys = zip(*where.values(), strict=True)
    left, right, low, high = min(xs) - WIDTH / 2, max(xs) + WIDTH / 2, min(ys) - HEIGHT / 2, max(ys) + HEIGHT / 2
    figure = Figure(figsize=(right - left + 2 * EDGE, high - low + 2 * EDGE), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left - EDGE, right + EDGE)
    axes.set_ylim(low - EDGE, high + EDGE)
    axes.set_axis_off()
    for pair in sorted(pairs):
        stops = [where[stop] for stop in (way(pair, level) if pair in near else pair)]
        arrow = FancyArrowPatch(
            path=_curve(stops),
            arrowstyle="-|>",
            mutation_scale=11,
            color=INK if pair in near else PALE,
            linewidth=1.3 if pair in near else 0.6,
            zorder=2 if pair in near else 1,
        )
        arrow.set_gid("..".join(("arrow", *pair)))
        axes.add_patch(arrow)
    for part in sorted(level):
        x, y = where[part]
        fill = FILLS.get(part.split("/")[0], OTHERS)
        corner, round_ = (x - WIDTH / 2, y - HEIGHT / 2), "round,pad=0,rounding_size=0.1"
        axes.add_patch(FancyBboxPatch(corner, WIDTH, HEIGHT, round_, facecolor=fill, edgecolor=INK, zorder=3))
        axes.text(x, y, part, ha="center", va="center", color=INK, fontsize=11, zorder=4)
    # Names stay text, and neither a date nor random names make each drawing another file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "house"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _curve(stops: list[Point]) -> Curve:
    """From the first box's lower edge to the last one's upper edge; it goes straight down past what lies between."""
    (x, y), *between, (to_x, to_y) = stops
    points, codes = [(x, y - HEIGHT / 2)], [Curve.MOVETO]
    for bend_x, bend_y in between:
        _bend(points, codes, (bend_x, bend_y + HEIGHT / 2))
        points.append((bend_x, bend_y - HEIGHT / 2))
        codes.append(Curve.LINETO)
    _bend(points, codes, (to_x, to_y + HEIGHT / 2))
    return Curve(points, codes)


def _bend(points: list[Point], codes: list[np.uint8], to: Point) -> None:
    """Go on to a point in an S that begins and ends upright."""
    x, y = points[-1]
    middle = (y + to[1]) / 2
    points += [(x, middle), (to[0], middle), to]
    codes += 3 * [Curve.CURVE4]


def main() -> None:
    """Draw it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).with_name("house.svg"), help="(default: docs/house.svg)"
    )
    options = parser.parse_args()
    draw(house(), options.out)
    print(options.out)


if __name__ == "__main__":
    main()
