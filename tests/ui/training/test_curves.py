"""What the charts show: this run, earlier ones faint, and marks where a setting was changed."""

from __future__ import annotations

import pytest

from digitscope.jobs.messages import Checked, Steps
from digitscope.ui.training.curves import COLUMNS, curve_data, curve_spec
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


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("what", ["loss", "accuracy"])
def test_each_kind_of_row_has_a_layer_that_draws_it(what, small):
    layers = {layer["transform"][0]["filter"].split("'")[1]: layer for layer in curve_spec(what, small)["layer"]}
    assert set(layers) == {"earlier", "changed", "training", "smoothed", "validation"}
    for kind, layer in layers.items():
        assert layer["encoding"]["x"]["field"] == "step"
        assert ("y" in layer["encoding"]) == (kind != "changed")
        fields = {channel["field"] for channel in layer["encoding"].values() if "field" in channel}
        assert fields <= set(COLUMNS)
        assert (what in fields) == (kind != "changed")
    scale = layers["training"]["encoding"]["y"]["scale"]
    assert scale == ({"type": "log"} if what == "loss" else {"zero": False, "domainMax": 1})
