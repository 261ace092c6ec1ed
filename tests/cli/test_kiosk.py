"""The command that starts a stand: whatever ends, server or browser, is started again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from digitscope.cli import kiosk
from digitscope.cli.main import main
from testkit.paths import PROJECT

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


@pytest.mark.parametrize("told_to_end", kiosk.STOPS)
def test_the_command_starts_a_real_server_in_event_mode_and_ends_it(tmp_path, told_to_end):
    """As systemd does: the command is started, is told to end, and leaves nothing behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "digitscope", "kiosk", "--no-browser", "--port", str(port)]
    environment = os.environ | {"DIGITSCOPE_STAND": str(tmp_path)}
    with (tmp_path / "log.txt").open("w") as log:
        kiosked = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, env=environment)
    try:
        look = kiosk.Stand([], f"http://127.0.0.1:{port}", None)
        deadline = monotonic() + 60
        while not look.healthy():
            assert kiosked.poll() is None
            assert monotonic() < deadline, (tmp_path / "log.txt").read_text()
            sleep(0.1)
        (server,) = [child for child in psutil.Process(kiosked.pid).children() if "streamlit" in child.cmdline()]
        assert server.environ()["DIGITSCOPE_MODE"] == "event"
        kiosked.send_signal(told_to_end)
        assert kiosked.wait(15) == 0
        assert not server.is_running()
    finally:
        kiosked.kill()
        kiosked.wait()


def test_a_proxy_is_not_asked_for_this_machine(stand, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stand.look()
    assert stand.healthy()


def test_a_browser_that_is_named_and_does_not_exist_is_said(monkeypatch, capsys):
    monkeypatch.setenv("DIGITSCOPE_BROWSER", "/no/such/browser")
    assert main(["kiosk"]) == 2
    assert capsys.readouterr().err == "digitscope: DIGITSCOPE_BROWSER names /no/such/browser, which does not exist.\n"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_the_units(tmp_path):
    python = tmp_path / "digitscope" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    units = []
    for unit in sorted(unit for unit in (PROJECT / "deploy").iterdir() if unit.suffix in (".service", ".timer")):
        units.append(tmp_path / unit.name)
        units[-1].write_text(unit.read_text().replace("%h", str(tmp_path)))
    assert units
    command = ["systemd-analyze", "verify", "--user", *map(str, units)]
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert (told.returncode, told.stderr) == (0, "")


def test_the_browser_shows_nothing_but_the_page_and_asks_for_nothing_else():
    assert "--kiosk" in kiosk.KIOSK
    assert {"--disable-background-networking", "--disable-component-update", "--disable-sync"} <= set(kiosk.KIOSK)
