"""The timeline of a drawing: what the network said while it grew, as ten curves, and any moment of it to look at."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.recognition.timeline import MOMENTS, Timeline, changes, timeline
from digitscope.ui.common.pictures import INK, ink_picture
from digitscope.ui.common.session import session
from digitscope.ui.draw.answer import percent

Array = np.ndarray

MOST_STROKES = 200
MOST_POINTS = 20_000
"""Beyond these a drawing has no timeline: each moment costs time for every stroke and point."""
MOST_CHANGES = 6
"""Changes of mind that are told, the last ones."""
NAMED = 3
"""Digits whose curves stand out: those that led longest."""

COLOURS = ["#4f7df0", "#e07b28", "#b1559f"]
DASHES = [[1, 0], [6, 3], [2, 2]]
"""The curves that stand out; blue, orange and purple differ for colour-blind people too, and dashes for everybody."""
FAINT = "#8a93a6"
STILL_TO_COME = "#d3d7df"

COLUMNS = ["kind", "share", "end", "digit", "rank", "probability", "words"]

NO_STROKES = Strokes(())

SHARE, PIECE = "timeline_share", "timeline_piece"
"""Keys of the widgets."""


@dataclass
class TimelineState:
    """This tab's timeline, computed once a drawing."""

    line: Timeline | None = None
    drawing: Strokes = NO_STROKES
    """All that was on the canvas then; of several digits the timeline is about one only."""


def changes_in_words(line: Timeline) -> list[str]:
    """The same as sentences, and how it ended."""
    found = changes(line.said)
    if not found:
        return ["At no moment was it read as a digit."]
    words = []
    if len(found) > MOST_CHANGES:
        words.append(f"The answer changed {len(found) - 1} times. The last {MOST_CHANGES} changes:")
    for change in found[-MOST_CHANGES:]:
        share = f"{100 * line.shares[change.moment]:.0f} %"
        if change.before is None:
            words.append(f"After {share} of the strokes it was first read as {change.after}.")
        else:
            words.append(f"After {share} of the strokes {change.before} became {change.after}.")
    if line.said[-1] < 0:
        words.append("In the end it is not read as a digit.")
    elif len(found) == 1 and (line.said[found[0].moment :] >= 0).all():
        words.append("It stayed that to the end.")
    return words


@st.fragment
def show_timeline(reading: Reading, reader: Reader | None) -> None:
    """The panel. It is a fragment: who scrubs runs this again and nothing else."""
    with st.container(key="timeline"):
        if reader is None or reading.strokes.empty or reading.prepared.picture is None:
            st.html(
                '<p class="hint">Draw a digit: here you then go back through its strokes, and see what the network '
                "thought of it on the way. Try a 2, slowly: is it a 7 for a while?</p>"
            )
            return
        strokes = _chosen_piece(reading)
        if len(strokes.paths) > MOST_STROKES or sum(map(len, strokes.paths)) > MOST_POINTS:
            st.html(
                f'<p class="hint">This drawing is too large for a timeline: it shows drawings of up to {MOST_STROKES} '
                f"strokes and {MOST_POINTS:,} points.</p>"
            )
            return
        line = _timeline_of(strokes, reading.strokes, reader)
        # On a phone the columns stand one below the other: what the slider changes must be near it.
        left, right = st.columns([2, 3], gap="large")
        with right:
            step = 100 // MOMENTS
            share = st.slider("How far the pen had come", step, 100, step=step, format="%d %%", key=SHARE)
            moment = share // step - 1
            st.vega_lite_chart(chart_data(line, moment), CHART, key="timeline_chart", width="stretch")
        with left:
            st.html(_moment_html(line, moment))
        st.html(f'<ul class="changes">{"".join(f"<li>{words}</li>" for words in changes_in_words(line))}</ul>')


def _chosen_piece(reading: Reading) -> Strokes:
    """The drawing of one digit, its strokes in the order in which they were drawn."""
    pieces = reading.pieces
    if len(pieces) == 1:
        return reading.strokes
    said: list[int] = [] if reading.verdict is None else reading.verdict.predicted.tolist()
    last = session().state(TimelineState)
    if last.line is None or PIECE not in st.session_state or not last.drawing.same(reading.strokes):
        st.session_state[PIECE] = reading.shown
    chosen = st.segmented_control(
        "Which digit, from left to right",
        range(len(pieces)),
        format_func=lambda place: str(said[place]) if said and said[place] >= 0 else "?",
        key=PIECE,
    )
    piece = pieces[reading.shown if chosen is None else chosen].strokes
    own = {id(path) for path in piece.paths}
    return Strokes(tuple(path for path in reading.strokes.paths if id(path) in own), piece.size)


def _timeline_of(strokes: Strokes, drawing: Strokes, reader: Reader) -> Timeline:
    """Return this tab's timeline of a digit in a drawing, computed anew when it, or the network, is another one."""
    own = session().state(TimelineState)
    if own.line is None or own.line.reader is not reader or not own.line.strokes.same(strokes):
        own.line = timeline(strokes, reader)
        st.session_state[SHARE] = 100
    own.drawing = drawing
    st.session_state.setdefault(SHARE, 100)
    return own.line


def chart_data(line: Timeline, moment: int) -> pd.DataFrame:
    """All that the chart shows, by kind of mark: curves, names, spans without a digit, and the moment looked at."""
    rows: list[dict[str, Any]] = []
    leaders = line.leaders[:NAMED]
    for digit in range(10):
        rank = leaders.index(digit) if digit in leaders else -1
        for share, probability in zip(line.shares, line.probabilities[:, digit], strict=True):
            if np.isfinite(probability):
                rows.append(
                    {
                        "kind": "other" if rank < 0 else "leading",
                        "share": share,
                        "digit": str(digit),
                        "rank": str(rank),
                        "probability": float(probability),
                    }
                )
        if rank >= 0:
            led = np.flatnonzero(line.said == digit)
            middle = int(led[len(led) // 2])
            rows.append(
                {
                    "kind": "name",
                    "share": line.shares[middle],
                    "digit": str(digit),
                    "rank": str(rank),
                    "probability": float(line.probabilities[middle, digit]),
                }
            )
    step = 1 / len(line.said)
    for k in np.flatnonzero(line.said < 0):
        share = line.shares[k]
        rows.append({"kind": "unread", "share": share - step, "end": share, "words": "not read as a digit"})
    rows.append({"kind": "now", "share": line.shares[moment]})
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _chart() -> dict[str, Any]:
    """The chart in Vega-Lite's words; it is the same for all drawings, so that nothing flickers."""
    x = {
        "field": "share",
        "type": "quantitative",
        "title": "of the strokes drawn",
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 5, "grid": False},
    }
    y = {
        "field": "probability",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 4},
    }
    ranks = [str(rank) for rank in range(NAMED)]
    colour = {"field": "rank", "type": "nominal", "scale": {"domain": ranks, "range": COLOURS}, "legend": None}
    dash = {"field": "rank", "type": "nominal", "scale": {"domain": ranks, "range": DASHES}, "legend": None}
    digit = {"field": "digit", "type": "nominal"}
    tooltip = [
        {**digit, "title": "digit"},
        {"field": "share", "type": "quantitative", "format": ".0%", "title": "of the strokes"},
        {"field": "probability", "type": "quantitative", "format": ".1%"},
    ]

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind === '{kind}'"}], "mark": mark, "encoding": encoding}

    return {
        "height": 290,
        "padding": {"top": 14, "left": 5, "right": 14, "bottom": 5},
        "layer": [
            layer(
                "unread",
                {"type": "rect", "color": FAINT, "opacity": 0.16},
                {"x": x, "x2": {"field": "end"}, "tooltip": {"field": "words", "type": "nominal", "title": " "}},
            ),
            layer(
                "other",
                {"type": "line", "color": FAINT, "strokeWidth": 1, "opacity": 0.55},
                {"x": x, "y": y, "detail": digit, "tooltip": tooltip},
            ),
            layer(
                "leading",
                {"type": "line", "strokeWidth": 2.5},
                {"x": x, "y": y, "color": colour, "strokeDash": dash, "detail": digit, "tooltip": tooltip},
            ),
            layer("now", {"type": "rule", "color": FAINT, "strokeWidth": 1.5}, {"x": x}),
            layer(
                "name",
                {"type": "text", "fontSize": 17, "fontWeight": 700, "dy": -10},
                {"x": x, "y": y, "color": colour, "text": digit},
            ),
        ],
    }


CHART = _chart()


def _moment_html(line: Timeline, moment: int) -> str:
    """The drawing up to a moment, its 28 x 28 picture, and what was said to it then."""
    share = f"{100 * line.shares[moment]:.0f} %"
    digit, probabilities = int(line.said[moment]), line.probabilities[moment]
    address = b64encode(grown_svg(line.strokes, line.grown[moment]).encode()).decode()
    if not np.isfinite(probabilities).all():
        words, lines = "Only a dot yet", []
    else:
        best, second = (int(place) for place in np.argsort(probabilities)[::-1][:2])
        words = f"Read as {digit}"
        lines = [
            f"{best}: {percent(float(probabilities[best]))}",
            f"next {second}: {percent(float(probabilities[second]))}",
        ]
        if digit < 0:
            words = "No digit yet" if moment + 1 < len(line.said) else "No digit"
            lines = [f"no digit: {percent(float(line.nothing[moment]))}", f"nearest: {best}"]
    shown = "?" if digit < 0 else str(digit)
    return (
        f'<div class="moment{" refused" if digit < 0 else ""}" data-digit="{"" if digit < 0 else digit}" '
        f'data-share="{100 * line.shares[moment]:.0f}">'
        f'<figure><img src="data:image/svg+xml;base64,{address}" alt="The drawing after {share} of its strokes">'
        f"<figcaption>after {share}</figcaption></figure>"
        f'<figure><img class="pixels" src="{ink_picture(line.pictures[moment])}" '
        f'alt="The 28 by 28 pixels that the network saw then"><figcaption>28 × 28 pixels</figcaption></figure>'
        f'<div class="digit">{shown}</div><div class="then" role="status"><b>{words}</b>'
        f"{''.join(f'<span>{words}</span>' for words in lines)}</div></div>"
    )


def grown_svg(whole: Strokes, grown: Strokes) -> str:
    """What is drawn already in ink, what is still to come pale, and a dot where the pen is."""
    points = np.concatenate(whole.paths)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max()) or 1.0
    corner = (low + high - extent) / 2

    def lines(drawing: Strokes) -> str:
        drawn = []
        for path in drawing.paths:
            at = 84 * (path - corner) / extent + 8
            drawn.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>')
        return "".join(drawn)

    x, y = 84 * (grown.paths[-1][-1] - corner) / extent + 8
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" fill="none">'
        '<g stroke-width="6" stroke-linecap="round" stroke-linejoin="round">'
        f'<g stroke="{STILL_TO_COME}">{lines(whole)}</g><g stroke="{INK}">{lines(grown)}</g></g>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{COLOURS[1]}"/></svg>'
    )
