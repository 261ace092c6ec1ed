"""What the charts show: this run, earlier ones faint, and marks where a setting was changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import streamlit as st

from digitscope.jobs.messages import Checked, Steps
from digitscope.ui.training.curves import COLUMNS, curve_data, curve_spec, show_curves
from digitscope.ui.training.history import History
from tests.ui.training.test_history import step


def test_no_data_are_an_empty_table():
    table = curve_data(History("1"), [])
    assert list(table.columns) == COLUMNS
    assert table.empty


def test_earlier_runs_and_changes_are_in_the_table():
    now, before = History("2: now"), History("1: before")
    now.take([Steps((step(1), step(2)))])
    now.mark("learning rate 0.1")
    before.take([Steps((step(1),)), Checked(1, 0.5, 0.8)])
    table = curve_data(now, [before])
    assert set(table["kind"]) == {"training", "smoothed", "earlier", "changed"}
    assert table[table["kind"] == "earlier"]["accuracy"].tolist() == [0.8]
    assert table[table["kind"] == "changed"]["step"].tolist() == [2]


@pytest.mark.parametrize("what", ["loss", "accuracy"])
def test_only_the_data_change_while_a_run_goes_on(what, monkeypatch):
    """A chart whose specification changes is built anew in the browser: it flickers, and forgets its zoom."""
    drawn: list[tuple[pd.DataFrame, dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr(st, "vega_lite_chart", lambda data, spec, **options: drawn.append((data, spec, options)))
    now, before = History("2: now"), History("1: before")
    before.take([Checked(1, 0.5, 0.8)])
    show_curves(now, [], what, "chart")
    now.take([Steps((step(1, 900.0), step(2, 0.001))), Checked(2, 0.4, 0.9)])
    now.mark("learning rate 0.1")
    show_curves(now, [before], what, "chart")
    (first, spec, options), (second, later_spec, later_options) = drawn
    assert len(first) < len(second)
    assert spec == later_spec
    assert options == later_options


def test_every_kind_of_row_has_a_layer_that_draws_it():
    now, before = History("2: now"), History("1: before")
    now.take([Steps((step(1), step(2))), Checked(2, 0.4, 0.9)])
    now.mark("learning rate 0.1")
    before.take([Checked(1, 0.5, 0.8)])
    kinds = set(curve_data(now, [before])["kind"])
    for what in ("loss", "accuracy"):
        filters = [layer["transform"][0]["filter"] for layer in curve_spec(what, False)["layer"]]
        assert sorted(filters) == sorted(f"datum.kind === '{kind}'" for kind in kinds)


def test_a_loss_has_a_logarithmic_scale_and_an_accuracy_ends_at_one():
    def scales(what: str) -> list[dict[str, Any]]:
        encodings = [layer["encoding"] for layer in curve_spec(what, False)["layer"]]
        return [encoding["y"]["scale"] for encoding in encodings if "y" in encoding]

    assert {scale.get("type") for scale in scales("loss")} == {"log"}
    assert {scale.get("domainMax") for scale in scales("accuracy")} == {1}


def test_two_small_charts_share_one_legend():
    def legends(what: str) -> list[object]:
        encodings = [layer["encoding"] for layer in curve_spec(what, True)["layer"]]
        return [encoding["color"]["legend"] for encoding in encodings if "color" in encoding]

    assert all(legends("loss"))
    assert not any(legends("accuracy"))
