"""The timeline, as a visitor uses it: draw, open it, go back to where the 2 was a 7."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from testkit.drawings import sample
from testkit.page import PATIENCE, answer, press, ready, settled
from testkit.pen import draw


def test_scrub_back_to_where_the_two_was_a_seven(page: Page) -> None:
    ready(page)
    page.get_by_role("tab", name="Timeline").click()
    timeline = page.locator(".st-key-timeline")
    expect(timeline).to_contain_text("go back through its strokes", timeout=PATIENCE)
    draw(page, sample(2))
    assert answer(page, 1) == "2"
    settled(page, 1)
    expect(timeline).to_contain_text("7 became 2", timeout=PATIENCE)
    expect(timeline.locator("svg.marks")).to_be_visible(timeout=PATIENCE)
    moment = timeline.locator(".moment")
    expect(moment).to_have_attribute("data-share", "100")
    expect(moment).to_have_attribute("data-digit", "2")
    version = page.locator(".st-key-answer .answer").get_attribute("data-milliseconds")

    slider = timeline.get_by_role("slider")
    slider.focus()
    for _ in range(18):
        page.keyboard.press("ArrowLeft")
    expect(moment).to_have_attribute("data-share", "64", timeout=PATIENCE)
    expect(moment).to_have_attribute("data-digit", "7")
    assert page.locator(".st-key-answer .answer").get_attribute("data-milliseconds") == version, "nothing is read again"
    assert answer(page, 1) == "2"
    page.keyboard.press("End")
    expect(moment).to_have_attribute("data-digit", "2", timeout=PATIENCE)

    # The board goes on as ever while the timeline is open, and the maps come back with their tab.
    press(page, "Clear")
    expect(timeline).to_contain_text("go back through its strokes", timeout=PATIENCE)
    draw(page, sample(7))
    assert answer(page, 1) == "7"
    expect(moment).to_have_attribute("data-digit", "7", timeout=PATIENCE)
    page.get_by_role("tab", name="Inside the network").click()
    expect(page.locator(".st-key-feature_maps .layer").first).to_be_visible(timeout=PATIENCE)
