"""Every setting of a run is offered on the page and on the command line, from one description."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.recipes import RECIPES
from cnn.settings import ABOUT, Choice, Number, Settings
from digitscope.cli.settings_flags import add_flags, given
from digitscope.ui.training.presets import PRESETS
from tests.ui.test_page import opened


def flags(several: bool = False) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_flags(parser, several)
    return parser


def widgets(page: AppTest) -> dict[str, Any]:
    """The form's widgets, by their keys."""
    kinds = ("selectbox", "number_input", "slider", "select_slider", "toggle")
    return {widget.key: widget for kind in kinds for widget in page.get(kind) if widget.key}


def test_every_setting_is_a_widget_and_a_flag_with_the_same_help():
    shown = widgets(opened())
    actions = {action.dest: action for action in flags()._actions}
    assert list(ABOUT) == [setting.name for setting in fields(Settings)]
    for name, about in ABOUT.items():
        widget, action = shown[f"t_{name}"], actions[name]
        assert widget.label == about.label
        assert widget.help == about.help == (action.help or "").replace("%%", "%")
        assert action.option_strings[0] == f"--{name.replace('_', '-')}"
        assert about.help.endswith(".")


def test_widgets_and_flags_offer_the_choices_that_settings_accept():
    shown = widgets(opened())
    actions = {action.dest: action for action in flags()._actions}
    for name, about in ABOUT.items():
        if isinstance(about, Choice):
            assert list(shown[f"t_{name}"].options) == list(actions[name].choices or ()) == list(about.values)
            for value in about.values:
                assert getattr(Settings().changed(**{name: value}), name) == value


@pytest.mark.parametrize("name", [name for name, about in ABOUT.items() if isinstance(about, Number)])
def test_the_range_of_a_widget_is_accepted(name):
    about = ABOUT[name]
    assert isinstance(about, Number)
    low, high = about.offered or (about.low, about.high)
    if name == "learning_rate":
        low = about.low  # a form shows 0, which is refused with a sentence
    kind = int if about.whole else float
    for value in (kind(low), kind(high), *about.stops):
        assert getattr(Settings().changed(**{name: value}), name) == value
    with pytest.raises(ValueError, match=f"The {about.noun or about.label.lower()} must be"):
        Settings().changed(**{name: about.high + 1})


@pytest.mark.parametrize("preset", PRESETS)
def test_a_form_that_is_left_alone_gives_the_presets_settings(preset, monkeypatch):
    started: list[Settings] = []
    monkeypatch.setattr("digitscope.ui.training.runs.start", lambda name, layers, settings: started.append(settings))
    page = opened()
    page.pills("preset").set_value(preset).run()
    page.button("start").click().run()
    assert not page.exception
    wanted = RECIPES[PRESETS[preset]].settings
    # What the recipe leaves open, a form has to show as a number: all images, and the dropout of the layers.
    open_in_recipe = {"images": wanted.images or 55_000, "dropout": 0.3}
    assert started == [wanted.changed(**open_in_recipe)]


def test_flags_become_settings():
    assert given(flags().parse_args([])) == {}
    options = flags().parse_args(["--learning-rate", "0.1", "--no-warps", "--images", "5", "--schedule", "one-cycle"])
    assert given(options) == {"learning_rate": 0.1, "warps": False, "images": 5, "schedule": "one-cycle"}
    several = flags(several=True).parse_args(["--batch-size", "1", "2", "--warps", "yes", "no", "--optimizer", "sgd"])
    assert given(several) == {"batch_size": [1, 2], "warps": [True, False], "optimizer": ["sgd"]}


def test_epochs_replace_the_seconds_of_a_recipe():
    timed = Settings(seconds=60)
    assert timed.changed(epochs=3) == Settings(epochs=3)
    assert timed.changed(epochs=3, seconds=5) == Settings(epochs=3, seconds=5)
    assert timed.changed(momentum=0.5).seconds == 60
