"""Training in the sidebar, as a visitor does it: start, draw meanwhile, stop, use what was learned."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from digits.samples import SAMPLES
from tests.conftest import on_board
from tests.e2e.pen import PATIENCE, SIDE, answer, draw, press

SLOW = 60_000
"""Milliseconds: a process has to start and to read 60,000 images."""


def open_training(page: Page) -> None:
    page.get_by_role("tab", name="Training").click()


def test_train_draw_stop_and_use(page: Page) -> None:
    open_training(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.locator(".st-key-curves canvas, .st-key-curves svg").first).to_be_visible(timeout=SLOW)
    expect(page.locator(".st-key-training")).to_contain_text("images a second", timeout=SLOW)
    draw(page, on_board(SAMPLES[7][0], SIDE))
    assert answer(page, 1) == "7"
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Use this network")).to_be_visible(timeout=SLOW)
    assert answer(page, 1) == "7", "the drawing is still there"
    page.get_by_role("button", name="Use this network").click()
    expect(page.locator(".st-key-answer")).to_contain_text("your own network", timeout=PATIENCE)
    page.get_by_role("button", name="Back to the shipped network").click()
    expect(page.locator(".st-key-answer")).to_contain_text("the shipped network", timeout=PATIENCE)
    press(page, "Clear")
    assert answer(page, 0) == ""
