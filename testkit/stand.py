"""A stand: its server on a file of its own, and visitors who come one after the other in one browser window.

A visitor draws a few digits in a language of their own, says whether they were read right, and leaves; some play, some
teach the network their handwriting, and now and then the process that learns from it is killed. Then the server itself
is killed, in turns while a visitor is thanked and while the idle page draws by itself.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import psutil
from playwright.sync_api import Page, expect

from digitscope.digits.samples import SAMPLES
from digitscope.digits.synthesis.stroke_augmentation import vary
from digitscope.stand.store import FILE, Store
from testkit.drawings import on_canvas
from testkit.page import answer, canvas, side
from testkit.pen import draw
from testkit.server import Server

LANGUAGES = ("en", "fr", "de", "es", "ar")
PATIENCE = 60_000
"""Milliseconds."""
WARM = 10
"""Visitors after whom memory is looked at for the first time."""
TEACHES, KILLS_TEACHER, PLAYS = 8, 3, 6
"""Every so many visitors one teaches, every so many lessons the teacher is killed; every so many one plays."""
STAYS: dict[str, int] = {"pause": 600, "countdown": 15, "invite": 600}
"""Seconds: while visitors are busy nobody is sent away, however slow the machine is."""
LEAVES = {"pause": 2, "countdown": 3}
"""Seconds of those who go."""
ASKED = """() => {
  window.asked = false;
  new MutationObserver(() => { window.asked ||= document.querySelector(".question") !== null; })
    .observe(document.body, {childList: true, subtree: true});
}"""
"""Notes from now on whether there was a question on the page."""
SEED = 8


@dataclass
class Found:
    """What was seen at the stand."""

    waits: list[float] = field(default_factory=list)
    """Milliseconds from pen-up to the settled answer, in order, of the visitors before the kills."""
    confirmed: set[int] = field(default_factory=set)
    """Numbers that visitors were thanked with."""
    kept: set[int] = field(default_factory=set)
    """Numbers in the file at the end."""
    memory: list[float] = field(default_factory=list)
    """Megabytes of the server's processes after each visitor of the first part."""
    lessons: int = 0
    teachers_killed: int = 0
    servers_killed: int = 0

    @property
    def lost(self) -> set[int]:
        """What was confirmed and is not in the file."""
        return self.confirmed - self.kept

    @property
    def unasked(self) -> set[int]:
        """What is in the file, and nobody was thanked for it."""
        return self.kept - self.confirmed

    @property
    def thirds(self) -> tuple[float, float]:
        """Median waits of the first and of the last third."""
        third = max(1, len(self.waits) // 3)
        return median(self.waits[:third]), median(self.waits[-third:])

    @property
    def warm_and_last(self) -> tuple[float, float]:
        """Megabytes after the first warm visitors and after the last ones, medians of three."""
        warm = min(WARM, len(self.memory) - 1)
        return median(self.memory[warm : warm + 3]), median(self.memory[-3:])

    @property
    def growth(self) -> float:
        """Megabytes between these."""
        warm, last = self.warm_and_last
        return last - warm


class Visits:
    """What visitors do in one browser window of one stand."""

    def __init__(self, page: Page, server: Server, store: Store, rng: np.random.Generator) -> None:
        self.page, self.server, self.store, self.rng, self.found = page, server, store, rng, Found()

    def press(self, key: str) -> None:
        """Press the button of this key."""
        self.page.locator(f".st-key-{key} button").first.click(timeout=PATIENCE)

    def write(self, digit: int) -> None:
        """Draw a digit in a handwriting of its own, and wait for the answer."""
        expect(self.page.locator('.st-key-answer .answer[data-strokes="0"]')).to_be_visible(timeout=PATIENCE)
        strokes = vary(SAMPLES[digit][int(self.rng.integers(2))], self.rng)
        draw(self.page, on_canvas(strokes, side(self.page)))
        begun = perf_counter()
        answer(self.page, len(strokes.paths), PATIENCE)
        self.found.waits.append(1000 * (perf_counter() - begun))

    def confirm(self, digit: int) -> None:
        """Say what it was, let it be kept, and note the number of the thanks; two digits are wiped away."""
        page = self.page
        if len(page.locator(".st-key-answer .answer").get_attribute("data-digit") or "") > 1:
            self.press("clear")
            return
        # A question about the first of two strokes goes away when the second one has come.
        strokes = page.locator(".st-key-answer .answer").get_attribute("data-strokes")
        page.locator(f'.question[data-strokes="{strokes}"]').wait_for(timeout=PATIENCE)
        page.locator(".st-key-yes, .st-key-meant_digits").first.wait_for(timeout=PATIENCE)
        said = page.locator(".st-key-answer .answer").get_attribute("data-digit")
        if said == str(digit):
            self.press("yes")
        else:
            if page.locator(".st-key-no").count():
                self.press("no")
            self.press(f"meant_{digit}")
        # Consent is asked for once a visitor.
        page.locator(".st-key-consent_yes, .thanks").first.wait_for(timeout=PATIENCE)
        if page.locator(".st-key-consent_yes").count():
            self.press("consent_yes")
        thanks = page.locator(".thanks[data-kept]")
        thanks.wait_for(timeout=PATIENCE)
        self.found.confirmed.add(int(thanks.get_attribute("data-kept") or -1))

    def visit(self, number: int) -> None:
        """One visitor, from the first touch until the page has cleared itself."""
        self.press(f"language_{LANGUAGES[number % len(LANGUAGES)]}")
        for _ in range(int(self.rng.integers(2, 5))):
            digit = int(self.rng.integers(10))
            self.write(digit)
            self.confirm(digit)
        if number % TEACHES == TEACHES - 1:
            self.teach()
        if number % PLAYS == PLAYS - 1:
            self.press("screen_challenges_open")
            self.press("choose_hour")
            self.write(int(self.rng.integers(10)))
            self.press("screen_today_open")
            self.page.locator(".accuracy").first.wait_for(timeout=PATIENCE)
        self.leave()

    def teach(self) -> None:
        """Five drawings and a lesson; some teachers die."""
        self.press("screen_teach_open")
        for count in range(5):
            self.page.locator(f'.dots[data-drawings="{count}"]').wait_for(timeout=PATIENCE)
            digit = int(self.rng.integers(10))
            self.write(digit)
            self.press(f"teach_{digit}")
        self.found.lessons += 1
        if self.found.lessons % KILLS_TEACHER == 0:
            self.page.locator('[data-testid="stProgress"]').wait_for(timeout=PATIENCE)
            for child in psutil.Process(self.server.process.pid).children(recursive=True):
                if "spawn_main" in " ".join(child.cmdline()):
                    child.send_signal(signal.SIGKILL)
                    self.found.teachers_killed += 1
            self.page.locator(".st-key-teach_start, .meter").first.wait_for(timeout=PATIENCE)
        else:
            self.page.locator(".meter").wait_for(timeout=PATIENCE)

    def leave(self) -> None:
        """Walk away, and wait until the countdown is over and nothing is left."""
        self.choose(LEAVES)
        # The last touch brings the page the short pause; its language is not the one that the next visitor begins with.
        self.press("language_de")
        countdown = self.page.locator(".countdown")
        countdown.wait_for(timeout=PATIENCE)
        self.choose(STAYS)
        self.page.locator('.st-key-language_en button[kind="primary"]').wait_for(timeout=PATIENCE)
        self.page.locator('.st-key-screen_draw_open button[kind="primary"]').wait_for(timeout=PATIENCE)
        countdown.wait_for(state="hidden", timeout=PATIENCE)
        expect(self.page.locator(".st-key-answer .answer")).to_have_attribute("data-strokes", "0", timeout=PATIENCE)

    def choose(self, seconds: dict[str, int]) -> None:
        """Change settings as the keeper does."""
        for name, value in seconds.items():
            self.store.set(name, value)

    def kill_while_thanked(self, digit: int) -> None:
        """The server dies while a visitor is thanked; the page finds it again, and the next one is asked anew."""
        self.press("language_fr")
        self.write(digit)
        self.confirm(digit)
        self.kill_server()
        self.page.locator('.st-key-language_en button[kind="primary"]').wait_for(timeout=PATIENCE)
        self.page.locator(".thanks").wait_for(state="detached", timeout=PATIENCE)

    def kill_while_inviting(self) -> None:
        """The server dies while the idle page draws by itself: nobody may be asked about those digits."""
        self.choose({"invite": 1})
        self.page.reload()
        self.page.locator(".greeting").wait_for(timeout=PATIENCE)
        read, empty = (f'.st-key-answer .answer{kind}([data-strokes="0"])' for kind in (":not", ":is"))
        self.page.locator(read).wait_for(timeout=PATIENCE)
        self.page.evaluate(ASKED)
        self.kill_server()
        # Two more digits are drawn and read by the new server.
        for state in (empty, read, empty, read):
            self.page.locator(state).wait_for(timeout=PATIENCE)
        assert not self.page.evaluate("window.asked"), "nobody is asked about digits that nobody drew"
        self.choose(STAYS)
        canvas(self.page).click()
        self.page.locator(".greeting").wait_for(state="hidden", timeout=PATIENCE)
        expect(self.page.locator(".st-key-answer .answer")).to_have_attribute("data-strokes", "0", timeout=PATIENCE)

    def kill_server(self) -> None:
        """Kill it as a power cut would, and start it again on the same port."""
        self.server.kill()
        self.found.servers_killed += 1
        self.server.start()

    def remember_memory(self) -> None:
        """Note what the server's own process holds."""
        self.found.memory.append(psutil.Process(self.server.process.pid).memory_info().rss / 1e6)


@contextmanager
def stand(folder: Path, settings: dict[str, int] | None = None) -> Iterator[tuple[Server, Store]]:
    """Start a stand's server on a file in `folder`, with settings that its keeper chose."""
    store = Store(folder / FILE)
    for name, value in (settings or {}).items():
        store.set(name, value)
    try:
        with Server(folder / "log.txt", DIGITSCOPE_STAND=str(folder), DIGITSCOPE_MODE="event") as server:
            yield server, store
    finally:
        store.close()


def let_visit(page: Page, server: Server, store: Store, visitors: int, kills: int, minutes: float = inf) -> Found:
    """Let visitors come, or as many as come within so many minutes; then kill the server so many times."""
    until = perf_counter() + 60 * minutes
    run = Visits(page, server, store, np.random.default_rng(SEED))
    page.goto(server.url)
    page.locator(".st-key-watch_over .countdown").wait_for(state="attached", timeout=PATIENCE)
    for number in range(visitors):
        if perf_counter() > until:
            break
        run.visit(number)
        run.remember_memory()
        if number % 10 == 9:
            print(
                f"{number + 1} visitors, {len(run.found.confirmed)} drawings, {run.found.memory[-1]:.0f} MB", flush=True
            )
    waits = list(run.found.waits)
    for number in range(kills):
        if number % 2:
            run.kill_while_inviting()
        else:
            run.kill_while_thanked(number % 10)
    run.found.waits = waits
    run.found.kept = {drawing.number for drawing in store.drawings()}
    return run.found
