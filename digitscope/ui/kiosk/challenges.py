"""The challenges: ten digits against the clock, a 5 that it cannot read, the digit of the hour, the day's best."""

from __future__ import annotations

from datetime import datetime
from html import escape
from time import monotonic

import numpy as np
import streamlit as st

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
from digitscope.ui.kiosk.board import fresh, probability_of, said_digit
from digitscope.ui.kiosk.draw import ask_consent, keep_or_ask, thank
from digitscope.ui.kiosk.visitor import clear_board, say, store, visitor

SUGGESTIONS = 3


def challenges_screen() -> None:
    """The three challenges to choose from, or the one that is on, and its board."""
    own, words = visitor(), say()
    if not own.challenge:
        for challenge in (TEN, FOOL, HOUR):
            with st.container(key=f"card_{challenge}"):
                st.button(title_of(challenge), key=f"choose_{challenge}", on_click=_choose, args=(challenge,))
                st.html(f'<p class="hint">{_rules(challenge)}</p>')
        return
    st.html(f'<p class="question">{title_of(own.challenge)}</p>')
    if own.waiting is not None:
        ask_consent()
    elif own.result is not None:
        _show_result(own.result)
    else:
        {TEN: _ten, FOOL: _fool, HOUR: _hour}[own.challenge]()
    if own.said in ("on_board", "fool_no_five"):
        st.html(f'<p class="hint">{words("on_board") if own.said == "on_board" else words("fool_no_five")}</p>')
    elif own.said:
        thank()
    show_board(own.challenge, words("board"))


def title_of(challenge: str) -> str:
    """The challenge's name in the visitor's language."""
    words = say()
    if challenge == HOUR:
        return words("hour_title", digit=digit_of_the_hour(datetime.now()))
    return words("ten_title") if challenge == TEN else words("fool_title")


def show_board(challenge: str, title: str) -> None:
    """The day's best, under a title."""
    words = say()
    try:
        best = store().best(day_of(datetime.now()), challenge)
    except StoreError:
        best = []
    rows = "".join(
        f"<tr><td>{place}</td><td><bdi>{escape(score.nickname)}</bdi></td><td>{score.points}</td></tr>"
        for place, score in enumerate(best, 1)
    )
    told = f"<table>{rows}</table>" if rows else f'<p class="hint">{words("board_empty")}</p>'
    st.html(f'<div class="best"><h2>{title}</h2>{told}</div>')


def _rules(challenge: str) -> str:
    words = say()
    if challenge == HOUR:
        return words("hour_rules", digit=digit_of_the_hour(datetime.now()))
    return words("ten_rules") if challenge == TEN else words("fool_rules")


def _choose(challenge: str) -> None:
    own = visitor()
    own.challenge, own.result, own.game, own.said = challenge, None, None, ""
    clear_board()


def _ten() -> None:
    own, words = visitor(), say()
    if own.game is None:
        st.html(f'<p class="hint">{words("ten_rules")}</p>')
        st.button(words("start"), key="ten_start", type="primary", on_click=_start_ten)
        return
    reading = fresh()
    before = own.game.done
    own.game = own.game.read(None if reading is None else said_digit(reading), monotonic())
    if own.game.done > before:
        clear_board()
    if own.game.over:
        own.result = ten_result(own.game)
        _show_result(own.result)
        return
    gone = monotonic() - own.game.began
    clock = f'<div class="clock"><div style="animation:{TEN_SECONDS:g}s linear {-gone:.2f}s clock"></div></div>'
    st.html(
        f'<p class="wanted" data-wanted="{own.game.next}">{words("ten_draw", digit=own.game.next)}</p>'
        f'{clock}<p class="hint">{words("ten_count", done=own.game.done)}</p>'
    )


def _start_ten() -> None:
    clear_board()
    visitor().game = begin_ten(np.random.default_rng(), monotonic())
    visitor().said = ""


def _fool() -> None:
    words = say()
    reading = fresh()
    if reading is None:
        st.html(f'<p class="hint">{words("fool_rules")}</p>')
        return
    said = said_digit(reading)
    if said == FOOL_DIGIT:
        st.html(f'<p class="hint">{words("fool_reads")}</p>')
        return
    told = words("fool_unread") if said is None else words("fool_fooled", digit=said)
    st.html(f'<p class="hint">{told} <b>{words("fool_ask")}</b></p>')
    with st.container(horizontal=True, key="fool"):
        st.button(words("yes"), key="fool_yes", type="primary", on_click=_fooled, args=(reading,))
        st.button(words("no"), key="fool_no", on_click=_not_fooled)


def _fooled(reading: Reading) -> None:
    own = visitor()
    own.result = Result(FOOL, trick(probability_of(reading, FOOL_DIGIT)))
    keep_or_ask(FOOL_DIGIT, "fool")


def _not_fooled() -> None:
    visitor().said = "fool_no_five"
    clear_board()


def _hour() -> None:
    own, words = visitor(), say()
    digit = digit_of_the_hour(datetime.now())
    reading = fresh()
    if reading is None:
        st.html(f'<p class="hint">{words("hour_rules", digit=digit)}</p>')
    elif said_digit(reading) != digit:
        st.html(f'<p class="hint">{words("hour_wrong", digit=digit)}</p>')
    else:
        points = clearness(probability_of(reading, digit))
        st.html(f'<p class="points">{words("points", points=points)}</p>')
        with st.container(horizontal=True, key="hour"):
            st.button(words("again"), key="hour_again", on_click=clear_board)
            st.button(
                words("put_on_board"), key="hour_done", type="primary", on_click=_done, args=(Result(HOUR, points),)
            )
    own.game = None


def _done(result: Result) -> None:
    visitor().result = result
    clear_board()


def _show_result(result: Result) -> None:
    words = say()
    if result.challenge == TEN:
        told = words("ten_over", points=result.points, seconds=f"{result.seconds:.1f}")
    else:
        told = words("points", points=result.points)
    st.html(f'<p class="points" data-points="{result.points}">{told}</p>')
    own = visitor()
    if not own.suggested:
        rng = np.random.default_rng()
        own.suggested = [str(name) for name in rng.choice(words.names, SUGGESTIONS, replace=False)]
    st.text_input(words("nickname"), key="nickname", max_chars=names.LONGEST, placeholder=own.suggested[0])
    with st.container(horizontal=True, key="suggestions"):
        for place, name in enumerate(own.suggested):
            st.button(name, key=f"suggestion_{place}", on_click=_name, args=(name,))
    if own.said == "nickname_refused":
        st.html(f'<p class="hint wrong">{words("nickname_refused")}</p>')
    with st.container(horizontal=True, key="result"):
        st.button(words("put_on_board"), key="put_on_board", type="primary", on_click=_put_on_board)
        st.button(words("again"), key="again", on_click=_choose, args=(result.challenge,))


def _name(name: str) -> None:
    st.session_state["nickname"] = name


def _put_on_board() -> None:
    own = visitor()
    nickname = names.clean(st.session_state.get("nickname") or "")
    if nickname is None or own.result is None:
        own.said = "nickname_refused"
        return
    try:
        store().add_score(own.result.challenge, nickname, own.result.points, own.result.seconds)
    except StoreError:
        own.said = "store_failed"
        return
    own.result, own.game, own.said, own.suggested = None, None, "on_board", []
    st.session_state["nickname"] = ""
