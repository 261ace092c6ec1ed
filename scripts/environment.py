"""What the scripts need: a virtual environment with the pinned requirements, and a browser for the tests."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from digitscope.cli.browser import BrowserError, installed_browser  # noqa: E402, scripts run before it is installed

FOLDER = PROJECT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = FOLDER / "requirements.sha256"
"""Written last: a folder without it was left half-made."""


def fail(sentence: str) -> NoReturn:
    """Leave with one sentence on stderr and status 2."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def set_up(requirements: str) -> Path:
    """Make `.venv` hold what the requirements file names, and return its Python; quick when nothing changed."""
    if sys.version_info < (3, 11):  # noqa: UP036, an older Python is just who should read this
        fail(f"DigitScope needs Python 3.11 or newer, this is {sys.version.split()[0]}.")
    wanted = _fingerprint(requirements)
    if PYTHON.exists() and wanted in (STAMP.read_text("utf-8").split() if STAMP.exists() else ()):
        return PYTHON
    if not (PYTHON.exists() and STAMP.exists()):
        print("Making .venv ...", flush=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=False)
        if made.returncode:
            fail("The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv.")
    print(f"Installing {requirements} (the first time takes a minute) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "-r", str(PROJECT / requirements)], check=False).returncode:
        fail("The requirements could not be installed: is there a network? Run the command again when there is.")
    # The tests' requirements contain the app's: afterwards both commands find what they need.
    done = {wanted, _fingerprint("requirements.txt")}
    STAMP.write_text("\n".join(sorted(done)), "utf-8")
    return PYTHON


def _fingerprint(requirements: str) -> str:
    files = {"requirements.txt", "requirements-cluster.txt", requirements}
    content = b"".join((PROJECT / name).read_bytes() for name in sorted(files))
    return hashlib.sha256(f"{requirements} {sys.version}".encode() + content).hexdigest()


def hand_over(command: str, arguments: Sequence[str]) -> int:
    """Set up what the page needs and become `digitscope COMMAND`, so that signals and status are its own."""
    call = [str(set_up("requirements.txt")), "-m", "digitscope", command, *arguments]
    os.chdir(PROJECT)
    if os.name == "posix":
        os.execv(call[0], call)
    # Windows has no exec that a console would wait for.
    try:
        return subprocess.run(call, check=False).returncode
    except KeyboardInterrupt:
        return 0


def find_browser(python: Path) -> str:
    """A Chromium or Chrome: an installed one, else Playwright's, else the system's package. Fails in a sentence."""
    try:
        browser = installed_browser() or _playwrights_browser(python) or _packaged_browser()
    except BrowserError as error:
        fail(str(error))
    if browser is None:
        fail(
            "The tests draw in a real browser, and none was found or could be installed. Install Chromium or Chrome, "
            "or name one in the environment variable DIGITSCOPE_BROWSER."
        )
    return browser


def _playwrights_browser(python: Path) -> str | None:
    print("No Chromium or Chrome found; asking Playwright for its own ...", flush=True)
    try:
        subprocess.run([str(python), "-m", "playwright", "install", "chromium"], check=False, timeout=600)
    except subprocess.TimeoutExpired:
        return None
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([str(python), "-c", code], check=False, capture_output=True, text=True)
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def _packaged_browser() -> str | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    print("Installing the system's Chromium package ...", flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*sudo, apt, "update", "-q"], check=False, stdout=subprocess.DEVNULL)
    subprocess.run([*sudo, apt, "install", "-y", "-q", "chromium"], check=False, stdout=subprocess.DEVNULL)
    return installed_browser()
