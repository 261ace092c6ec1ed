"""How far each of a visitor's three flows has come: one value of a tagged union, so one sentence at a time.

Keeping a drawing, playing a challenge and personalising the network each have a union of their own; none of them can
show what happened in another one.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitscope.jobs.messages import Learned
from digitscope.jobs.personalise_ticket import PersonaliseTicket
from digitscope.stand.challenges import Result, Ten
from digitscope.ui.common.words import Words


@dataclass(frozen=True)
class NothingYet:
    """Nothing has happened, or a new drawing has begun since."""


# Keeping a drawing


@dataclass(frozen=True)
class WhichDigitAsked:
    """The visitor said that the answer is wrong, and is asked which digit was meant."""


@dataclass(frozen=True)
class ConsentAsked:
    """The drawing waits until the visitor says whether it may be kept."""

    meant: int | None
    """The digit that was meant; None: no digit."""
    occasion: str
    """As the stand's database stores it: "draw" or "fool"."""


@dataclass(frozen=True)
class Kept:
    """The drawing is in the stand's database."""

    number: int


@dataclass(frozen=True)
class NotKept:
    """The visitor did not want it to be kept."""


@dataclass(frozen=True)
class TakenBack:
    """The visitor had it deleted again."""


@dataclass(frozen=True)
class NotDeleted:
    """The visitor wanted it deleted, but the stand's database could not be used: it is still there."""

    number: int


@dataclass(frozen=True)
class StoreFailed:
    """The stand's database could not be used, so nothing was kept."""


Keeping = NothingYet | WhichDigitAsked | ConsentAsked | Kept | NotKept | TakenBack | NotDeleted | StoreFailed


# Playing a challenge


@dataclass(frozen=True)
class Playing:
    """The game against the clock is on."""

    game: Ten


@dataclass(frozen=True)
class NotAFive:
    """The visitor said that people would not read the drawing as a 5, so it does not count."""


@dataclass(frozen=True)
class Scored:
    """There is a result, and the visitor may enter it on the leaderboard."""

    result: Result


@dataclass(frozen=True)
class NicknameRefused(Scored):
    """The nickname may not stand on the leaderboard; another one may be tried."""


@dataclass(frozen=True)
class ScoreNotStored(Scored):
    """The stand's database could not be used; entering may be tried again."""


@dataclass(frozen=True)
class OnLeaderboard:
    """The result is on the leaderboard."""


Play = NothingYet | Playing | NotAFive | Scored | NicknameRefused | ScoreNotStored | OnLeaderboard


# Personalising the network


@dataclass(frozen=True)
class LessonFailed:
    """The lesson ended without a result; the drawings are still there."""


@dataclass(frozen=True)
class LessonsBusy:
    """As many lessons are on as the machine can bear."""


@dataclass(frozen=True)
class Learning:
    """The lesson is on."""

    lesson: PersonaliseTicket


Lesson = NothingYet | LessonFailed | LessonsBusy | Learning | Learned

Outcome = Keeping | Play | Lesson
FAILURES = (StoreFailed, NotDeleted, NicknameRefused, ScoreNotStored, LessonFailed, LessonsBusy)
"""Outcomes whose sentence stands out."""


def sentence(outcome: Outcome, words: Words) -> str:
    """Return the one sentence that tells the visitor of an outcome; "" for a state that shows questions instead."""
    match outcome:
        case Kept(number):
            return words("kept", number=number)
        case NotKept():
            return words("not_kept")
        case TakenBack():
            return words("taken_back")
        case NotDeleted(number):
            return words("not_deleted", number=number)
        case StoreFailed() | ScoreNotStored():
            return words("store_failed")
        case NotAFive():
            return words("not_a_five")
        case NicknameRefused():
            return words("nickname_refused")
        case OnLeaderboard():
            return words("on_leaderboard")
        case LessonFailed():
            return words("teach_failed")
        case LessonsBusy():
            return words("teach_busy")
        case _:
            return ""


def after_new_drawing(play: Play, lesson: Lesson) -> tuple[Keeping, Play, Lesson]:
    """Return the three flows as they are once a new drawing has begun: what was asked or said about the last is gone.

    A game, a result and a lesson go on.
    """
    if isinstance(play, (NicknameRefused, ScoreNotStored)):
        play = Scored(play.result)
    elif isinstance(play, (NotAFive, OnLeaderboard)):
        play = NothingYet()
    if isinstance(lesson, (LessonFailed, LessonsBusy)):
        lesson = NothingYet()
    return NothingYet(), play, lesson
