"""The keeper's page behind the PIN: pauses, language, deletion by number, backup, report, export, personal networks."""

from __future__ import annotations

from datetime import datetime
from math import ceil

import streamlit as st

from digitscope.jobs.messages import Learned
from digitscope.stand import export, pin
from digitscope.stand.store import StoreError, day_of
from digitscope.ui.common.words import LANGUAGES, words_in
from digitscope.ui.kiosk.lines import show_heading, show_line
from digitscope.ui.kiosk.visitor import DRAW, NETWORK, read_with, say, settings, store, visitor

LONGEST_PIN = pin.MOST_DIGITS


def keeper_screen() -> None:
    """Show the PIN pad, or the settings once the PIN was entered."""
    words = say()
    show_heading(words("keeper"))
    try:
        if visitor().unlocked:
            _settings()
        elif pin.is_set(store()):
            _pin_pad()
        else:
            show_line(words("keeper_no_pin"))
    except StoreError:
        show_line(words("store_failed"), "hint wrong")


def _pin_pad() -> None:
    own, words = visitor(), say()
    show_line("●" * len(own.typed) or "–", "typed", {"dir": "ltr", "aria-label": words("keeper_pin")})
    with st.container(horizontal=True, key="pin_pad"):
        for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0):
            st.button(str(digit), key=f"pin_{digit}", on_click=_type, args=(str(digit),))
        st.button("⌫", key="pin_back", on_click=_type, args=("",))
        st.button(words("keeper_enter"), key="pin_enter", type="primary", on_click=_enter)
    if own.notice:
        show_line(own.notice, "hint wrong")


def _type(digit: str) -> None:
    own = visitor()
    own.typed = (own.typed + digit)[:LONGEST_PIN] if digit else own.typed[:-1]
    own.notice = ""


def _enter() -> None:
    own, words = visitor(), say()
    try:
        checked = pin.check(store(), own.typed)
    except StoreError:
        own.notice = words("store_failed")
        return
    own.typed, own.unlocked = "", checked.right
    if checked.right:
        own.notice = ""
    elif checked.wait:
        own.notice = words("keeper_wait", seconds=ceil(checked.wait))
    else:
        own.notice = words("keeper_wrong", tries=checked.tries_left)


def _settings() -> None:
    own, words, chosen = visitor(), say(), settings()
    left, right = st.columns(2, gap="large")
    with left:
        for name, label, low, high in (
            ("pause", words("keeper_pause"), 2, 600),
            ("countdown", words("keeper_countdown"), 2, 120),
        ):
            st.number_input(label, low, high, int(chosen[name]), 1, key=f"keeper_{name}", on_change=_set, args=(name,))
        st.selectbox(
            words("keeper_language"),
            LANGUAGES,
            LANGUAGES.index(chosen["language"]),
            format_func=lambda code: words_in(code)("language"),
            key="keeper_language",
            on_change=_set,
            args=("language",),
        )
        networks = [0, *(number for number, _ in store().networks())]
        st.selectbox(
            words("keeper_network"),
            networks,
            networks.index(chosen[NETWORK]) if chosen[NETWORK] in networks else 0,
            format_func=lambda number: words("keeper_personal", number=number) if number else words("keeper_shipped"),
            key=f"keeper_{NETWORK}",
            on_change=_set,
            args=(NETWORK,),
        )
        if isinstance(own.lesson, Learned):
            st.button(words("keeper_keep_network"), key="keep_network", on_click=_keep_network, args=(own.lesson,))
    with right:
        for label, name in ((words("keeper_number"), "drawing"), (words("keeper_score"), "score")):
            with st.container(horizontal=True, vertical_alignment="bottom", key=f"delete_{name}"):
                st.number_input(label, 1, None, None, 1, key=f"number_{name}")
                st.button(words("keeper_delete"), key=f"delete_{name}_now", on_click=_delete, args=(name,))
        st.button(words("keeper_backup"), key="backup", on_click=_backup)
        _downloads()
        st.button(words("keeper_lock"), key="lock", type="primary", on_click=_lock)
    if own.notice:
        show_line(own.notice, facts={"data-notice": ""})


def _downloads() -> None:
    words, day = say(), day_of(datetime.now())
    for name, label, file, make in (
        ("report", words("keeper_report"), f"digitscope-{day}.html", _report),
        ("unipen", words("keeper_unipen"), "digitscope.unipen", lambda: export.unipen(store().drawings()[::-1])),
        ("table", words("keeper_table"), "digitscope.csv", lambda: export.table(store().drawings()[::-1])),
    ):
        # Made when it is asked for, not in each run of the page.
        st.download_button(label, make, file, key=f"download_{name}", on_click="ignore")


def _report() -> str:
    from digitscope.stand.report import report  # the plotting library comes with it: most days nobody asks

    return report(store(), day_of(datetime.now()))


def _set(name: str) -> None:
    own = visitor()
    try:
        store().set(name, st.session_state[f"keeper_{name}"])
        if name == NETWORK:
            read_with(st.session_state[f"keeper_{NETWORK}"])
        own.notice = say()("keeper_saved")
    except StoreError:
        own.notice = say()("store_failed")


def _keep_network(learned: Learned) -> None:
    own = visitor()
    try:
        own.notice = say()("keeper_network_kept", number=store().keep_network(learned.packed))
    except StoreError:
        own.notice = say()("store_failed")


def _delete(what: str) -> None:
    own, words = visitor(), say()
    number = st.session_state.get(f"number_{what}")
    if number is None:
        return
    try:
        found = (store().delete if what == "drawing" else store().delete_score)(int(number))
        own.notice = words("keeper_deleted" if found else "keeper_no_number", number=int(number))
    except StoreError:
        own.notice = words("store_failed")


def _backup() -> None:
    own, words = visitor(), say()
    to = store().path.parent / f"backup-{datetime.now():%Y%m%d-%H%M%S}.sqlite"
    try:
        store().backup(to)
        own.notice = words("keeper_backed_up", file=to.name)
    except StoreError:
        own.notice = words("store_failed")


def _lock() -> None:
    own = visitor()
    own.unlocked, own.screen, own.notice = False, DRAW, ""
