"""One visitor for a benchmark: a server of its own, a browser, and the page, ready to draw on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from environment import find_browser
from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import FLAGS, Server
from tests.e2e.pen import answer


@contextmanager
def visit() -> Iterator[Page]:
    """Start all that is needed and give the page; stop it all afterwards, whatever happened."""
    path = os.environ.get("DIGITSCOPE_BROWSER") or find_browser(Path(sys.executable))
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "log.txt")
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(server.url)
            answer(page, 0)
            yield page
            browser.close()
        finally:
            server.stop()
