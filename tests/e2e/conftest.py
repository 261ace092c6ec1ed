"""A real server and a real browser: one of each for all tests, a new page for every one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from environment import find_browser
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import PROJECT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Server:
    """`streamlit run app.py` on a free port of this machine; its words go to a file, for a pipe could fill up."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"), "--server.headless", "true"]
        command += [
            "--server.port",
            str(self.port),
            "--server.address",
            "127.0.0.1",
            "--server.fileWatcherType",
            "none",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    server.stop()
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("DIGITSCOPE_BROWSER") or find_browser(Path(sys.executable))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watch:
    """Collects what went wrong in a page: errors in its console, exceptions in its scripts."""

    def __init__(self, page: Page) -> None:
        self.wrongs: list[str] = []
        page.on("pageerror", lambda error: self.wrongs.append(f"exception: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrongs.append(f"console: {message.text} {message.location}")


def _opened(context: BrowserContext, server: Server) -> Iterator[Page]:
    page = context.new_page()
    watch = Watch(page)
    page.goto(server.url)
    page.locator(".st-key-answer [data-strokes]").wait_for()
    page.locator(".st-key-canvas canvas.upper-canvas").wait_for()
    yield page
    shown = page.locator('[data-testid="stException"]').count()
    context.close()
    assert not watch.wrongs
    assert not shown


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page in a window of 1280 x 800, with a mouse."""
    yield from _opened(browser.new_context(viewport={"width": 1280, "height": 800}), server)


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """The page on a phone of 390 x 844, with a finger."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield from _opened(context, server)
