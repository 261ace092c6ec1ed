"""The training tab in the sidebar: choose settings, control a run, watch its curves, use the trained network."""

from __future__ import annotations

import streamlit as st

from cnn.weights import WeightsError
from digitscope.jobs.messages import Change, GoOn, JobError, OneStep, Pause
from digitscope.ui.common.networks import in_use, use, use_shipped
from digitscope.ui.common.session import session
from digitscope.ui.training import runs
from digitscope.ui.training.curves import show_curves
from digitscope.ui.training.presets import choose_preset, choose_settings, has_dropout
from digitscope.ui.training.runs import TrainingRun
from digitscope.ui.training.setting_widgets import setting_widget, shown

EVERY = 0.4
"""Seconds between two updates while a run is on."""


def training_tab() -> None:
    """Show the whole tab; during a run only the part about it is redrawn, several times a second."""
    with st.container(key="training"):
        run = runs.current()
        running = run is not None and not run.over
        if run is None:
            st.write("Train a network from random weights and watch it learn to read. The page stays usable meanwhile.")
        elif running:
            st.fragment(_watch, run_every=EVERY)(run)
        else:
            _show_end(run)
            _show_curves(run)
        _choose(running)
        _weights()


def _choose(running: bool) -> None:
    """Show presets, all settings and the start button; during a run they are for the next one."""
    preset = choose_preset()
    with st.expander("Every setting"):
        try:
            layers, settings = choose_settings()
        except ValueError as error:
            st.error(str(error))
            return
    if st.button("Start", type="primary", width="stretch", key="start", disabled=running):
        try:
            runs.start(preset, layers, settings)
        except JobError as error:
            st.error(str(error))
            return
        st.rerun()


def _watch(run: TrainingRun) -> None:
    """Show a run that is on: status, buttons, curves, and settings that may change meanwhile."""
    if run.update():
        st.rerun()
    history = run.history
    place = run.ticket.place
    if place:
        st.info(f"Waiting: number {place} in the queue. It starts by itself.")
    elif not history.step:
        st.progress(0.0, "Starting a process that loads 60,000 images …")
    else:
        left = history.seconds_left
        rest = "" if left is None else f", {max(1, round(left)):,} s left"
        words = (
            f"Paused at step {history.step[-1]:,}"
            if history.paused
            else f"{history.images_per_second:,.0f} images a second"
        )
        st.progress(history.progress, f"{words}{'' if history.paused else rest}")
    with st.container(horizontal=True, key="run_buttons"):
        if history.paused:
            st.button("Go on", key="go_on", width="stretch", on_click=run.ticket.send, args=(GoOn(),))
            st.button("One step", key="one_step", width="stretch", on_click=run.ticket.send, args=(OneStep(),))
        else:
            waits = bool(place) or not history.step
            st.button("Pause", key="pause", width="stretch", on_click=run.ticket.send, args=(Pause(),), disabled=waits)
        st.button("Stop", key="stop", width="stretch", on_click=runs.stop, args=(run,))
    _show_curves(run)
    _change_while_learning(run)


def _change_while_learning(run: TrainingRun) -> None:
    with st.expander("Change while it learns"):
        number = runs.state().started

        def changed(name: str, key: str) -> None:
            try:
                run.change(Change(**{name: float(st.session_state[key])}))
            except ValueError as error:
                session().notices.append(str(error))

        offered = {
            "learning_rate": True,
            "momentum": run.settings.optimizer != "sgd",
            "dropout": has_dropout(run.layers),
        }
        for name, has_effect in offered.items():
            if has_effect:
                key = f"live_{name}_{number}"
                setting_widget(name, key, value=shown(name, run.settings), on_change=changed, args=(name, key))


def _show_end(run: TrainingRun) -> None:
    """Show how the run ended, and offer its network."""
    ended = run.history.ended
    assert ended is not None
    if ended.sentence:
        (st.info if ended.how == "stopped" else st.warning)(ended.sentence)
    if ended.accuracy is not None:
        st.success(f"{ended.accuracy:.2%} of 5,000 images that it has never seen, after {ended.step:,} steps.")
    if ended.weights is not None and not _reads(run):
        st.button("Use this network", key="use", width="stretch", on_click=_use, args=(ended.weights, run.history.name))
    if ended.how in ("stopped", "failed", "time") and run.ticket.checkpoint is not None:
        st.button("Go on", key="take_up", width="stretch", on_click=_go_on, args=(run,))


def _reads(run: TrainingRun) -> bool:
    """Whether the page uses the network of this run."""
    reader = in_use()
    return reader is not None and reader.name == run.history.name


def _go_on(run: TrainingRun) -> None:
    try:
        runs.go_on(run)
    except JobError as error:
        session().notices.append(str(error))


def _show_curves(run: TrainingRun) -> None:
    """Show loss and accuracy, small."""
    earlier = [other.history for other in runs.state().runs if other is not run]
    with st.container(key="curves"):
        for what in ("loss", "accuracy"):
            show_curves(run.history, earlier, what, f"chart_{what}", small=True)


def _use(packed: bytes, name: str) -> None:
    try:
        use(packed, name)
    except WeightsError as error:
        session().notices.append(str(error))


def _weights() -> None:
    """Show which network is in use; keep, download and upload networks."""
    own, run, reader = runs.state(), runs.current(), session().own_reader
    if reader is not None:
        st.caption(f"The page reads with “{reader.name}”.")
        st.button("Back to the shipped network", key="use_shipped", width="stretch", on_click=use_shipped)
    with st.expander("Keep, download, upload"):
        learned = run.history.ended.weights if run is not None and run.history.ended is not None else None
        if run is not None and learned is not None:
            name = st.text_input("Name", run.history.name, key=f"keep_name_{own.started}", max_chars=40)
            with st.container(horizontal=True):
                if st.button("Keep", key="keep", width="stretch") and name.strip():
                    own.kept[name.strip()] = learned
                st.download_button(
                    "Download", learned, "network.npz", key="download", width="stretch", on_click="ignore"
                )
        for kept, packed in own.kept.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.write(kept)
                st.button("Use", key=f"use_{kept}", on_click=_use, args=(packed, kept))
        uploaded = st.file_uploader("A weights file (.npz)", key="upload", max_upload_size=8)
        if uploaded is not None and st.button("Use the uploaded network", key="use_upload", width="stretch"):
            try:
                use(uploaded.getvalue(), uploaded.name)
            except WeightsError as error:
                st.error(str(error))
            else:
                st.rerun()
