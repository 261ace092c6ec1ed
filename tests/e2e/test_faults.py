"""What goes wrong in a room: servers that restart, lines that are cut, second fingers, endless scribbles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.first_load import held
from benchmarks.load import room
from digits.samples import SAMPLES
from tests.conftest import on_board, run_apart
from tests.e2e.conftest import Server
from tests.e2e.pen import PATIENCE, SIDE, answer, board, draw, draw_by_touch, press
from tests.e2e.test_live import ready, settled


@pytest.fixture
def own_server(tmp_path) -> Iterator[Server]:
    server = Server(tmp_path / "log.txt")
    yield server
    server.stop()


def test_a_restarted_server_finds_the_drawing_again(browser: Browser, own_server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(own_server.url)
    ready(page)
    left, right = on_board(SAMPLES[4][0], SIDE)
    draw(page, [left])
    settled(page, 1)
    own_server.stop()
    own_server.start()
    ready(page)
    draw(page, [right])
    assert answer(page, 2) == "4"
    settled(page, 2)
    press(page, "Undo")
    answer(page, 1)
    context.close()


def test_two_tabs_do_not_see_each_other(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(server.url)
        ready(page)
    for page, digit in ((first, 7), (second, 1)):
        page.bring_to_front()
        draw(page, on_board(SAMPLES[digit][0], SIDE))
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
    before = held(server)
    people = run_apart(room(server.url, 8, 2.5))
    assert (held(server) - before) / 8 < 15, "megabytes a visitor"
    assert sum(len(person.seen.finals) for person in people) >= 8
    assert [(person.seen.wrong, person.seen.others, person.seen.lost) for person in people] == [(0, 0, 0)] * 8


def test_a_second_finger_draws_nothing(phone: Page) -> None:
    ready(phone)
    box = board(phone).bounding_box()
    assert box is not None
    client = phone.context.new_cdp_session(phone)
    (path,) = on_board(SAMPLES[3][0], SIDE)

    def touch(kind: str, *fingers: tuple[int, float, float]) -> None:
        points = [{"x": box["x"] + x, "y": box["y"] + y, "id": finger} for finger, x, y in fingers]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0, *path[0]))
    touch("touchStart", (0, *path[0]), (1, 20, 300))
    for x, y in path[1:]:
        touch("touchMove", (0, x, y), (1, 20, 300))
    touch("touchEnd")
    assert answer(phone, 1) == "3"
    settled(phone, 1)
    assert answer(phone, 1) == "3"


def test_a_turned_phone_keeps_the_drawing(phone: Page) -> None:
    ready(phone)
    left, right = on_board(SAMPLES[4][0], SIDE)
    draw_by_touch(phone, [left])
    settled(phone, 1)
    phone.set_viewport_size({"width": 844, "height": 390})
    draw_by_touch(phone, [right])
    assert answer(phone, 2) == "4"
    settled(phone, 2)
    assert answer(phone, 2) == "4"


def test_another_pen_while_the_pen_is_down(page: Page) -> None:
    ready(page)
    box = board(page).bounding_box()
    assert box is not None
    (path,) = on_board(SAMPLES[7][0], SIDE)
    page.mouse.move(box["x"] + path[0][0], box["y"] + path[0][1])
    page.mouse.down()
    for i, (x, y) in enumerate(path[1:]):
        page.mouse.move(box["x"] + x, box["y"] + y)
        if i == len(path) // 2:
            page.get_by_role("switch", name="Show every layer").focus()
            page.keyboard.press("Space")
            expect(page.get_by_role("switch", name="Show every layer")).to_be_checked(timeout=PATIENCE)
    page.mouse.up()
    assert answer(page, 1) == "7"
    settled(page, 1)
    assert answer(page, 1) == "7"


def test_an_endless_scribble(page: Page) -> None:
    ready(page)
    rng = np.random.default_rng(5)
    # As fast as the browser can: 5,000 points in one stroke, then small strokes.
    page.evaluate(
        """points => {
        const canvas = [...document.querySelectorAll(".st-key-canvas *")]
          .map(element => element.shadowRoot?.querySelector("canvas.upper-canvas")).find(Boolean);
        const box = canvas.getBoundingClientRect();
        const send = (type, [x, y]) => canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true,
          view: window, button: 0, buttons: 1, clientX: box.left + x, clientY: box.top + y }));
        send("mousedown", points[0]);
        for (const point of points) send("mousemove", point);
        send("mouseup", points.at(-1));
      }""",
        rng.uniform(20, 320, (5000, 2)).round().tolist(),
    )
    answer(page, 1)
    settled(page, 1)
    press(page, "Clear")
    assert answer(page, 0) == ""
    draw(page, on_board(SAMPLES[7][0], SIDE))
    assert answer(page, 1) == "7"
