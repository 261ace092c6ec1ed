"""A real server: `streamlit run app.py` on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import psutil

from testkit.paths import PROJECT

START_SECONDS = 60.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks without a proxy, whatever the environment names: the servers stand on this machine."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(request: urllib.request.Request | str, timeout: float = 10.0) -> HTTPResponse:
    """Ask a server of this machine, without a proxy. Raises `urllib.error.HTTPError` for a status of 400 or more."""
    return cast(HTTPResponse, DIRECT.open(request, timeout=timeout))


class Server:
    """The page's server. It runs once this is made, and can be stopped, killed and started again on the same port.

    Its output goes to a file: a pipe that nobody reads fills up and blocks it.
    """

    def __init__(self, log: Path, **environment: str) -> None:
        """Start; `environment` is added to this process's own. Raises RuntimeError, with the log, if that fails."""
        self.log, self.environment = log, environment
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        options = {"headless": "true", "port": str(self.port), "address": "127.0.0.1", "fileWatcherType": "none"}
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py")]
        command += [part for name, value in options.items() for part in (f"--server.{name}", value)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def healthy(self) -> bool:
        """Whether the server answers."""
        try:
            with fetch(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Ask the process to end, and kill it if it does not within ten seconds."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.process.wait()

    def memory(self) -> float:
        """Return the megabytes that the server's processes hold (resident set size)."""
        own = psutil.Process(self.process.pid)
        return sum(process.memory_info().rss for process in [own, *own.children(recursive=True)]) / 1e6
