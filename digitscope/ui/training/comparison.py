"""Runs compared: two of them side by side in a table; runs can be renamed and deleted."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cnn.settings import ABOUT
from digitscope.ui.training import runs
from digitscope.ui.training.runs import TrainingRun


def compare_runs() -> None:
    """Show the comparison, folded away at first."""
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
    """Return a column for each run: its results, then the settings in which the runs differ."""
    columns = {}
    for run in picked:
        history = run.history
        columns[history.name] = {
            "validation accuracy": "" if history.best is None else f"{history.best:.2%}",
            "steps": f"{history.step[-1]:,}" if history.step else "0",
            "seconds": f"{history.seconds:.0f}",
            "layers": str(len(run.layers)),
            **{about.label: str(getattr(run.settings, name)) for name, about in ABOUT.items()},
        }
    table = pd.DataFrame(columns)
    always = ["validation accuracy", "steps", "seconds"]
    differs = table.nunique(axis=1) > 1 if len(picked) > 1 else pd.Series(True, index=table.index)
    return table[differs | table.index.isin(always)]
