"""Finds an installed Chromium or Chrome. Standard library only: the set-up uses it before anything is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

VARIABLE = "DIGITSCOPE_BROWSER"
"""The environment variable that names a browser."""
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class BrowserError(Exception):
    """The browser that was asked for does not exist; the message is one sentence."""


def installed_browser() -> str | None:
    """Return the browser that DIGITSCOPE_BROWSER names, else one in the usual places, else None.

    Raises BrowserError when the variable names a file that does not exist.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).exists():
            raise BrowserError(f"{VARIABLE} names {named}, which does not exist.")
        return named
    found = (shutil.which(name) for name in COMMANDS)
    return next(filter(None, found), None) or next((place for place in PLACES if Path(place).exists()), None)
