"""A real server and a real browser: one of each for all tests, a new page for every one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from testkit.browser import DESKTOP, PHONE, PageErrors, chromium
from testkit.page import SLOW, answer, canvas
from testkit.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "log.txt") as server:
        yield server
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that no other test uses: it can be stopped, and is as fast as one that has done nothing yet."""
    with Server(tmp_path / "log.txt") as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def desktop_window(browser: Browser) -> Iterator[BrowserContext]:
    """A window of 1280 x 800 for many pages: each finds Streamlit's scripts in the cache."""
    context = browser.new_context(**DESKTOP)
    yield context
    context.close()


@pytest.fixture(scope="session")
def phone_window(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's window for many pages."""
    context = browser.new_context(**PHONE)
    yield context
    context.close()


def opened(window: BrowserContext, server: Server) -> Iterator[Page]:
    """A new page, in which nothing may go wrong."""
    page = window.new_page()
    errors = PageErrors(page)
    page.goto(server.url)
    answer(page, 0, SLOW)
    canvas(page).wait_for()
    yield page
    shown = page.locator('[data-testid="stException"]').count()
    page.close()
    assert not errors.found
    assert not shown


@pytest.fixture
def page(desktop_window: BrowserContext, server: Server) -> Iterator[Page]:
    """The page in a window of 1280 x 800, with a mouse."""
    yield from opened(desktop_window, server)


@pytest.fixture
def phone(phone_window: BrowserContext, server: Server) -> Iterator[Page]:
    """The page on a phone of 390 x 844, with a finger."""
    yield from opened(phone_window, server)
