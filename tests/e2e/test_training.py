"""Training in the sidebar, as a visitor does it: start, draw meanwhile, pause, stop, use what was learned."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from testkit.drawings import sample
from testkit.page import PATIENCE, SLOW, answer, press, settled
from testkit.pen import draw

SEVEN = 7


def open_training(page: Page) -> None:
    page.get_by_role("tab", name="Training").click()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


CURVE = ".st-key-curves svg.marks path"
LONGEST = f"""
    Math.max(...Array.from(document.querySelectorAll('{CURVE}'), path => (path.getAttribute('d') || '').length))
"""
"""How long the description of the longest line in the small curves is: it grows with the points."""


def test_a_minute_of_training(page: Page) -> None:
    open_training(page)
    expect(page.locator(".st-key-presets").get_by_role("radio", name="one minute")).to_be_checked()
    draw(page, sample(SEVEN))
    assert answer(page, 1) == "7"
    settled(page, 1)
    button(page, "Start").click()
    training = page.locator(".st-key-training")
    expect(training).to_contain_text("images a second", timeout=SLOW)
    expect(page.locator(CURVE).first).to_be_visible(timeout=SLOW)
    before = page.evaluate(LONGEST)

    press(page, "Clear")
    assert answer(page, 0) == ""
    draw(page, sample(SEVEN))
    assert answer(page, 1) == "7", "drawing goes on while it learns"
    page.wait_for_function(f"before => {LONGEST} > 1.5 * before", arg=before, timeout=SLOW)

    button(page, "Pause").click()
    expect(training).to_contain_text("Paused at step", timeout=PATIENCE)
    words = training.get_by_text("Paused at step")
    at = words.inner_text()
    button(page, "One step").click()
    expect(words).not_to_have_text(at, timeout=PATIENCE)
    assert step_of(words.inner_text()) == step_of(at) + 1
    button(page, "Go on").click()
    expect(training).to_contain_text("images a second", timeout=PATIENCE)

    button(page, "Stop").click()
    expect(button(page, "Use this network")).to_be_visible(timeout=SLOW)
    assert answer(page, 1) == "7", "the drawing is still there"
    button(page, "Use this network").click()
    expect(page.locator(".st-key-answer")).to_contain_text("1: one minute", timeout=PATIENCE)
    button(page, "Back to the shipped network").click()
    expect(page.locator(".st-key-answer")).to_contain_text("the shipped network", timeout=PATIENCE)

    page.get_by_role("tab", name="Watch it learn").click()
    expect(page.locator(".st-key-training_panel")).to_contain_text("What it says to your digits", timeout=PATIENCE)
    panel = page.locator(".st-key-training_panel")
    panel.locator(".mark-rect path").nth(97).click()
    expect(panel).to_contain_text("of 9 read as 7", timeout=PATIENCE)
    page.reload()
    page.locator(".st-key-answer [data-strokes]").wait_for()
    open_training(page)
    expect(button(page, "Start")).to_be_enabled(timeout=PATIENCE)


def step_of(words: str) -> int:
    return int("".join(letter for letter in words if letter.isdigit()))


def test_a_learning_rate_of_ten_is_explained(page: Page) -> None:
    open_training(page)
    page.locator(".st-key-presets").get_by_text("notebook").click()
    page.get_by_text("Every setting").click()
    rate = page.get_by_role("spinbutton", name="Learning rate")
    expect(rate).to_have_value("0.0050", timeout=PATIENCE)
    rate.fill("10")
    rate.press("Enter")
    button(page, "Start").click()
    training = page.locator(".st-key-training")
    expect(training).to_contain_text("Try 0.05", timeout=SLOW)
    expect(training).to_contain_text("The loss ran away")


def test_a_foreign_file_is_refused(page: Page, tmp_path: Path) -> None:
    foreign = tmp_path / "holiday.npz"
    foreign.write_bytes(b"no weights at all")
    open_training(page)
    page.get_by_text("Keep, download, upload").click()
    page.locator('.st-key-upload input[type="file"]').set_input_files(foreign)
    button(page, "Use the uploaded network").click()
    expect(page.locator(".st-key-training")).to_contain_text("holiday.npz", timeout=PATIENCE)
    expect(page.locator(".st-key-answer")).not_to_contain_text("holiday.npz")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "film.npz"
    large.write_bytes(bytes(21 * 1024 * 1024))
    open_training(page)
    page.get_by_text("Keep, download, upload").click()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.locator('.st-key-upload input[type="file"]').set_input_files(large)
    expect(page.locator(".st-key-upload")).to_contain_text("8.0MB or smaller", timeout=PATIENCE)
    assert sent == []
