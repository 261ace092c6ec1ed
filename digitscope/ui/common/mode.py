"""Which page a visitor gets: the event's, or the usual one. In a file of its own, for most visitors need no stand."""

from __future__ import annotations

import os

import streamlit as st

MODE = "event"


def is_event_server() -> bool:
    """Whether the environment asks for the event page: then every visitor gets it."""
    return os.environ.get("DIGITSCOPE_MODE") == MODE


def is_event() -> bool:
    """Whether the address (`?mode=event`) or the environment asks for the event page."""
    return is_event_server() or st.query_params.get("mode") == MODE
