"""The timeline of a drawing: what the network read while it grew, as ten curves and as any moment of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.recognition.timeline import MOMENTS, Timeline, changes, timeline
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.session import session
from digitscope.ui.common.templates import hint, render, svg_address
from digitscope.ui.draw.answer import percent
from digitscope.ui.draw.sketch import grown_svg
from digitscope.ui.draw.timeline_chart import CHART, chart_data

MOST_STROKES = 200
MOST_POINTS = 20_000
"""Beyond these a drawing has no timeline: each moment costs time for every stroke and point."""
MOST_CHANGES = 6
"""Changes that are listed, the last ones."""

NO_STROKES = Strokes(())

SHARE, PIECE = "timeline_share", "timeline_piece"
"""Keys of the widgets."""


@dataclass
class TimelineState:
    """This tab's timeline, computed once a drawing."""

    line: Timeline | None = None
    drawing: Strokes = NO_STROKES
    """All that was on the canvas then; of several digits the timeline is about one only."""


@dataclass(frozen=True)
class Moment:
    """What the network read when the pen had come a share of its way."""

    percent: int
    digit: int
    """-1 where no digit was read."""
    words: str
    lines: list[str]
    """Probabilities, one a line."""


@st.fragment
def show_timeline(reading: Reading, reader: Reader | None) -> None:
    """Show the panel. It is a fragment: moving its slider runs this again and nothing else."""
    with st.container(key="timeline"):
        if reader is None or reading.strokes.empty or reading.prepared.picture is None:
            st.html(
                hint(
                    "Draw a digit: here you then go back through its strokes, and see what the network thought of it "
                    "on the way. Try a 2, slowly: is it a 7 for a while?"
                )
            )
            return
        strokes = _chosen_piece(reading)
        if len(strokes.paths) > MOST_STROKES or sum(map(len, strokes.paths)) > MOST_POINTS:
            st.html(
                hint(
                    f"This drawing is too large for a timeline: it shows drawings of up to {MOST_STROKES} strokes "
                    f"and {MOST_POINTS:,} points."
                )
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
            st.html(moment_html(line, moment))
        st.html(render("draw/timeline_changes.html", sentences=changes_in_words(line)))


def changes_in_words(line: Timeline) -> list[str]:
    """List in sentences when the digit that was read changed, and how it ended."""
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


def moment_html(line: Timeline, number: int) -> Markup:
    """Return the drawing up to a moment, its 28 x 28 picture, and what was read in it then."""
    return render(
        "draw/timeline_moment.html",
        moment=_moment(line, number),
        drawing=svg_address(grown_svg(line.strokes, line.grown[number])),
        picture=ink_picture(line.pictures[number]),
    )


def _moment(line: Timeline, number: int) -> Moment:
    share, digit = round(100 * line.shares[number]), int(line.said[number])
    probabilities = line.probabilities[number]
    if not np.isfinite(probabilities).all():
        return Moment(share, digit, "Only a dot yet", [])
    best, second = (int(place) for place in np.argsort(probabilities)[::-1][:2])
    if digit < 0:
        words = "No digit yet" if number + 1 < len(line.said) else "No digit"
        return Moment(share, digit, words, [f"no digit: {percent(float(line.nothing[number]))}", f"nearest: {best}"])
    lines = [
        f"{best}: {percent(float(probabilities[best]))}",
        f"next {second}: {percent(float(probabilities[second]))}",
    ]
    return Moment(share, digit, f"Read as {digit}", lines)


def _chosen_piece(reading: Reading) -> Strokes:
    """Let the visitor choose one digit of several; return its strokes in the order in which they were drawn."""
    pieces = reading.pieces
    if len(pieces) == 1:
        return reading.strokes
    digits: list[int] = [] if reading.verdict is None else reading.verdict.predicted.tolist()
    last = session().state(TimelineState)
    if last.line is None or PIECE not in st.session_state or not last.drawing.same(reading.strokes):
        st.session_state[PIECE] = reading.shown
    chosen = st.segmented_control(
        "Which digit, from left to right",
        range(len(pieces)),
        format_func=lambda place: str(digits[place]) if digits and digits[place] >= 0 else "?",
        key=PIECE,
    )
    piece = pieces[reading.shown if chosen is None else chosen]
    return Strokes(tuple(reading.strokes.paths[number] for number in sorted(piece.numbers)), piece.strokes.size)


def _timeline_of(strokes: Strokes, drawing: Strokes, reader: Reader) -> Timeline:
    """Return this tab's timeline of a digit in a drawing; another digit or another network gets a new one."""
    own = session().state(TimelineState)
    if own.line is None or own.line.reader is not reader or not own.line.strokes.same(strokes):
        own.line = timeline(strokes, reader)
        st.session_state[SHARE] = 100
    own.drawing = drawing
    st.session_state.setdefault(SHARE, 100)
    return own.line
