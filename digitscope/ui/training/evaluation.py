"""Training in large: curves, filters as they form, the visitor's own drawings, confusions, mistakes, comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from digitscope.digits.io import mnist
from digitscope.jobs.messages import Answers
from digitscope.ui.common.pictures import coloured, ink_picture, map_strip, png_address
from digitscope.ui.training import runs
from digitscope.ui.training.curves import show_curves
from digitscope.ui.training.runs import TrainingRun
from digitscope.ui.training.tab import EVERY

Array = np.ndarray

WORST = 12
"""Mistakes that are shown."""
FROM_CELL = 24
"""Images that are shown of a cell of the confusion matrix."""


def training_panel() -> None:
    """The whole panel; drawn anew a few times a second while a run is on."""
    run = runs.current()
    with st.container(key="training_panel"):
        if run is None:
            st.html(
                '<p class="hint">Start a run in the sidebar, under “Training”. Here you then see its curves in large, '
                "its filters as they form, what it says to your own drawings, and which digits it confuses.</p>"
            )
        elif run.over:
            _panel(run)
        else:
            st.fragment(_panel, run_every=EVERY)(run)
    if len(runs.state().runs) > 1:
        _compare()


def _panel(run: TrainingRun) -> None:
    if run.update():
        st.rerun()
    history = run.history
    st.markdown(f"**Run {history.name}**")
    earlier = [other.history for other in runs.state().runs if other is not run]
    left, right = st.columns(2)
    with left:
        show_curves(history, earlier, "loss", "large_loss")
    with right:
        show_curves(history, earlier, "accuracy", "large_accuracy")
    if history.kernels is not None:
        st.html(_filters_html(history.kernels))
    st.html(_own_html(run))
    if history.answers is not None:
        _show_answers(history.answers)
    else:
        st.html(
            '<p class="hint">After each epoch, and at the end: which digits it confuses, and its worst mistakes.</p>'
        )


def _filters_html(kernels: Array) -> str:
    """The first convolution's kernels (F, 1, 3, 3) side by side."""
    maps = kernels[:, 0]
    largest = float(np.abs(maps).max(initial=0))
    along = 8 if len(maps) % 8 == 0 else min(len(maps), 10)
    strips = "".join(
        f'<img src="{map_strip(maps[start : start + along], largest)}" alt="" style="aspect-ratio:{along * 4 - 1}/3">'
        for start in range(0, len(maps), along)
    )
    return (
        f'<figure class="layer filters"><figcaption><b>Filters</b> <span class="kind">of the first convolution, 3 × 3 '
        f'each, as they are now</span></figcaption><div class="maps" role="img" '
        f'aria-label="{len(maps)} filters of 3 by 3">{strips}</div></figure>'
    )


def _own_html(run: TrainingRun) -> str:
    """What the network said to the visitor's own drawings after so many steps."""
    if not len(run.drawings):
        return '<p class="hint">Draw a few digits before you start a run: it will tell what it reads in them.</p>'
    steps = sorted(run.history.own_answers)
    head = "".join(f"<th>{'before' if step == 0 else f'{step:,} steps'}</th>" for step in steps)
    rows = []
    for i, picture in enumerate(run.drawings):
        cells = []
        for step in steps:
            answer = run.history.own_answers[step][i]
            digit = int(answer.argmax())
            cells.append(f"<td><b>{digit}</b> <span>{100 * float(answer[digit]):.0f} %</span></td>")
        rows.append(f'<tr><td><img src="{ink_picture(picture)}" alt="your drawing {i + 1}"></td>{"".join(cells)}</tr>')
    return (
        '<table class="own"><caption>What it says to <i>your</i> digits</caption>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _show_answers(answers: Answers) -> None:
    """Confusion matrix, the chosen cell or the worst mistakes, accuracy by digit, on the 5,000 validation images."""
    pictures, labels = mnist.load().validation
    predicted, confidence = answers.predicted.astype(int), answers.confidence
    st.markdown(
        f"**After {answers.step:,} steps**: {(predicted == labels).mean():.2%} of {len(labels):,} images that it does "
        "not learn from"
    )
    left, right = st.columns(2, gap="medium")
    with left:
        event: Any = st.vega_lite_chart(
            confusion_table(labels, predicted), CONFUSION, key="confusion", width="stretch", on_select="rerun"
        )
        st.caption("Rows: the digit; columns: what it was read as. Choose a cell to see its images.")
    chosen = event.selection.get("cell") or []
    with right:
        if chosen:
            digit, said = int(chosen[0]["digit"]), int(chosen[0]["answer"])
            found = np.flatnonzero((labels == digit) & (predicted == said))
            title = f"{len(found):,} images of {digit} read as {said}" + (
                "" if len(found) <= FROM_CELL else ", some of them"
            )
            found = found[np.argsort(-confidence[found], kind="stable")][:FROM_CELL]
        else:
            wrong = np.flatnonzero(predicted != labels)
            found = wrong[np.argsort(-confidence[wrong], kind="stable")][:WORST]
            title = f"Worst mistakes of {len(wrong):,}: wrong, and surest of it"
        st.html(_gallery_html(title, pictures[found], labels[found], predicted[found], confidence[found]))
    st.html(_by_digit_html(labels, predicted))


def confusion_table(labels: Array, predicted: Array) -> pd.DataFrame:
    """A row a cell: digit, answer, count, and its share of that digit's mistakes (0 on the diagonal)."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels.astype(int), predicted), 1)
    wrong = counts * (1 - np.eye(10, dtype=int))
    digit, answer = np.divmod(np.arange(100), 10)
    return pd.DataFrame(
        {
            "digit": digit,
            "answer": answer,
            "count": counts.ravel(),
            "heat": (wrong / max(wrong.max(), 1)).ravel(),
            "right": digit == answer,
        }
    )


CONFUSION: dict[str, Any] = {
    "height": 300,
    "params": [{"name": "cell", "select": {"type": "point", "fields": ["digit", "answer"]}, "views": ["cells"]}],
    "encoding": {
        "x": {"field": "answer", "type": "ordinal", "title": "read as", "axis": {"labelAngle": 0, "orient": "top"}},
        "y": {"field": "digit", "type": "ordinal", "title": "digit"},
    },
    "layer": [
        {
            "name": "cells",
            "mark": {"type": "rect", "tooltip": {"content": "data"}, "cursor": "pointer", "cornerRadius": 2},
            "encoding": {
                "color": {
                    "condition": {"test": "datum.right", "value": "#8a93a633"},
                    "field": "heat",
                    "type": "quantitative",
                    "scale": {"domain": [0, 1], "range": ["#8a93a611", "#e07b28"]},
                    "legend": None,
                },
                "strokeWidth": {"condition": {"param": "cell", "empty": False, "value": 2}, "value": 0},
                "stroke": {"value": "#2f5bd0"},
            },
        },
        {
            "mark": {"type": "text", "fontSize": 11, "tooltip": False},
            "encoding": {
                "text": {
                    "condition": {"test": "datum.count > 0", "field": "count", "type": "quantitative"},
                    "value": "",
                }
            },
        },
    ],
}


def _gallery_html(title: str, pictures: Array, labels: Array, predicted: Array, confidence: Array) -> str:
    if not len(pictures):
        return f'<p class="hint">{title}.</p>'
    figures = "".join(
        f'<figure><img src="{png_address(coloured(picture / 255, 1.0))}" alt="a {label}"><figcaption>'
        f"{label} as <b>{said}</b>, {100 * float(sure):.0f} %</figcaption></figure>"
        for picture, label, said, sure in zip(pictures, labels, predicted, confidence, strict=True)
    )
    return f'<div class="gallery_title">{title}</div><div class="gallery">{figures}</div>'


def _by_digit_html(labels: Array, predicted: Array) -> str:
    """Ten bars from the worst accuracy shown to 100 %."""
    shares = [float((predicted[labels == digit] == digit).mean()) for digit in range(10)]
    low = min(0.9, np.floor(min(shares) * 10) / 10)
    bars = "".join(
        f'<div class="bar" data-digit="{digit}"><span class="number">{100 * share:.1f}</span><span class="track">'
        f'<span class="level" style="transform:translateY({100 - 100 * (share - low) / (1 - low):.1f}%)"></span></span>'
        f'<span class="name">{digit}</span></div>'
        for digit, share in enumerate(shares)
    )
    title = f"Read rightly, in %, by digit (bars begin at {100 * low:.0f} %)"
    return f'<div class="gallery_title">{title}</div><div class="bars small">{bars}</div>'


def _compare() -> None:
    """Two runs side by side in a table; names may be changed, runs deleted."""
    own = runs.state()
    with st.expander("Compare runs"):
        names = [run.history.name for run in own.runs]
        chosen = st.multiselect("Two runs", names, names[-2:], max_selections=2, key=f"compare_{own.started}")
        picked = [run for run in own.runs if run.history.name in chosen]
        if picked:
            st.dataframe(comparison(picked), width="stretch")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            which = st.selectbox("Run", names, key=f"manage_{own.started}")
            name = st.text_input("New name", key=f"rename_{own.started}", max_chars=40)
            run = next((run for run in own.runs if run.history.name == which), None)
            if run is not None and st.button("Rename", key="rename") and name.strip() and name.strip() not in names:
                run.history.name = name.strip()
                st.rerun()
            if run is not None and st.button("Delete", key="delete", disabled=not run.over):
                own.runs = [other for other in own.runs if other is not run]
                st.rerun()


def comparison(picked: list[TrainingRun]) -> pd.DataFrame:
    """A column a run: its result first, then the settings in which they differ."""
    columns = {}
    for run in picked:
        history = run.history
        columns[history.name] = {
            "validation accuracy": "" if history.best is None else f"{history.best:.2%}",
            "steps": f"{history.step[-1]:,}" if history.step else "0",
            "seconds": f"{history.seconds:.0f}",
            "layers": str(len(run.layers)),
            **{name.replace("_", " "): str(value) for name, value in vars(run.settings).items()},
        }
    table = pd.DataFrame(columns)
    always = ["validation accuracy", "steps", "seconds"]
    differs = table.nunique(axis=1) > 1 if len(picked) > 1 else pd.Series(True, index=table.index)
    return table[differs | table.index.isin(always)]
