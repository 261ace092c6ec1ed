"""The challenges: ten digits against the clock, a 5 that it cannot read, the digit of the hour, the leaderboard."""

from __future__ import annotations

from datetime import datetime
from time import monotonic

import numpy as np
import streamlit as st
from markupsafe import Markup

from digitscope.recognition import Reading
from digitscope.stand import names
from digitscope.stand.challenges import (
    FOOL,
    FOOL_DIGIT,
    HOUR,
    TEN,
    TEN_SECONDS,
    Result,
    begin_ten,
    clearness,
    digit_of_the_hour,
    ten_result,
    trick,
)
from digitscope.stand.store import StoreError, day_of
from digitscope.ui.common.templates import render
from digitscope.ui.kiosk.canvas import pending_reading, probability_of, said_digit
from digitscope.ui.kiosk.free_drawing import ask_consent, keep_or_ask, show_outcome
from digitscope.ui.kiosk.lines import show_line
from digitscope.ui.kiosk.outcomes import (
    ConsentAsked,
    NicknameRefused,
    NotAFive,
    NothingYet,
    OnLeaderboard,
    Playing,
    Scored,
    ScoreNotStored,
    sentence,
)
from digitscope.ui.kiosk.visitor import canvas_state, say, store, visitor

SUGGESTIONS = 3
RETRIES = (NicknameRefused, ScoreNotStored)
"""Outcomes after which the visitor can try again: their sentence stands beside the nickname."""


def challenges_screen() -> None:
    """Show the three challenges to choose from, or the one that is on, and its leaderboard."""
    own, words = visitor(), say()
    if not own.challenge:
        for challenge in (TEN, FOOL, HOUR):
            with st.container(key=f"card_{challenge}"):
                st.button(title_of(challenge), key=f"choose_{challenge}", on_click=_choose, args=(challenge,))
                show_line(_rules(challenge))
        return
    show_line(title_of(own.challenge), "question")
    if isinstance(own.keeping, ConsentAsked):
        ask_consent()
    elif isinstance(own.play, Scored):
        _show_result(own.play)
    else:
        {TEN: _ten, FOOL: _fool, HOUR: _hour}[own.challenge]()
    # One sentence at a time: what happened in the challenge, else what happened to the drawing.
    if not isinstance(own.play, RETRIES):
        show_outcome(own.play if sentence(own.play, words) else own.keeping)
    show_leaderboard(own.challenge, words("leaderboard"))


def title_of(challenge: str) -> str:
    """Return the challenge's name in the visitor's language."""
    words = say()
    if challenge == HOUR:
        return words("hour_title", digit=digit_of_the_hour(datetime.now()))
    return words("ten_title") if challenge == TEN else words("fool_title")


def show_leaderboard(challenge: str, title: str) -> None:
    """Show today's best results of a challenge under a title."""
    try:
        best = store().best(day_of(datetime.now()), challenge)
    except StoreError:
        best = []
    st.html(render("kiosk/challenges_leaderboard.html", title=title, best=best, empty=say()("leaderboard_empty")))


def _rules(challenge: str) -> str:
    words = say()
    if challenge == HOUR:
        return words("hour_rules", digit=digit_of_the_hour(datetime.now()))
    return words("ten_rules") if challenge == TEN else words("fool_rules")


def _choose(challenge: str) -> None:
    own = visitor()
    own.begin_drawing()
    own.challenge, own.play = challenge, NothingYet()
    canvas_state().clear()


def _ten() -> None:
    own, words = visitor(), say()
    if not isinstance(own.play, Playing):
        show_line(words("ten_rules"))
        st.button(words("start"), key="ten_start", type="primary", on_click=_start_ten)
        return
    reading = pending_reading()
    before = own.play.game
    game = before.read(None if reading is None else said_digit(reading), monotonic())
    own.play = Playing(game)
    if game.done > before.done:
        canvas_state().clear()
    if game.over:
        own.play = Scored(ten_result(game))
        _show_result(own.play)
        return
    shown = {"draw": words("ten_draw", digit=game.next), "count": words("ten_count", done=game.done)}
    clock = {"seconds": f"{TEN_SECONDS:g}", "gone": f"{monotonic() - game.began:.2f}"}
    st.html(render("kiosk/challenges_ten.html", wanted=game.next, **shown, **clock))


def _start_ten() -> None:
    own = visitor()
    own.begin_drawing()
    own.play = Playing(begin_ten(np.random.default_rng(), monotonic()))
    canvas_state().clear()


def _fool() -> None:
    words = say()
    reading = pending_reading()
    if reading is None:
        show_line(words("fool_rules"))
        return
    said = said_digit(reading)
    if said == FOOL_DIGIT:
        show_line(words("fool_reads"))
        return
    told = words("fool_unread") if said is None else words("fool_fooled", digit=said)
    show_line(Markup("{} <b>{}</b>").format(told, words("fool_ask")))
    with st.container(horizontal=True, key="fool"):
        st.button(words("yes"), key="fool_yes", type="primary", on_click=_fooled, args=(reading,))
        st.button(words("no"), key="fool_no", on_click=_not_fooled)


def _fooled(reading: Reading) -> None:
    visitor().play = Scored(Result(FOOL, trick(probability_of(reading, FOOL_DIGIT))))
    keep_or_ask(FOOL_DIGIT, "fool")


def _not_fooled() -> None:
    visitor().play = NotAFive()
    canvas_state().clear()


def _hour() -> None:
    words = say()
    digit = digit_of_the_hour(datetime.now())
    reading = pending_reading()
    if reading is None:
        show_line(words("hour_rules", digit=digit))
    elif said_digit(reading) != digit:
        show_line(words("hour_wrong", digit=digit))
    else:
        points = clearness(probability_of(reading, digit))
        show_line(words("points", points=points), "points")
        with st.container(horizontal=True, key="hour"):
            st.button(words("again"), key="hour_again", on_click=canvas_state().clear)
            result = Result(HOUR, points)
            st.button(words("put_on_leaderboard"), key="hour_done", type="primary", on_click=_done, args=(result,))


def _done(result: Result) -> None:
    visitor().play = Scored(result)
    canvas_state().clear()


def _show_result(scored: Scored) -> None:
    own, words, result = visitor(), say(), scored.result
    if result.challenge == TEN:
        told = words("ten_over", points=result.points, seconds=f"{result.seconds:.1f}")
    else:
        told = words("points", points=result.points)
    show_line(told, "points", {"data-points": result.points})
    if not own.suggested:
        rng = np.random.default_rng()
        own.suggested = [str(name) for name in rng.choice(words.names, SUGGESTIONS, replace=False)]
    st.text_input(words("nickname"), key="nickname", max_chars=names.LONGEST, placeholder=own.suggested[0])
    with st.container(horizontal=True, key="suggestions"):
        for place, name in enumerate(own.suggested):
            st.button(name, key=f"suggestion_{place}", on_click=_name, args=(name,))
    if isinstance(scored, RETRIES):
        show_outcome(scored)
    with st.container(horizontal=True, key="result"):
        st.button(
            words("put_on_leaderboard"), key="put_on_leaderboard", type="primary", on_click=_enter, args=(result,)
        )
        st.button(words("again"), key="again", on_click=_choose, args=(result.challenge,))


def _name(name: str) -> None:
    st.session_state["nickname"] = name


def _enter(result: Result) -> None:
    """Enter a result on the leaderboard under the nickname that was typed or chosen."""
    own = visitor()
    nickname = names.clean(st.session_state.get("nickname") or "")
    if nickname is None:
        own.play = NicknameRefused(result)
        return
    try:
        store().add_score(result.challenge, nickname, result.points, result.seconds)
    except StoreError:
        own.play = ScoreNotStored(result)
        return
    own.begin_drawing()
    own.play, own.suggested = OnLeaderboard(), []
    st.session_state["nickname"] = ""
