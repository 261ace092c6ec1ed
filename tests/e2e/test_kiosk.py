"""The stand as visitors and its keeper use it, in a browser that no outside address can be reached from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from digitscope.digits.io.unipen import read_unipen
from digitscope.digits.samples import SAMPLES
from digitscope.stand import pin
from digitscope.stand.challenges import digit_of_the_hour
from digitscope.stand.store import FILE, Kept, Store
from digitscope.ui.common.words import LANGUAGES, words_in
from testkit.browser import PageErrors
from testkit.drawings import on_canvas
from testkit.page import PATIENCE, answer, canvas
from testkit.pen import draw
from testkit.server import Server

SLOW = 120_000
PIN = "2718"


@dataclass
class Stand:
    """A stand's server and its file."""

    server: Server
    store: Store

    def newest(self) -> Kept:
        return self.store.drawings(newest=1)[0]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("digitscope.stand")
    store = Store(folder / FILE)
    pin.set_pin(store, PIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITSCOPE_STAND", str(folder))
        patch.setenv("DIGITSCOPE_MODE", "event")
        server = Server(folder / "log.txt")
        yield Stand(server, store)
        server.stop()
        log = server.log.read_text()
        assert "Traceback" not in log, log


def visit(browser: Browser, stand: Stand, **kind: object) -> Iterator[Page]:
    """The event page; whatever asks for an address outside this machine is stopped, and fails the test."""
    context = browser.new_context(**kind)  # type: ignore[arg-type]
    outside: list[str] = []

    def gate(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.on("websocket", lambda socket: outside.append(socket.url) if "//127.0.0.1" not in socket.url else None)
    watch = PageErrors(page)
    page.goto(stand.server.url)
    answer(page, 0, SLOW)
    canvas(page).wait_for()
    # The watch stands last on the page: all of it is there.
    page.locator(".st-key-watch_over .countdown").wait_for(state="attached")
    yield page
    context.close()
    assert outside == []
    assert not watch.found


@pytest.fixture
def screen(browser: Browser, stand: Stand) -> Iterator[Page]:
    yield from visit(browser, stand, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone_visitor(browser: Browser, stand: Stand) -> Iterator[Page]:
    yield from visit(browser, stand, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def write(page: Page, digit: int, which: int = 0) -> None:
    """Draw a sample of the digit, and wait for the settled answer."""
    expect(page.locator('.st-key-answer .answer[data-strokes="0"]')).to_be_visible(timeout=PATIENCE)
    box = canvas(page).bounding_box()
    assert box is not None
    strokes = SAMPLES[digit][which]
    draw(page, thinned(on_canvas(strokes, box["width"])))
    answer(page, len(strokes.paths))


def thinned(paths: list[np.ndarray]) -> list[np.ndarray]:
    """Every fourth point: as a fast hand's events come."""
    return [np.concatenate([path[:-1:4], path[-1:]]) for path in paths]


def press(page: Page, key: str) -> None:
    """Press the button of this key."""
    page.locator(f".st-key-{key} button").first.click()


def show(page: Page, name: str) -> None:
    press(page, f"screen_{name}_open")


def test_nothing_is_kept_without_consent(screen: Page, stand: Stand) -> None:
    before = len(stand.store.drawings())
    write(screen, 7)
    press(screen, "yes")
    expect(screen.locator(".st-key-event")).to_contain_text("No name, only on this machine")
    assert len(stand.store.drawings()) == before
    press(screen, "consent_no")
    expect(screen.locator(".st-key-event")).to_contain_text("Nothing was kept", timeout=PATIENCE)
    write(screen, 3)
    press(screen, "yes")
    expect(screen.locator(".st-key-event")).to_contain_text("Nothing was kept", timeout=PATIENCE)
    assert len(stand.store.drawings()) == before


def test_right_or_which_it_was_and_deleted_again(screen: Page, stand: Stand) -> None:
    write(screen, 7)
    press(screen, "yes")
    press(screen, "consent_yes")
    expect(screen.locator(".thanks[data-kept]")).to_be_visible(timeout=PATIENCE)
    kept = stand.newest()
    expect(screen.locator(".thanks")).to_have_attribute("data-kept", str(kept.number))
    assert (kept.label, kept.said, kept.occasion) == (7, 7, "draw")
    write(screen, 1)
    press(screen, "no")
    press(screen, "meant_4")
    expect(screen.locator(".thanks")).to_have_attribute("data-kept", str(kept.number + 1), timeout=PATIENCE)
    assert (stand.newest().label, stand.newest().said) == (4, 1)
    show(screen, "today")
    today = screen.locator('[data-accuracy="today"]')
    expect(today).to_have_attribute("data-n", str(len(stand.store.drawings(occasion="draw"))), timeout=PATIENCE)
    expect(screen.locator('[data-accuracy="mnist"]')).to_contain_text("95 %")
    expect(screen.locator(".gallery figure.wrong")).to_have_count(1)
    show(screen, "draw")
    write(screen, 2)
    press(screen, "yes")
    expect(screen.locator(".thanks")).to_have_attribute("data-kept", str(kept.number + 2), timeout=PATIENCE)
    press(screen, "take_back")
    expect(screen.locator(".st-key-event")).to_contain_text("Deleted.", timeout=PATIENCE)
    assert stand.newest().number == kept.number + 1


def test_a_yes_before_the_canvas_has_spoken_means_the_whole_drawing(screen: Page, stand: Stand) -> None:
    canvas_box = canvas(screen).bounding_box()
    assert canvas_box is not None
    corner, bar = thinned(on_canvas(SAMPLES[4][0], canvas_box["width"]))
    draw(screen, [bar])
    expect(screen.locator('.question[data-strokes="1"]')).to_be_visible(timeout=PATIENCE)
    assert answer(screen, 1) == "1"
    draw(screen, [corner])
    press(screen, "yes")
    press(screen, "consent_yes")
    expect(screen.locator(".thanks[data-kept]")).to_be_visible(timeout=PATIENCE)
    kept = stand.newest()
    assert (kept.label, kept.said, len(kept.strokes.paths)) == (4, 4, 2)


def test_a_number_is_not_asked_about(screen: Page) -> None:
    box = canvas(screen).bounding_box()
    assert box is not None
    for digit, left in ((1, 0.05), (2, 0.5)):
        draw(screen, [0.4 * path + (left * box["width"], 0.3 * box["width"])
                      for path in thinned(on_canvas(SAMPLES[digit][0], box["width"]))])  # fmt: skip
    assert answer(screen, 2) == "12"
    expect(screen.locator(".st-key-event")).to_contain_text("One digit at a time", timeout=PATIENCE)
    expect(screen.locator(".question")).to_have_count(0)


def test_five_languages_at_any_time(screen: Page) -> None:
    write(screen, 8)
    for language in LANGUAGES:
        press(screen, f"language_{language}")
        words = words_in(language)
        expect(screen.locator(".st-key-answer")).to_contain_text(words("sure"), timeout=PATIENCE)
        expect(screen.locator(".question")).to_have_text(words("right"))
        assert answer(screen, len(SAMPLES[8][0].paths)) == "8", "the drawing stays"
        direction = screen.evaluate("getComputedStyle(document.querySelector('.st-key-event')).direction")
        assert direction == words("direction")
        for name in ("challenges", "teach", "today", "draw"):
            expect(screen.locator(f".st-key-screen_{name}_open")).to_have_text(words(f"screen_{name}"))


def test_pause_countdown_invitation_and_the_first_touch(browser: Browser, stand: Stand) -> None:
    for name, seconds in (("pause", 2), ("countdown", 2), ("invite", 3)):
        stand.store.set(name, seconds)
    try:
        assert list(_visited(browser, stand)) == ["awake"]
    finally:
        for name in ("pause", "countdown", "invite"):
            stand.store.set(name, None)


def _visited(browser: Browser, stand: Stand) -> Iterator[str]:
    for page in visit(browser, stand, viewport={"width": 1280, "height": 800}):
        page.mouse.click(1200, 700)
        write(page, 6)
        press(page, "language_de")
        countdown = page.locator(".countdown")
        expect(countdown).to_be_visible(timeout=PATIENCE)
        expect(countdown.locator("p")).to_contain_text("Neuer Besuch in")
        countdown.get_by_role("button", name="Ich bin noch da").click()
        expect(countdown).to_be_hidden()
        assert answer(page, len(SAMPLES[6][0].paths)) == "6", "whoever is still there goes on"
        expect(page.locator(".st-key-answer")).to_contain_text("Draw a digit", timeout=PATIENCE)
        expect(page.locator(".greeting")).to_be_visible(timeout=PATIENCE)
        shown = page.locator('.st-key-answer .answer[data-digit="7"]')
        expect(shown).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".question")).to_have_count(0)
        page.mouse.click(300, 400)
        expect(page.locator(".greeting")).to_be_hidden()
        answer(page, 0)
        yield "awake"


def test_one_finger_draws_and_the_palm_does_not(phone_visitor: Page) -> None:
    box = canvas(phone_visitor).bounding_box()
    assert box is not None
    client = phone_visitor.context.new_cdp_session(phone_visitor)
    palm = {"x": box["x"] + 300, "y": box["y"] + 320, "radiusX": 45, "radiusY": 50, "id": 1}

    def touch(kind: str, *points: dict[str, float]) -> None:
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def finger(x: float, y: float) -> dict[str, float]:
        return {"x": float(box["x"] + x), "y": float(box["y"] + y), "radiusX": 10, "radiusY": 10, "id": 2}

    touch("touchStart", palm)
    (path,) = on_canvas(SAMPLES[7][0], box["width"])
    for place, (x, y) in enumerate(path):
        # The palm rests and trembles, and another finger comes along half-way.
        moved = {**palm, "x": palm["x"] + place % 2}
        other = [{**finger(30, 300), "id": 3}] if place > len(path) // 2 else []
        touch("touchStart" if place == 0 or (len(other) and place == len(path) // 2 + 1) else "touchMove",
              moved, finger(x, y), *other)  # fmt: skip
    touch("touchEnd", palm)
    touch("touchEnd")
    assert answer(phone_visitor, 1) == "7"
    assert phone_visitor.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_ten_digits_and_the_leaderboard(screen: Page, stand: Stand) -> None:
    show(screen, "challenges")
    press(screen, "choose_ten")
    press(screen, "ten_start")
    for _ in range(10):
        wanted = screen.locator(".wanted")
        digit = int(wanted.get_attribute("data-wanted", timeout=PATIENCE) or -1)
        expect(screen.locator('.st-key-answer .answer[data-strokes="0"]')).to_be_visible(timeout=PATIENCE)
        box = canvas(screen).bounding_box()
        assert box is not None
        draw(screen, thinned(on_canvas(SAMPLES[digit][0], box["width"])))
        screen.wait_for_function(
            "digit => document.querySelector('.wanted')?.dataset.wanted !== digit", arg=str(digit), timeout=PATIENCE
        )
    expect(screen.locator(".points")).to_have_attribute("data-points", "10", timeout=PATIENCE)
    nickname = screen.get_by_role("textbox", name="A nickname for the leaderboard")
    nickname.fill("Sh1t")
    nickname.press("Enter")
    press(screen, "put_on_leaderboard")
    expect(screen.locator(".st-key-event")).to_contain_text("Choose another nickname", timeout=PATIENCE)
    nickname.fill("Ada <3")
    nickname.press("Enter")
    press(screen, "put_on_leaderboard")
    expect(screen.locator(".st-key-event")).to_contain_text("Choose another nickname", timeout=PATIENCE)
    suggestion = screen.locator(".st-key-suggestion_0").inner_text()
    press(screen, "suggestion_0")
    expect(nickname).to_have_value(suggestion, timeout=PATIENCE)
    press(screen, "put_on_leaderboard")
    expect(screen.locator(".best", has_text=suggestion)).to_be_visible(timeout=PATIENCE)


def test_a_five_that_it_cannot_read_and_the_digit_of_the_hour(screen: Page, stand: Stand) -> None:
    show(screen, "challenges")
    press(screen, "choose_fool")
    write(screen, 5)
    expect(screen.locator(".st-key-event")).to_contain_text("It still reads a 5", timeout=PATIENCE)
    press(screen, "clear")
    write(screen, 3)
    expect(screen.locator(".st-key-event")).to_contain_text("It read 3", timeout=PATIENCE)
    press(screen, "fool_yes")
    press(screen, "consent_yes")
    expect(screen.locator(".points")).to_be_visible(timeout=PATIENCE)
    assert int(screen.locator(".points").get_attribute("data-points") or 0) > 900
    assert (stand.newest().label, stand.newest().said, stand.newest().occasion) == (5, 3, "fool")
    show(screen, "challenges")
    press(screen, "choose_hour")
    write(screen, digit_of_the_hour(datetime.now()))
    expect(screen.locator(".points")).to_be_visible(timeout=PATIENCE)


def test_the_keeper_behind_the_pin(screen: Page, stand: Stand) -> None:
    number = stand.store.keep(SAMPLES[1][0], 1, 1, 0.9)
    press(screen, "keeper_open")
    enter(screen, "0000")
    expect(screen.locator(".st-key-event")).to_contain_text("Tries left: 4", timeout=PATIENCE)
    expect(screen.locator(".st-key-backup")).to_have_count(0)
    enter(screen, PIN)
    field = screen.get_by_role("spinbutton", name="Number of a drawing")
    field.fill(str(number), timeout=PATIENCE)
    field.press("Enter")
    press(screen, "delete_drawing_now")
    expect(screen.locator("[data-notice]")).to_contain_text(f"Number {number} is deleted", timeout=PATIENCE)
    press(screen, "backup")
    expect(screen.locator("[data-notice]")).to_contain_text("backup-", timeout=PATIENCE)
    assert list(Path(stand.store.path.parent).glob("backup-*.sqlite"))
    seven = stand.store.keep(SAMPLES[7][0], 7, 2, 0.8)
    assert f"no. {seven}: 7, read as 2" in downloaded(screen, "report").read_text("utf-8")
    assert read_unipen(downloaded(screen, "unipen"))[-1].label == 7
    rows = list(csv.DictReader(downloaded(screen, "table").read_text("utf-8").splitlines()))
    assert (rows[-1]["number"], rows[-1]["meant"], rows[-1]["said"]) == (str(seven), "7", "2")
    screen.get_by_role("combobox", name="Language for a new visitor").click()
    screen.get_by_role("option", name=words_in("fr")("language")).click()
    expect(screen.locator("[data-notice]")).to_have_text("Saved.", timeout=PATIENCE)
    assert stand.store.setting("language") == "fr"
    press(screen, "lock")
    press(screen, "keeper_open")
    expect(screen.locator(".st-key-pin_enter")).to_be_visible(timeout=PATIENCE)
    try:
        screen.reload()
        expect(screen.locator(".st-key-answer")).to_contain_text(words_in("fr")("invite"), timeout=PATIENCE)
    finally:
        stand.store.set("language", None)


def downloaded(page: Page, name: str) -> Path:
    """The file that a button of the keeper's page gives, under its own name's ending."""
    with page.expect_download() as begun:
        press(page, f"download_{name}")
    path = Path(begun.value.path())
    return path.rename(path.with_name(begun.value.suggested_filename))


def enter(page: Page, typed: str) -> None:
    for place, digit in enumerate(typed):
        expect(page.locator(".typed")).to_have_text("●" * place or "–", timeout=PATIENCE)
        press(page, f"pin_{digit}")
    expect(page.locator(".typed")).to_have_text("●" * len(typed), timeout=PATIENCE)
    press(page, "pin_enter")


def test_a_hand_is_forgotten_at_the_reset_but_the_keeper_may_keep_it(screen: Page, stand: Stand) -> None:
    show(screen, "teach")
    # Somebody whose 1 has a long flag, as others write a 7.
    hand = [(7, 0, 1), (7, 1, 1), (1, 0, 1), (2, 0, 2), (3, 0, 3)]
    for count, (digit, which, meant) in enumerate(hand):
        expect(screen.locator(".dots")).to_have_attribute("data-drawings", str(count), timeout=PATIENCE)
        write(screen, digit, which)
        press(screen, f"teach_{meant}")
    own = screen.locator('[data-meter="own"]')
    expect(own).to_be_visible(timeout=SLOW)
    before, after = (float(own.get_attribute(f"data-{name}") or "nan") for name in ("before", "after"))
    assert after > before
    write(screen, 7)
    assert answer(screen, 1) == "1", "it reads this hand now"
    press(screen, "keeper_open")
    enter(screen, PIN)
    press(screen, "keep_network")
    expect(screen.locator("[data-notice]")).to_contain_text("Kept as personal network 1", timeout=PATIENCE)
    ((number, _),) = stand.store.networks()
    send_away(screen, stand)
    write(screen, 7)
    assert answer(screen, 1) == "7", "the next visitor meets the shipped network"
    show(screen, "teach")
    expect(screen.locator(".dots")).to_have_attribute("data-drawings", "0", timeout=PATIENCE)
    # The keeper lets everybody read with the kept hand.
    stand.store.set("hand", number)
    try:
        screen.reload()
        write(screen, 7)
        assert answer(screen, 1) == "1"
    finally:
        stand.store.set("hand", None)


def send_away(page: Page, stand: Stand) -> None:
    """Do nothing until the page has cleared itself."""
    for name in ("pause", "countdown"):
        stand.store.set(name, 2)
    try:
        press(page, "language_de")
        expect(page.locator(".countdown")).to_be_visible(timeout=PATIENCE)
    finally:
        for name in ("pause", "countdown"):
            stand.store.set(name, None)
    expect(page.locator('.st-key-language_en button[kind="primary"]')).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-answer")).to_contain_text("Draw a digit", timeout=PATIENCE)


def test_there_is_nothing_to_fall_into(screen: Page) -> None:
    for part in ("stSidebar", "stMainMenu", "stHeader", "stToolbar"):
        expect(screen.get_by_test_id(part).filter(visible=True)).to_have_count(0)
    write(screen, 9)
    for key in ("c", "r", "Control+p", "F1"):
        screen.keyboard.press(key)
    expect(screen.get_by_role("dialog")).to_have_count(0)
    assert answer(screen, 1) == "9"


@pytest.mark.parametrize("size", [(1080, 1920), (390, 844)])
def test_upright_screens_show_canvas_answer_and_question(browser: Browser, stand: Stand, size: tuple[int, int]) -> None:
    for page in visit(browser, stand, viewport={"width": size[0], "height": size[1]}):
        for language in ("en", "de", "ar"):
            press(page, f"language_{language}")
            if language == "en":
                write(page, 4)
            expect(page.locator(".question")).to_have_text(words_in(language)("right"), timeout=PATIENCE)
            boxes = [
                page.locator(name).bounding_box() for name in (".st-key-canvas", ".st-key-answer", ".st-key-right")
            ]
            places = np.array([[box["y"], box["y"] + box["height"], box["x"] + box["width"]] for box in boxes if box])
            assert places[0, 1] <= places[1, 0] + 1
            assert places[:, 1].max() <= size[1], f"{language}: all in sight without scrolling"
            assert places[:, 2].max() <= size[0]
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= size[0]
