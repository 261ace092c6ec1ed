"""The training tab's choices: presets fill in settings, layers put together freely are checked."""

from __future__ import annotations

import pytest

from cnn.architectures import stack
from cnn.layers import Conv3x3, Softmax
from cnn.recipes import RECIPES
from digitscope.ui.training.presets import BEGIN, PRESETS, as_layer
from tests.ui.test_page import opened


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_fills_in_all_settings(preset):
    page = opened()
    page.pills("preset").set_value(preset).run()
    assert not page.exception
    settings = RECIPES[PRESETS[preset]].settings
    assert page.number_input("t_learning_rate").value == settings.learning_rate
    assert page.selectbox("t_optimizer").value == settings.optimizer
    assert page.number_input("t_batch_size").value == settings.batch_size
    assert page.toggle("t_warps").value == settings.warps
    assert page.radio("t_length").value == ("seconds" if settings.seconds else "epochs")


def test_the_layers_that_the_table_begins_with_fit():
    network = stack([*(as_layer(kind, number) for kind, number in BEGIN), Softmax(10)])
    assert network.output_shape == (10,)


@pytest.mark.parametrize("number", [None, float("nan"), 0, 2.5, 5000])
def test_a_layer_without_a_sensible_number_is_refused(number):
    with pytest.raises(ValueError, match="needs a"):
        as_layer("dense", number)


def test_layers_from_the_table():
    assert isinstance(as_layer("convolution 3×3", 4.0), Conv3x3)
    assert as_layer("dropout", 0.25).config() == {"p": 0.25}
    with pytest.raises(ValueError, match="between 0 and 1"):
        as_layer("dropout", 2)


def test_freely_chosen_layers_that_do_not_fit_say_so():
    page = opened()
    page.selectbox("t_architecture").set_value("your own layers").run()
    assert not page.exception
    assert not page.error
    assert any("parameters in 6 layers" in caption.value for caption in page.caption)
