"""The visitor who stands before the screen: everything that is gone when the next one comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnn.weights import WeightsError
from digitscope.digits.strokes import Strokes
from digitscope.jobs.messages import Learned
from digitscope.jobs.personalise_ticket import PersonaliseTicket
from digitscope.recognition import Reading
from digitscope.stand.challenges import Result, Ten
from digitscope.stand.store import Store, StoreError
from digitscope.ui.common.networks import use, use_shipped
from digitscope.ui.common.words import USUAL, Words, words_in

DRAW, CHALLENGES, TEACH, ROOM, KEEPER = "draw", "challenges", "teach", "room", "keeper"
USUAL_SETTINGS: dict[str, Any] = {"pause": 45, "countdown": 15, "invite": 12, "language": USUAL, "hand": 0}
"""Seconds without a touch, seconds of the countdown, seconds until an untouched page invites; the keeper's choices."""


@dataclass
class Visitor:
    """One visitor, from the first touch to the reset."""

    language: str = USUAL
    screen: str = DRAW
    inviting: bool = False
    """Whether the page draws by itself: nothing of that is asked about or kept."""
    watched: bool = False
    """Whether the watch has said if the page draws by itself: before that nobody is asked anything."""
    touched: bool = False
    """Whether there is anything to clear away."""
    reading: Reading | None = None
    """What is on the board now."""
    read_by: str = ""
    """The name of the network that read it."""
    done: Strokes | None = None
    """The drawing that was dealt with already, while the board still shows it."""
    consent: bool | None = None
    """Whether drawings may be kept; asked for once."""
    asked_which: bool = False
    waiting: tuple[int | None, str] | None = None
    """(meant, occasion) of the drawing that waits for consent."""
    kept: int | None = None
    """The number of the last drawing that was kept."""
    said: str = ""
    """The last thing to be said about a drawing that is done: a key of the texts."""
    challenge: str = ""
    game: Ten | None = None
    result: Result | None = None
    """What may go on the board."""
    suggested: list[str] = field(default_factory=list)
    """Nicknames to choose from."""
    lesson_drawings: list[tuple[Strokes, int]] = field(default_factory=list)
    lesson: PersonaliseTicket | None = None
    learned: Learned | None = None
    unlocked: bool = False
    typed: str = ""
    notice: str = ""
    """A sentence of the keeper's page, in the visitor's language."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The stand's file, opened once for all tabs of this server. Raises StoreError."""
    return Store()


def settings() -> dict[str, Any]:
    """What the keeper chose; the usual where nothing was, or the file cannot be read."""
    try:
        return {name: store().setting(name, usual) for name, usual in USUAL_SETTINGS.items()}
    except StoreError:
        return dict(USUAL_SETTINGS)


def visitor() -> Visitor:
    """Whoever stands before this tab; made at the first call."""
    if "visitor" not in st.session_state:
        st.session_state["clears"] = 0
        _welcome()
    return st.session_state["visitor"]


def reset() -> None:
    """The next one, please: nothing of the last visitor is left."""
    last = visitor()
    if last.lesson is not None:
        last.lesson.close()
    clear_board()
    _welcome()


def _welcome() -> None:
    chosen = settings()
    st.session_state["visitor"] = Visitor(language=chosen["language"])
    for name in ("language_choice", "nickname", "suggested"):
        st.session_state.pop(name, None)
    read_with(chosen["hand"])


def read_with(hand: int) -> None:
    """Read with a kept hand; with the shipped network for 0, or where that hand cannot be had."""
    use_shipped()
    if not hand:
        return
    try:
        packed = store().hand(hand)
        if packed is not None:
            use(packed, say()("keeper_hand", number=hand) if "visitor" in st.session_state else f"hand {hand}")
    except (StoreError, WeightsError):
        use_shipped()


def clear_board() -> None:
    """Have the browser empty the board; what was on it is dealt with."""
    st.session_state["clears"] += 1
    own = visitor()
    own.done = own.reading.strokes if own.reading is not None else None


def say() -> Words:
    """The words in the visitor's language."""
    return words_in(visitor().language)
