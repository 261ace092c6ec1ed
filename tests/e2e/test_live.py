"""The answer while the pen moves: it follows, the final one comes soon, and the canvas has the last word."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from digitscope.digits.samples import SAMPLES
from testkit.browser import DESKTOP
from testkit.drawings import on_canvas, sample
from testkit.page import PATIENCE, answer, disconnected, press, ready, settled
from testkit.pen import Fingers, draw, draw_at_hand_speed, pen_down
from testkit.server import Server
from testkit.watch import record, strokes_seen


def panels(page: Page) -> list[str]:
    return [page.locator(f".st-key-{key} [data-testid=stHtml]").inner_html() for key in PANELS]


PANELS = ("answer", "input28", "probabilities", "feature_maps")


def test_answer_bars_picture_and_maps_follow_the_pen(page: Page) -> None:
    ready(page)
    record(page)
    (path,) = sample(2)
    with pen_down(page, path, 0.7):
        expect(page.locator(".st-key-input28 img")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".st-key-feature_maps img").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".st-key-probabilities .bar")).to_have_count(10)
        half = panels(page)
    assert answer(page, 1) == "2"
    settled(page, 1)
    assert all(now != then for now, then in zip(panels(page), half, strict=True))
    (stroke,) = strokes_seen(page)
    assert stroke.while_down >= 1
    assert stroke.maps_while_down >= 1
    assert len(stroke.after_up) <= 1, "the final answer comes once, and the canvas's own message changes nothing"


@pytest.mark.measured
def test_the_answer_follows_the_pen_several_times_a_second(browser: Browser, own_server: Server) -> None:
    page = browser.new_page(**DESKTOP)
    page.goto(own_server.url)
    ready(page)
    record(page)
    draw_at_hand_speed(page, sample(2), step=4)
    assert answer(page, 1) == "2"
    settled(page, 1)
    (stroke,) = strokes_seen(page)
    # Some two seconds of drawing: 30 changes at rest.
    assert stroke.while_down >= 8
    assert stroke.maps_while_down >= 2
    page.close()


def test_what_the_canvas_settles_is_what_was_answered_live(page: Page) -> None:
    ready(page)
    for strokes in (SAMPLES[4][0], SAMPLES[5][0]):
        draw_at_hand_speed(page, on_canvas(strokes), step=17)
        answer(page, len(strokes.paths))
        live = panels(page)[:3]
        settled(page, len(strokes.paths))
        assert panels(page)[:3] == live, "not even the digits behind the point"
        press(page, "Clear")
        assert answer(page, 0) == ""
        settled(page, 0)


def test_an_undo_before_the_canvas_has_spoken(page: Page) -> None:
    ready(page)
    draw(page, sample(1))
    assert answer(page, 1) == "1"
    settled(page, 1)
    before = panels(page)
    draw(page, [np.array([[100.0, 60], [170, 62], [240, 60]])])
    press(page, "Undo")
    assert answer(page, 1) == "1"
    expect(page.get_by_role("button", name="Redo", exact=True)).to_be_enabled()
    expect(page.locator(".st-key-probabilities [data-testid=stHtml]")).to_have_js_property("innerHTML", before[2])
    press(page, "Undo")
    press(page, "Redo")
    assert answer(page, 1) == "1"
    press(page, "Clear")
    assert answer(page, 0) == ""
    settled(page, 0)
    assert answer(page, 0) == ""


def test_a_reloaded_page_is_empty(page: Page) -> None:
    ready(page)
    draw(page, sample(1))
    assert answer(page, 1) == "1"
    page.reload()
    assert answer(page, 0) == ""
    ready(page)
    draw(page, sample(7))
    assert answer(page, 1) == "7"


def test_the_next_stroke_goes_on_while_the_last_one_settles(page: Page) -> None:
    ready(page)
    left, right = sample(4)  # a 4's two strokes
    draw(page, [left])
    four = page.locator('.st-key-answer .answer[data-digit="4"][data-strokes="1"]')
    with pen_down(page, right, 1.0):
        expect(four).to_be_visible(timeout=PATIENCE)
        settled(page, 1)
        expect(four).to_be_visible()
    assert answer(page, 2) == "4"
    settled(page, 2)
    assert answer(page, 2) == "4"


def test_without_the_channel_the_page_works_as_before(browser: Browser, server: Server) -> None:
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.route_web_socket("**/live", lambda line: line.close())
    page.goto(server.url)
    assert answer(page, 0) == ""
    disconnected(page)
    draw(page, sample(7))
    assert answer(page, 1) == "7"
    press(page, "Undo")
    assert answer(page, 0) == ""
    press(page, "Redo")
    assert answer(page, 1) == "7"
    context.close()


def test_a_finger_is_followed_too(phone: Page) -> None:
    ready(phone)
    record(phone)
    fingers = Fingers(phone)
    (path,) = sample(3)
    fingers.send("touchStart", (0, *path[0]))
    for point in path[1:]:
        fingers.send("touchMove", (0, *point))
    expect(phone.locator('.st-key-answer .answer[data-digit="3"]')).to_be_visible(timeout=PATIENCE)
    fingers.send("touchEnd")
    assert answer(phone, 1) == "3"
    settled(phone, 1)
    (stroke,) = strokes_seen(phone)
    assert stroke.while_down >= 1
    assert len(stroke.after_up) <= 1
