"""The visitor in front of the screen: all that is forgotten when the next one comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnn.weights import WeightsError
from digitscope.digits.strokes import Strokes
from digitscope.stand.store import Store, StoreError
from digitscope.ui.common.networks import use, use_shipped
from digitscope.ui.common.session import session
from digitscope.ui.common.words import USUAL, Words, words_in
from digitscope.ui.kiosk.canvas_state import CanvasState
from digitscope.ui.kiosk.outcomes import Keeping, Learning, Lesson, NothingYet, Play, after_new_drawing

DRAW, CHALLENGES, TEACH, TODAY, KEEPER = "draw", "challenges", "teach", "today", "keeper"
NETWORK = "hand"
"""The setting that holds the number of the personal network which everybody reads with; named as in earlier files."""
USUAL_SETTINGS: dict[str, Any] = {"pause": 45, "countdown": 15, "invite": 12, "language": USUAL, NETWORK: 0}
"""What the keeper can choose. In seconds: the pause until the countdown, the countdown, the time until an untouched
page invites."""


@dataclass
class Visitor:
    """One visitor, from the first touch to the reset."""

    language: str = USUAL
    screen: str = DRAW
    inviting: bool = False
    """Whether the page draws by itself: nothing of that is asked about or kept."""
    watched: bool = False
    """Whether the browser has said if the page draws by itself: before that nobody is asked anything."""
    touched: bool = False
    """Whether there is anything for a reset to clear away."""
    consent: bool | None = None
    """Whether drawings may be kept; asked once."""
    keeping: Keeping = field(default_factory=NothingYet)
    challenge: str = ""
    """The challenge that was chosen, or ""."""
    play: Play = field(default_factory=NothingYet)
    suggested: list[str] = field(default_factory=list)
    """Nicknames to choose from."""
    lesson: Lesson = field(default_factory=NothingYet)
    lesson_drawings: list[tuple[Strokes, int]] = field(default_factory=list)
    unlocked: bool = False
    """Whether the keeper has entered the PIN."""
    typed: str = ""
    notice: str = ""
    """A sentence on the keeper's page, in the visitor's language."""

    def begin_drawing(self) -> None:
        """Forget what was asked and said about the last drawing."""
        self.keeping, self.play, self.lesson = after_new_drawing(self.play, self.lesson)

    def begin_screen(self, screen: str) -> None:
        """Show a screen from its beginning."""
        self.screen, self.challenge, self.unlocked, self.typed, self.notice = screen, "", False, "", ""
        self.begin_drawing()
        self.play = NothingYet()


@dataclass
class EventTab:
    """Per-tab state of the event page."""

    canvas: CanvasState = field(default_factory=CanvasState)
    visitor: Visitor | None = None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Return the stand's database, opened once for all tabs of this server. Raises StoreError."""
    return Store()


def settings() -> dict[str, Any]:
    """Return the keeper's settings; the defaults where none are stored, or the database cannot be read."""
    try:
        return {name: store().setting(name, usual) for name, usual in USUAL_SETTINGS.items()}
    except StoreError:
        return dict(USUAL_SETTINGS)


def canvas_state() -> CanvasState:
    """Return the state of this tab's canvas."""
    return session().state(EventTab).canvas


def visitor() -> Visitor:
    """Return this tab's visitor, made at the first call."""
    return session().state(EventTab).visitor or _welcome()


def reset() -> None:
    """Forget this tab's visitor and welcome the next one."""
    last = visitor()
    if isinstance(last.lesson, Learning):
        last.lesson.lesson.close()
    canvas_state().clear()
    _welcome()


def _welcome() -> Visitor:
    chosen = settings()
    session().state(EventTab).visitor = own = Visitor(language=chosen["language"])
    st.session_state.pop("nickname", None)
    read_with(chosen[NETWORK])
    return own


def read_with(number: int) -> None:
    """Read with a kept personal network; with the shipped one for 0, or where that network cannot be had."""
    use_shipped()
    if not number:
        return
    try:
        packed = store().network(number)
        if packed is not None:
            use(packed, say()("keeper_personal", number=number))
    except (StoreError, WeightsError):
        use_shipped()


def say() -> Words:
    """Return the words in the visitor's language."""
    return words_in(visitor().language)
