"""Today: the accuracy on visitors' drawings beside MNIST's, what was read as what, leaderboards, drawings."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from digitscope.digits.preprocess import prepare
from digitscope.recognition.measure import Accuracy
from digitscope.stand.accuracy import REFUSED
from digitscope.stand.challenges import CHALLENGES
from digitscope.stand.day import DayFigures, day_figures
from digitscope.stand.store import Kept, StoreError, day_of
from digitscope.ui.common.networks import shipped
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.templates import render
from digitscope.ui.common.words import THIN
from digitscope.ui.kiosk.challenges import show_leaderboard, title_of
from digitscope.ui.kiosk.lines import show_heading, show_line
from digitscope.ui.kiosk.visitor import say, store

GALLERY = 24


def today_screen() -> None:
    """Show today's figures, leaderboards and newest drawings."""
    words = say()
    day = day_of(datetime.now())
    reader = shipped().reader
    try:
        figures = day_figures(store(), day, {} if reader is None else reader.header)
        drawings = store().drawings(day, newest=GALLERY)
    except StoreError:
        show_line(words("store_failed"), "hint wrong")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_figures(figures)
    with right:
        show_heading(words("leaderboard"))
        for challenge in CHALLENGES:
            show_leaderboard(challenge, title_of(challenge))
    if drawings:
        _show_gallery(drawings)


def _show_figures(figures: DayFigures) -> None:
    words = say()
    assert figures.confusions.shape[1] - 1 == REFUSED, "the last column counts what was not read"
    accuracies = [_accuracy("today", words("today_accuracy"), figures.visitors)] if figures.visitors.n else []
    if figures.mnist is not None:
        accuracies.append(_accuracy("mnist", words("today_mnist"), figures.mnist))
    st.html(
        render(
            "kiosk/today.html",
            accuracies=accuracies,
            empty="" if figures.visitors.n else words("today_empty"),
            title=words("today_confusions"),
            meant=words("today_meant"),
            read=words("today_read"),
            refused=words("refused"),
            confusions=figures.confusions.tolist(),
            most=max(1, int(figures.confusions.max())),
        )
    )


def _accuracy(kind: str, title: str, measured: Accuracy) -> dict[str, object]:
    """Return what the template shows of an accuracy."""
    words = say()
    low, high = (f"{100 * bound:.1f}" for bound in measured.interval)
    return {
        "facts": {"data-accuracy": kind, "data-right": measured.right, "data-n": measured.n},
        "title": title,
        "percent": f"{100 * measured.share:.1f}",
        "interval": words("today_interval", low=low, high=high),
        "n": words("today_n", n=f"{measured.n:,}".replace(",", THIN)),
    }


def _show_gallery(drawings: list[Kept]) -> None:
    words = say()
    shown = []
    for drawing in drawings:
        picture = prepare(drawing.strokes).picture
        if picture is not None:
            meant, said = ("–" if digit is None else digit for digit in (drawing.label, drawing.said))
            shown.append((ink_picture(picture), drawing.right, words("today_as", meant=meant, said=said)))
    st.html(render("kiosk/today_gallery.html", title=words("today_gallery"), drawings=shown))
