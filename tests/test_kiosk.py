"""The command that starts a stand: whatever ends, server or browser, is started again."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import kiosk
import pytest

ANSWERS = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
"""


@pytest.fixture
def stand(tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nexec sleep 60\n")
    browser.chmod(0o755)
    stand = kiosk.Stand([sys.executable, "-c", ANSWERS, str(port)], f"http://127.0.0.1:{port}", str(browser))
    yield stand
    stand.close()


def test_server_and_browser_are_started_and_started_again(stand):
    stand.look()
    assert stand.healthy()
    server, window = stand.server, stand.window
    stand.look()
    assert (stand.server, stand.window) == (server, window), "what runs is left alone"
    server.kill()
    server.wait()
    window.kill()
    window.wait()
    stand.look()
    assert stand.healthy()
    assert stand.server.pid != server.pid
    assert stand.window.pid != window.pid


def test_a_server_that_runs_and_does_not_answer_is_started_anew(stand, monkeypatch):
    stand.look()
    deaf = stand.server
    monkeypatch.setattr(stand, "healthy", lambda: stand.server is not deaf)
    for _ in range(kiosk.DEAF_LOOKS):
        assert stand.server is deaf
        stand.look()
    assert stand.server is not deaf


def test_the_browser_shows_nothing_but_the_page_and_asks_for_nothing_else():
    assert "--kiosk" in kiosk.KIOSK
    assert {"--disable-background-networking", "--disable-component-update", "--disable-sync"} <= set(kiosk.KIOSK)
