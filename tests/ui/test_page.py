"""The page without a browser: what stands on it before the first stroke, and what when something is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import weights
from cnn.architectures import build
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import shipped as shipped_file
from digitscope.ui.common import networks
from testkit.paths import PROJECT


@pytest.fixture(autouse=True)
def fresh_caches():
    networks.shipped.clear()
    yield
    networks.shipped.clear()


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """The page's weights file, a copy that a test may spoil."""
    path = tmp_path / "digitscope.npz"
    shutil.copy(shipped_file.SHIPPED, path)
    monkeypatch.setattr(shipped_file, "SHIPPED", path)
    return path


@pytest.fixture
def draw(monkeypatch):
    """Put a drawing on the board: AppTest has no canvas, and outside a page the component cannot be imported."""

    def put(strokes: Strokes) -> None:
        opened()
        monkeypatch.setattr(sys.modules["digitscope.ui.page"], "drawing_board", lambda pen: strokes)

    return put


def opened() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30).run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def test_an_inviting_page_before_the_first_stroke():
    page = opened()
    assert not page.error
    assert not page.warning
    assert "Draw a digit" in html(page)
    assert "As soon as you draw" in html(page)
    assert html(page).count('class="bar"') == 10
    assert [tab.label for tab in page.sidebar.tabs] == ["Settings", "Training"]


def test_missing_weights_say_so_and_the_page_stands(shipped):
    shipped.unlink()
    page = opened()
    assert "digitscope.npz" in page.error[0].value
    assert "train a network" in page.error[0].value


def test_a_drawing_without_a_network_gets_a_sentence(shipped, draw):
    shipped.unlink()
    draw(SAMPLES[7][0])
    assert "There is no network to read with" in html(opened())


@pytest.mark.parametrize("digit", range(10))
def test_a_drawing_is_read_and_shown_in_every_panel(draw, digit):
    draw(SAMPLES[digit][0])
    shown = html(opened())
    assert f'data-digit="{digit}" data-strokes="{len(SAMPLES[digit][0].paths)}"' in shown
    assert [name for name in ("conv1", "pool1", "conv2", "pool2", "conv3") if f'data-layer="{name}"' in shown]
    assert "No probabilities" not in shown


def test_a_speck_is_not_read(draw):
    draw(Strokes((np.array([[3.0, 3.0], [4.0, 4.0]]),), 340))
    assert "Nothing to read" in html(opened())


def test_every_layer_is_shown_to_those_who_ask(draw):
    draw(SAMPLES[7][0])
    page = opened()
    assert "softmax1" not in html(page)
    page.toggle("every_layer").set_value(True).run()
    for name in ("conv1", "pool1", "norm1", "relu1", "dense1", "dropout1", "softmax1"):
        assert f'data-layer="{name}"' in html(page)


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"PK" + b[3:]])
def test_damaged_weights_say_so(shipped, spoil):
    shipped.write_bytes(spoil(shipped.read_bytes()))
    page = opened()
    assert len(page.error) == 1
    assert "digitscope.npz" in page.error[0].value


def test_weights_of_another_preprocessing_are_not_used(shipped):
    weights.save(shipped, build("notebook"), preprocessing=PREPROCESSING + 1)
    assert "preprocessing" in opened().error[0].value


def test_the_network_is_loaded_once_for_all_visitors(monkeypatch):
    loads = []

    real = weights.load

    def counted(path):
        loads.append(path)
        return real(path)

    monkeypatch.setattr(weights, "load", counted)
    for _ in range(3):
        opened()
    assert len(loads) == 1


@pytest.mark.parametrize("rate", [0.0])
def test_a_learning_rate_that_makes_no_sense_is_refused_in_a_sentence(rate):
    page = opened()
    page.number_input("t_learning_rate").set_value(rate).run()
    assert not page.exception
    assert "learning rate must be a number from" in page.error[0].value


def test_words_for_probabilities():
    from digitscope.ui.draw.answer import in_words, percent

    assert [in_words(p, 1) for p in (1.0, 0.9, 0.6, 0.3)] == ["sure", "sure", "perhaps 1", "or 1, or something else"]
    assert percent(float(np.float32(0.99999))) == "over 99.9 %"
    assert percent(0.5) == "50.0 %"
    assert percent(1e-9) == "under 0.1 %"


def test_the_usual_page_does_not_wait_for_the_stands_database() -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        "run = AppTest.from_file('app.py', default_timeout=60).run(); "
        "sys.exit(bool(run.exception) or 'digitscope.ui.page' not in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True)
