"""A real server and a real browser: one of each for all tests, a new page for every one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from testkit.browser import DESKTOP, PHONE, PageErrors, chromium
from testkit.page import answer, canvas
from testkit.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "log.txt") as server:
        yield server
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def opened(browser: Browser, server: Server, window: dict[str, Any]) -> Iterator[Page]:
    """The page in a window of its own; nothing may go wrong in it."""
    context = browser.new_context(**window)
    page = context.new_page()
    errors = PageErrors(page)
    page.goto(server.url)
    answer(page, 0)
    canvas(page).wait_for()
    yield page
    shown = page.locator('[data-testid="stException"]').count()
    context.close()
    assert not errors.found
    assert not shown


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page in a window of 1280 x 800, with a mouse."""
    yield from opened(browser, server, DESKTOP)


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """The page on a phone of 390 x 844, with a finger."""
    yield from opened(browser, server, PHONE)
