"""What people really draw: several digits, what is no digit, a photo; and the same drawing in other preparations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis import habits, negatives
from digitscope.digits.synthesis.training_set import side_by_side
from testkit.drawings import on_canvas, sample
from testkit.page import PATIENCE, answer, press
from testkit.pen import draw


def test_a_number_is_cut_and_read(page: Page) -> None:
    number = side_by_side([SAMPLES[int(digit)][0] for digit in "2047"], np.random.default_rng(1))
    draw(page, on_canvas(number, share=0.9))
    assert answer(page, len(number.paths)) == "2047"
    expect(page.locator('.st-key-input28 img[data-boxes="4"]')).to_be_visible()
    press(page, "Undo")
    assert answer(page, len(number.paths) - 1).startswith("204")


def test_what_is_no_digit_is_not_read(page: Page) -> None:
    face = Strokes(tuple(negatives.face(np.random.default_rng(3))))
    draw(page, on_canvas(face))
    assert answer(page, len(face.paths)) == ""
    expect(page.locator(".st-key-answer")).to_contain_text("I can’t read this")
    press(page, "Clear")
    draw(page, sample(3))
    assert answer(page, len(SAMPLES[3][0].paths)) == "3"


def test_slashed_zeros_crossed_sevens_and_flagged_ones(page: Page) -> None:
    rng = np.random.default_rng(11)
    for name in ("0, slashed", "7, crossed", "1 with flag and foot"):
        strokes, label = habits.draw(name, rng)
        draw(page, on_canvas(strokes))
        assert answer(page, len(strokes.paths)) == str(label), name
        press(page, "Clear")
        assert answer(page, 0) == ""


def test_a_photo_is_read_and_taken_away_again(page: Page, tmp_path: Path) -> None:
    photo = tmp_path / "paper.jpg"
    image = Image.new("RGB", (800, 600), (214, 205, 190))
    pen = ImageDraw.Draw(image)
    for path in SAMPLES[5][0].paths:
        pen.line([(250 + 250 * x, 150 + 300 * y) for x, y in path], fill=(40, 45, 90), width=14, joint="curve")
    image.save(photo)
    page.get_by_role("button", name="Photo or file").click()
    page.locator('.st-key-picture input[type="file"]').set_input_files(photo)
    expect(page.locator('.st-key-answer .answer[data-digit="5"]')).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Remove paper.jpg").click()
    expect(page.locator('.st-key-answer .answer[data-digit=""]')).to_be_visible(timeout=PATIENCE)


def test_a_photo_that_is_too_large_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "wall.bmp"
    large.write_bytes(bytes(21 * 1024 * 1024))
    page.get_by_role("button", name="Photo or file").click()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.locator('.st-key-picture input[type="file"]').set_input_files(large)
    expect(page.locator(".st-key-picture")).to_contain_text("20.0MB or smaller", timeout=PATIENCE)
    assert sent == []


def test_a_damaged_photo_is_refused_in_a_sentence(page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    page.get_by_role("button", name="Photo or file").click()
    page.locator('.st-key-picture input[type="file"]').set_input_files(broken)
    expect(page.get_by_text("broken.png", exact=False).last).to_be_visible(timeout=PATIENCE)
    expect(page.locator('[data-testid="stAlert"]')).to_contain_text("broken.png", timeout=PATIENCE)


def test_other_preparations_of_the_same_drawing(page: Page) -> None:
    draw(page, on_canvas(SAMPLES[2][0], share=0.3))
    assert answer(page, 1) == "2"
    page.get_by_role("tab", name="Compare preparations").click()
    ways = page.locator(".st-key-preparations .way")
    expect(ways).to_have_count(3)
    expect(ways.last).to_contain_text("2")
