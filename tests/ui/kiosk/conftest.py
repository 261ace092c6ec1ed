"""The event page without a browser: a canvas that tests draw on, and a database of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitscope.digits.strokes import Strokes
from digitscope.stand.store import Store, StoreError
from digitscope.ui.kiosk import visitor
from testkit.paths import PROJECT

NOTHING = Strokes((), 1.0)


class EventPage:
    """One tab with the event page."""

    def __init__(self) -> None:
        self.strokes = NOTHING
        self.meanwhile: Callable[[], None] | None = None
        """What happens once, in the next run, as a callback of the browser's half would make it happen."""
        self.app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30)
        self.app.query_params["mode"] = "event"

    def canvas(self, pen: int, side: int, key: str) -> Strokes:
        """Stand in for the canvas component."""
        if self.meanwhile is not None:
            self.meanwhile()
            self.meanwhile = None
        return self.strokes

    def run(self) -> EventPage:
        """Run the script once."""
        self.app.run()
        assert not self.app.exception
        return self

    def draw(self, strokes: Strokes) -> None:
        """Let the browser send a drawing."""
        self.strokes = strokes
        self.run()

    def press(self, key: str) -> None:
        """Press the button of this key; the browser has not emptied the canvas yet."""
        self.app.button(key).click()
        self.run()

    def emptied(self) -> None:
        """Let the browser send the empty canvas."""
        self.draw(NOTHING)

    @property
    def html(self) -> str:
        return " ".join(element.proto.body for element in self.app.get("html"))

    def has(self, key: str) -> bool:
        """Return whether there is a button of this key."""
        return any(button.key == key for button in self.app.button)

    @property
    def asks(self) -> bool:
        """Return whether the visitor is asked about a drawing."""
        return self.has("yes") or self.has("meant_0") or self.has("consent_yes")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EventPage:
    monkeypatch.setenv("DIGITSCOPE_STAND", str(tmp_path))
    visitor.store.clear()
    opened = EventPage().run()
    # AppTest has no canvas, and the component's package can only be imported by a running page.
    monkeypatch.setattr(sys.modules["digitscope.ui.kiosk.canvas"], "canvas", opened.canvas)
    return opened


@pytest.fixture
def broken_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every attempt to write to the stand's database fail."""

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    for name in ("keep", "delete", "add_score"):
        monkeypatch.setattr(Store, name, refuse)
