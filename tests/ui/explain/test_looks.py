"""Every look without a browser: for networks of any stack, with nothing to look into, and with a file missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.architectures import stack
from cnn.layers import Flatten, FullyConnected, ReLU, Softmax
from cnn.network import CNN
from digitscope.digits.io.mnist import MnistError
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader
from digitscope.ui.explain.panel import LOOKS, MAPS
from testkit.drawings import on_canvas
from testkit.paths import PROJECT
from tests.cnn.explain.stacks import lived


@lru_cache(maxsize=1)
def flat() -> CNN:
    """A network without a single map."""
    return stack([Flatten(), FullyConnected(9), ReLU(), Softmax(10)], seed=1)


NETWORKS: dict[str, Callable[[], CNN]] = {
    "notebook": lambda: lived("notebook"),
    "free": lambda: lived("free"),
    "no convolution": flat,
}
EMPTY = Strokes((), 340)
SPECK = Strokes((np.array([[3.0, 3.0], [4.0, 4.0]]),), 340)


@pytest.fixture
def look_in(monkeypatch) -> Callable[..., AppTest]:
    """Open a look on a drawing, read by a network if one is given; AppTest has no canvas."""
    page = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30).run()

    def look(name: str, strokes: Strokes = SAMPLES[7][0], network: CNN | None = None) -> AppTest:
        monkeypatch.setattr(sys.modules["digitscope.ui.page"], "drawing_board", lambda pen: strokes)
        if network is not None:
            used = Reader(network, {}, "mine")
            monkeypatch.setattr(sys.modules["digitscope.ui.page"], "in_use", lambda: used)
        page.session_state["inside_look"] = name
        page.run()
        assert not page.exception
        assert not page.error
        return page

    return look


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


@pytest.mark.parametrize("name", list(NETWORKS))
def test_every_look_stands_for_any_network(look_in, name):
    network = NETWORKS[name]()
    for look in (MAPS, *LOOKS):
        page = look_in(look, network=network)
        assert not page.warning
        shown = html(page)
        if look == "Why this digit":
            assert shown.count("data-way=") == 3 + (name != "no convolution"), "Grad-CAM needs maps"
        elif look == "Map of digits":
            assert shown.count("data-neighbour=") == 8
            assert "There is no t-SNE for this network" in shown
        elif look == "Switch filters off":
            assert 'data-side="broken"' in shown


@pytest.mark.parametrize("strokes", [EMPTY, SPECK], ids=["empty", "speck"])
def test_with_nothing_to_read_every_look_says_what_it_waits_for(look_in, strokes):
    for look in LOOKS:
        assert "As soon as you draw" in html(look_in(look, strokes))


def test_a_refused_drawing_can_be_looked_into_all_the_same(look_in):
    scribble = Strokes(
        tuple(np.array([[20.0, y], [320.0, y + 60], [30.0, y + 90]]) for y in (10.0, 80.0, 160.0, 230.0)), 340
    )
    for look in LOOKS:
        page = look_in(look, scribble)
        assert 'class="answer refused' in html(page)
        if look == "Why this digit":
            assert "For “no digit”" in html(page)
        elif look == "Worksheet":
            assert any("How likely is 10" in text.value for text in page.markdown)


def test_of_several_digits_the_least_sure_one_is_looked_into(look_in):
    seven, three = (on_canvas(SAMPLES[digit][0], 150) for digit in (7, 3))
    both = Strokes((*seven, *(path + np.array([170.0, 0]) for path in three)), 340)
    for look in LOOKS:
        shown = html(look_in(look, both))
        assert 'data-digit="73"' in shown
        assert "As soon as you draw" not in shown


@pytest.mark.parametrize("look", ["Map of digits", "Switch filters off"])
def test_missing_test_images_are_a_sentence(look_in, look, monkeypatch):
    def missing():
        raise MnistError("data/mnist/t10k-images is missing.")

    monkeypatch.setattr("digitscope.ui.explain.embedding.panel.mnist.load", missing)
    assert "is missing" in look_in(look).warning[0].value


def test_a_number_that_is_typed_shows_that_test_image(look_in, digits):
    page = look_in("Map of digits")
    page.number_input("embedding_number").set_value(5).run()
    assert 'data-chosen="5"' in html(page)
    assert f"<b>{digits.test_labels[5]}</b>test image 5" in html(page)


def test_all_ten_thousand_test_images_with_both_networks(look_in, digits):
    network = flat()
    page = look_in("Switch filters off", network=network)
    page.selectbox("ablation_layer").set_value("dense1").run()
    page.button("ablation_half").click().run()
    page.button("ablation_all").click().run()
    pictures, labels = digits.test_images, digits.test_labels
    right = float((network.predict_output(pictures).argmax(axis=1) == labels).mean())
    assert f"Of all 10,000 test images, one pass each: whole {100 * right:.2f} %, changed " in html(page)
    assert f"changed {100 * right:.2f} %" not in html(page)
