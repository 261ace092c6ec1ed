"""The browser: where it is found, how it is started, and what goes wrong in its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from digitscope.cli.browser import installed_browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
"""A window on a desk, with a mouse: options of `Browser.new_context`."""
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
"""A phone, with a finger."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium or Chrome and close it: an installed one, or else the one that Playwright installed.

    Raises BrowserError when DIGITSCOPE_BROWSER names a file that does not exist.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class PageErrors:
    """Collects what went wrong in a page: errors in its console, exceptions in its scripts."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        page.on("pageerror", lambda error: self.found.append(f"exception: {error}"))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text} {message.location}")
