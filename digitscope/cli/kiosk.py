"""digitscope kiosk: run a stand: the event page, full screen.

Starts the server, waits until it answers, and opens Chromium or Chrome over the whole screen where one is found. A
server or a browser that ends is started again; Ctrl-C, or the end of the service, ends both.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from digitscope.cli.browser import BrowserError, installed_browser
from digitscope.cli.common import CommandError
from digitscope.cli.run import port, server_command

KIOSK = (
    "--kiosk",
    "--no-first-run",
    "--noerrdialogs",
    "--disable-infobars",
    "--disable-session-crashed-bubble",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--disable-translate",
    "--disable-features=Translate,TouchpadOverscrollHistoryNavigation",
    # Nothing is to leave the machine: no updates, no synchronisation, no reports.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-domain-reliability",
    "--disable-quic",
    "--password-store=basic",
)
READY_SECONDS = 60.0
LOOK_SECONDS = 2.0
STOPS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""The signals that end the stand, besides Ctrl-C: a service's end, a terminal that is closed."""
DEAF_LOOKS = 5
"""After this number of looks without an answer, a server that still runs is started anew."""
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine itself, whatever proxy the environment names."""


class Stand:
    """The server and the browser of one stand."""

    def __init__(self, server: list[str], url: str, browser: str | None) -> None:
        self.server_command, self.url, self.browser = server, url, browser
        self.server: subprocess.Popen[bytes] | None = None
        self.window: subprocess.Popen[bytes] | None = None
        self.deaf = 0

    def look(self) -> None:
        """Start what does not run."""
        if self.server is not None and self.server.poll() is None:
            self.deaf = 0 if self.healthy() else self.deaf + 1
            if self.deaf >= DEAF_LOOKS:
                _end(self.server)
        if self.server is None or self.server.poll() is not None:
            self.deaf = 0
            self.server = subprocess.Popen(self.server_command, env=os.environ | {"DIGITSCOPE_MODE": "event"})
            self.wait()
        if self.browser is not None and (self.window is None or self.window.poll() is not None):
            profile = Path(tempfile.gettempdir()) / "digitscope-kiosk"
            self.window = subprocess.Popen([self.browser, *KIOSK, f"--user-data-dir={profile}", self.url])

    def wait(self) -> None:
        """Until the server answers, or has had its time."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.healthy() and time.monotonic() < deadline:
            if self.server is not None and self.server.poll() is not None:
                return
            time.sleep(0.2)

    def healthy(self) -> bool:
        """Whether the server answers."""
        try:
            with DIRECTLY.open(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def close(self) -> None:
        """End both."""
        for process in (self.window, self.server):
            if process is not None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("kiosk", help="run a stand at an event, full screen", description=__doc__)
    parser.add_argument("--port", type=port, default=8501, help="port to listen on (default 8501)")
    parser.add_argument("--address", default="127.0.0.1", help="0.0.0.0 lets phones in the room in (default 127.0.0.1)")
    parser.add_argument("--no-browser", action="store_true", help="only the server")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the stand until it is told to stop."""
    try:
        browser = None if options.no_browser else installed_browser()
    except BrowserError as error:
        raise CommandError(str(error)) from error
    if browser is None and not options.no_browser:
        print(f"No Chromium or Chrome found: open http://127.0.0.1:{options.port} yourself.", flush=True)
    server = server_command(options.port, options.address, headless=True)
    stand = Stand([*server, "--server.fileWatcherType", "none"], f"http://127.0.0.1:{options.port}", browser)
    for number in STOPS:
        signal.signal(number, _stop)
    try:
        while True:
            stand.look()
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        return 0
    finally:
        stand.close()
