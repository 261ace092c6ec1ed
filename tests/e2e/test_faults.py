"""What goes wrong in a room: servers that restart, lines that are cut, second fingers, endless scribbles."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from testkit.browser import DESKTOP
from testkit.concurrency import run_in_thread
from testkit.drawings import SIDE, sample
from testkit.page import PATIENCE, SLOW, answer, disconnected, press, ready, settled
from testkit.pen import Fingers, draw, draw_by_touch, pen_down
from testkit.server import Server
from testkit.visitors import Visitor, draw_at_once, draw_together


def test_a_restarted_server_finds_the_drawing_again(browser: Browser, own_server: Server) -> None:
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(own_server.url)
    ready(page)
    left, right = sample(4)
    draw(page, [left])
    settled(page, 1)
    with pen_down(page, right):
        own_server.stop()
        disconnected(page)
        own_server.start()
    # Streamlit's page tries again after ever longer pauses.
    settled(page, 2, SLOW)
    ready(page)
    assert answer(page, 2) == "4"
    press(page, "Undo")
    answer(page, 1)
    context.close()


def test_lines_that_are_cut_while_the_pen_is_down(browser: Browser, server: Server) -> None:
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    lines: list[WebSocketRoute] = []
    opened: list[str] = []
    cut = False

    def carry(line: WebSocketRoute) -> None:
        if cut:
            line.close()
            return
        line.connect_to_server()
        lines.append(line)
        opened.append(line.url.rsplit("/", 1)[-1])

    page.route_web_socket(lambda url: url.startswith("ws"), carry)
    page.goto(server.url)
    ready(page)
    assert sorted(opened) == ["live", "stream"]
    left, right = sample(4)
    draw(page, [left])
    settled(page, 1)
    with pen_down(page, right):
        cut = True
        for line in lines:
            line.close()
        disconnected(page)
    cut = False
    assert answer(page, 2) == "4"
    settled(page, 2)
    ready(page)
    # Each line was opened again; how often it had to try is nobody's business.
    assert min(opened.count("live"), opened.count("stream")) >= 2
    press(page, "Undo")
    answer(page, 1)
    draw(page, [right])
    assert answer(page, 2) == "4"
    context.close()


def test_two_tabs_do_not_see_each_other(browser: Browser, server: Server) -> None:
    context = browser.new_context(**DESKTOP)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(server.url)
        ready(page)
    for page, digit in ((first, 7), (second, 1)):
        page.bring_to_front()
        draw(page, sample(digit))
        assert answer(page, 1) == str(digit)
        settled(page, 1)
    first.bring_to_front()
    assert answer(first, 1) == "7"
    press(first, "Clear")
    assert answer(first, 0) == ""
    second.bring_to_front()
    assert answer(second, 1) == "1"
    context.close()


def test_visitors_at_once_get_their_own_answers(server: Server) -> None:
    people = [Visitor(server.url, number) for number in range(8)]
    run_in_thread(draw_together(people, 60.0, lambda: all(person.seen.settled for person in people)))
    assert all(person.seen.settled for person in people)
    assert [(person.seen.wrong, person.seen.others, person.seen.lost) for person in people] == [(0, 0, 0)] * 8


@pytest.mark.measured
def test_a_visitor_costs_little_memory(own_server: Server) -> None:
    run_in_thread(draw_at_once(own_server.url, 2, 1.0))
    before = own_server.memory()
    run_in_thread(draw_at_once(own_server.url, 8, 2.5))
    assert (own_server.memory() - before) / 8 < 15, "megabytes a visitor"


def test_a_second_finger_draws_nothing(phone: Page) -> None:
    ready(phone)
    fingers = Fingers(phone)
    (path,) = sample(3)
    fingers.send("touchStart", (0, *path[0]))
    fingers.send("touchStart", (0, *path[0]), (1, 20, 300))
    for x, y in path[1:]:
        fingers.send("touchMove", (0, x, y), (1, 20, 300))
    fingers.send("touchEnd")
    assert answer(phone, 1) == "3"
    settled(phone, 1)
    assert answer(phone, 1) == "3"


def test_a_turned_phone_keeps_the_drawing(phone: Page) -> None:
    ready(phone)
    left, right = sample(4)
    draw_by_touch(phone, [left])
    settled(phone, 1)
    phone.set_viewport_size({"width": 844, "height": 390})
    draw_by_touch(phone, [right])
    assert answer(phone, 2) == "4"
    settled(phone, 2)
    assert answer(phone, 2) == "4"


def test_settings_that_change_while_the_pen_is_down(page: Page) -> None:
    ready(page)
    layers, pen = page.get_by_role("switch", name="Show every layer"), page.get_by_role("slider", name="Pen width")
    left, right = sample(4)
    with pen_down(page, left):
        layers.focus()
        page.keyboard.press("Space")
        expect(layers).to_be_checked(timeout=PATIENCE)
    answer(page, 1)
    settled(page, 1)
    with pen_down(page, right):
        pen.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator('.st-key-live span[data-pen="19"]')).to_be_attached(timeout=PATIENCE)
    assert answer(page, 2) == "4"
    settled(page, 2)
    assert answer(page, 2) == "4"


SCRIBBLE = """async strokes => {
  const canvas = [...document.querySelectorAll(".st-key-canvas *")]
    .map(element => element.shadowRoot?.querySelector("canvas.upper-canvas")).find(Boolean);
  const box = canvas.getBoundingClientRect();
  const send = (type, [x, y]) => canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true,
    view: window, button: 0, buttons: 1, clientX: box.left + x, clientY: box.top + y }));
  for (const points of strokes) {
    send("mousedown", points[0]);
    for (const [i, point] of points.entries()) {
      send("mousemove", point);
      if (i % 500 === 499) await new Promise(requestAnimationFrame);  // as a hand does, leave time for pictures
    }
    send("mouseup", points.at(-1));
    await null;  // the canvas keeps each stroke for Undo as soon as the event is over
  }
}"""
"""Draws strokes as fast as the browser can."""
FINGERS = """
  const fingers = (type, x, y) => {
    const touch = new Touch({ identifier: 5, target: canvas, clientX: box.left + x, clientY: box.top + y });
    const touches = type === "touchend" ? [] : [touch];
    return { touches, targetTouches: touches, changedTouches: [touch] };
  };
"""


@pytest.mark.parametrize("strokes", [250, pytest.param(1_000, marks=pytest.mark.measured)])
def test_hundreds_of_strokes(page: Page, rng: np.random.Generator, strokes: int) -> None:
    ready(page)
    corners = rng.uniform(60, 280, (strokes, 1, 2))
    page.evaluate(SCRIBBLE, (corners + rng.uniform(-40, 40, (strokes, 2, 2))).round().tolist())
    settled(page, strokes, SLOW)
    answer(page, strokes)
    press(page, "Undo")
    settled(page, strokes - 1, SLOW)
    draw(page, sample(7))
    answer(page, strokes)
    settled(page, strokes, SLOW)
    press(page, "Clear")
    assert answer(page, 0) == ""
    draw(page, sample(7))
    assert answer(page, 1) == "7"


@pytest.mark.parametrize("moves", [9_000, pytest.param(40_000, marks=pytest.mark.measured)])
def test_a_pen_that_is_never_lifted(page: Page, moves: int) -> None:
    """Of 100,000 points the server's part is in test_hostile.py: Chromium takes half a minute for as many moves."""
    ready(page)
    curve = np.linspace(0, moves / 40, moves)
    points = SIDE / 2 + SIDE * 0.35 * np.stack([np.sin(1.01 * curve) * np.cos(0.013 * curve), np.cos(0.99 * curve)], 1)
    page.evaluate(SCRIBBLE, [points.round(1).tolist()])
    # A stroke of 4,000 points goes on as another one.
    page.wait_for_function(
        "least => document.querySelector('.st-key-answer [data-strokes]').dataset.strokes >= least",
        arg=-(-moves // 4_000),
        timeout=SLOW,
    )
    strokes = int(page.locator(".st-key-answer [data-strokes]").get_attribute("data-strokes") or 0)
    settled(page, strokes)
    press(page, "Undo")
    answer(page, strokes - 1)
    press(page, "Clear")
    assert answer(page, 0) == ""
    draw(page, sample(7))
    assert answer(page, 1) == "7"


def test_a_finger_that_is_never_lifted(phone: Page, rng: np.random.Generator) -> None:
    ready(phone)
    phone.evaluate(
        SCRIBBLE.replace("new MouseEvent(type, {", "new TouchEvent(type, { ...fingers(type, x, y),")
        .replace('"mousedown"', '"touchstart"')
        .replace('"mousemove"', '"touchmove"')
        .replace('"mouseup"', '"touchend"')
        .replace("const send", FINGERS + "const send"),
        rng.uniform(60, 280, (1, 4_500, 2)).round().tolist(),
    )
    answer(phone, 2)
    settled(phone, 2)
    press(phone, "Clear")
    assert answer(phone, 0) == ""
    draw_by_touch(phone, sample(3))
    assert answer(phone, 1) == "3"
