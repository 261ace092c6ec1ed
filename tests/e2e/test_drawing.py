"""What people do on the page: draw with mouse and finger, take back, begin anew, change settings."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from digitscope.digits.strokes import Drawing
from testkit.drawings import on_canvas, sample
from testkit.page import PATIENCE, answer, canvas, press, ready, settled
from testkit.pen import draw, draw_by_touch
from testkit.watch import layout_shift, record


def seven(digit: int = 7) -> list[np.ndarray]:
    return sample(digit)


def read_all(page: Page, drawings: list[Drawing], how) -> list[tuple[int | None, str]]:
    """(label, answer) for each drawing, drawn one after the other on a cleared board."""
    wrong = []
    for drawing in drawings:
        how(page, on_canvas(drawing.strokes))
        said = answer(page, len(drawing.strokes.paths))
        if said != str(drawing.label):
            wrong.append((drawing.label, said))
        press(page, "Clear")
        assert answer(page, 0) == ""
    return wrong


@pytest.mark.parametrize("every", [2, pytest.param(1, marks=pytest.mark.measured)])
def test_ten_or_twenty_digits_drawn_with_the_mouse(page: Page, twenty_drawings: list[Drawing], every: int) -> None:
    chosen = twenty_drawings[::every]
    assert {drawing.label for drawing in chosen} == set(range(10))
    record(page)
    wrong = read_all(page, chosen, draw)
    assert len(wrong) <= len(chosen) // 10, wrong
    assert layout_shift(page) < 0.05, "nothing jumps"


def test_digits_drawn_with_a_finger(phone: Page, twenty_drawings: list[Drawing]) -> None:
    phone.evaluate("window.scrolled = 0; document.addEventListener('scroll', () => window.scrolled++, true)")
    wrong = read_all(phone, twenty_drawings[::4], draw_by_touch)
    assert len(wrong) <= 1, wrong
    assert phone.evaluate("window.scrolled") == 0, "drawing must not scroll the page"


def test_the_answer_comes_with_bars_picture_and_maps(page: Page) -> None:
    draw(page, seven())
    assert answer(page, 1) == "7"
    bars = page.locator(".st-key-probabilities .bar")
    assert [bar.get_attribute("data-digit") for bar in bars.all()] == list("0123456789")
    probabilities = [float(bar.get_attribute("data-probability") or "nan") for bar in bars.all()]
    assert abs(sum(probabilities) - 1) < 0.002
    assert int(np.argmax(probabilities)) == 7
    address = page.locator(".st-key-input28 img").get_attribute("src") or ""
    picture = Image.open(BytesIO(b64decode(address.split(",")[1])))
    assert picture.size == (28, 28)
    assert np.asarray(picture.convert("L")).min() < 80, "there is ink on it"
    layers = page.locator(".st-key-feature_maps .layer")
    shapes = [(layer.get_attribute("data-layer"), layer.get_attribute("data-shape")) for layer in layers.all()]
    assert shapes[:2] == [("conv1", "48 × 26 × 26"), ("pool1", "48 × 13 × 13")]
    assert [name for name, _ in shapes] == ["conv1", "pool1", "conv2", "pool2", "conv3"]
    expect(page.locator(".st-key-answer")).to_contain_text("next")


def test_undo_redo_and_clear_agree_with_the_answer(page: Page) -> None:
    bar = page.locator(".st-key-pen_bar")  # the canvas has an "Undo" of its own, which is hidden a moment later
    expect(bar.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    draw(page, seven(1))
    assert answer(page, 1) == "1"
    # A bar across the 1's foot and one on its head.
    draw(page, [np.array([[120.0, 290], [170, 291], [230, 290]])])
    answer(page, 2)
    press(page, "Undo")
    assert answer(page, 1) == "1"
    press(page, "Redo")
    answer(page, 2)
    press(page, "Undo")
    press(page, "Undo")
    assert answer(page, 0) == ""
    press(page, "Redo")
    assert answer(page, 1) == "1"
    press(page, "Clear")
    assert answer(page, 0) == ""
    expect(page.locator(".st-key-answer")).to_contain_text("Draw a digit")


def test_the_drawing_survives_other_settings(page: Page) -> None:
    draw(page, seven())
    assert answer(page, 1) == "7"
    before = page.locator(".st-key-input28 img").get_attribute("src")
    page.get_by_text("Show every layer").click()
    expect(page.locator('.layer[data-layer="softmax1"]')).to_be_visible()
    slider = page.get_by_role("slider", name="Pen width")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("group", name="Pen width").get_by_test_id("stSliderThumbValue")).to_have_text("40")
    assert answer(page, 1) == "7"
    draw(page, [np.array([[100.0, 190], [160, 190], [230, 188]])])
    assert answer(page, 2) == "7"
    press(page, "Undo")
    assert answer(page, 1) == "7"
    expect(page.locator(".st-key-input28 img")).to_have_attribute("src", before or "")


def test_a_speck_is_not_guessed_at(page: Page) -> None:
    draw(page, [np.array([[150.0, 150], [153, 151]])])
    assert answer(page, 1) == ""
    expect(page.locator(".st-key-answer")).to_contain_text("Nothing to read")


def test_an_example_is_drawn_like_any_drawing(page: Page) -> None:
    def example(digit: str) -> None:
        """Press the button, and wait until the canvas has sent what it draws."""
        press(page, "Example")
        read = page.locator(f'.st-key-answer .answer[data-strokes="1"][data-digit="{digit}"]')
        expect(read).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".st-key-pen_bar").get_by_role("button", name="Undo")).to_be_enabled(timeout=PATIENCE)
        settled(page, 1)

    ready(page)
    draw(page, seven(1))
    assert answer(page, 1) == "1"
    settled(page, 1)
    example("7")
    press(page, "Undo")
    assert answer(page, 0) == ""
    settled(page, 0)
    example("3")
    press(page, "Clear")
    assert answer(page, 0) == ""


def test_results_stand_beside_the_board_on_a_wide_screen(page: Page) -> None:
    drawn, said = canvas(page).bounding_box(), page.locator(".st-key-answer").bounding_box()
    assert drawn is not None
    assert said is not None
    assert said["x"] >= drawn["x"] + drawn["width"]
    assert said["y"] < drawn["y"] + drawn["height"]


def test_results_stand_below_the_board_on_a_phone(phone: Page) -> None:
    drawn, said = canvas(phone).bounding_box(), phone.locator(".st-key-answer").bounding_box()
    assert drawn is not None
    assert said is not None
    assert said["y"] >= drawn["y"] + drawn["height"]
    assert said["y"] + said["height"] <= 844, "the answer is in sight while one draws"
    draw_by_touch(phone, seven())
    assert answer(phone, 1) == "7"
    assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.measured
def test_the_pages_own_work_is_short(page: Page) -> None:
    # A floor of decency, not a benchmark: ten times the median that benchmarks/answer.py shows.
    draw(page, seven())
    answer(page, 1)
    shown = page.locator(".st-key-answer .answer")
    assert float(shown.get_attribute("data-milliseconds") or "nan") < 300
