"""The answer while the pen moves: it follows, the final one comes soon, and the canvas has the last word."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Browser, Page, expect

from digitscope.digits.samples import SAMPLES
from tests.conftest import on_board
from tests.e2e.conftest import Server
from tests.e2e.pen import PATIENCE, SIDE, answer, board, draw, draw_at_hand_speed, draw_by_touch, press
from tests.e2e.watch import record, strokes_seen


def settled(page: Page, strokes: int) -> None:
    """Wait until the canvas's own message about so many strokes has come and its run is over."""
    expect(page.locator(f'.st-key-live span[data-strokes="{strokes}"]')).to_be_attached(timeout=PATIENCE)


def ready(page: Page) -> None:
    expect(page.locator('.st-key-live span[data-line="open"]')).to_be_attached(timeout=PATIENCE)


def panels(page: Page) -> list[str]:
    return [page.locator(f".st-key-{key} [data-testid=stHtml]").inner_html() for key in PANELS]


PANELS = ("answer", "input28", "probabilities", "feature_maps")


def test_answer_bars_picture_and_maps_follow_the_pen(page: Page) -> None:
    ready(page)
    record(page)
    draw_at_hand_speed(page, on_board(SAMPLES[2][0], SIDE), step=4)
    assert answer(page, 1) == "2"
    settled(page, 1)
    (stroke,) = strokes_seen(page)
    # Some two seconds of drawing: 30 changes at rest.
    assert stroke.while_down >= 8
    assert stroke.maps_while_down >= 2
    assert len(stroke.after_up) <= 1, "the final answer comes once, and the canvas's own message changes nothing"


def test_what_the_canvas_settles_is_what_was_answered_live(page: Page) -> None:
    ready(page)
    for strokes in (SAMPLES[4][0], SAMPLES[5][0]):
        draw_at_hand_speed(page, on_board(strokes, SIDE), step=17)
        answer(page, len(strokes.paths))
        live = panels(page)[:3]
        settled(page, len(strokes.paths))
        assert panels(page)[:3] == live, "not even the digits behind the point"
        press(page, "Clear")
        assert answer(page, 0) == ""
        settled(page, 0)


def test_an_undo_before_the_canvas_has_spoken(page: Page) -> None:
    ready(page)
    draw(page, on_board(SAMPLES[1][0], SIDE))
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
    draw(page, on_board(SAMPLES[1][0], SIDE))
    assert answer(page, 1) == "1"
    page.reload()
    assert answer(page, 0) == ""
    ready(page)
    draw(page, on_board(SAMPLES[7][0], SIDE))
    assert answer(page, 1) == "7"


def test_the_next_stroke_goes_on_while_the_last_one_settles(page: Page) -> None:
    ready(page)
    left, right = on_board(SAMPLES[4][0], SIDE)  # a 4's two strokes
    draw(page, [left])
    box = board(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + right[0][0], box["y"] + right[0][1])
    page.mouse.down()
    for x, y in right[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    expect(page.locator('.st-key-answer .answer[data-digit="4"][data-strokes="1"]')).to_be_visible(timeout=PATIENCE)
    settled(page, 1)
    expect(page.locator('.st-key-answer .answer[data-digit="4"][data-strokes="1"]')).to_be_visible()
    page.mouse.up()
    assert answer(page, 2) == "4"
    settled(page, 2)
    assert answer(page, 2) == "4"


def test_without_the_channel_the_page_works_as_before(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.route_web_socket("**/live", lambda line: line.close())
    page.goto(server.url)
    assert answer(page, 0) == ""
    expect(page.locator('.st-key-live span[data-line="closed"]')).to_be_attached(timeout=PATIENCE)
    draw(page, on_board(SAMPLES[7][0], SIDE))
    assert answer(page, 1) == "7"
    press(page, "Undo")
    assert answer(page, 0) == ""
    press(page, "Redo")
    assert answer(page, 1) == "7"
    context.close()


def test_a_finger_is_followed_too(phone: Page) -> None:
    ready(phone)
    record(phone)
    draw_by_touch(phone, on_board(SAMPLES[3][0], SIDE))
    assert answer(phone, 1) == "3"
    settled(phone, 1)
    (stroke,) = strokes_seen(phone)
    assert stroke.while_down + len(stroke.after_up) >= 1
    assert len(stroke.after_up) <= 1
