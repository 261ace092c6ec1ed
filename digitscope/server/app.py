"""What our server adds to Streamlit's: the live channel's route, headers, and the work at start and end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from digitscope.server.garbage import keep_tidy
from digitscope.server.headers import SecureHeaders
from digitscope.server.live import is_quiet, live
from digitscope.ui.common.mode import is_event_server
from digitscope.ui.common.networks import shipped
from digitscope.ui.draw.live import ADDRESS

ROUTES = [WebSocketRoute(ADDRESS, live)]
MIDDLEWARE = [Middleware(SecureHeaders)]


def say_that_it_failed(error: Exception) -> bool:
    """The last resort for what went wrong in a visitor's run, before or in the page's script.

    Streamlit reads what a browser sent before any code of ours runs, and some of it can make that fail: in this
    visitor's session for good, in no other one. The traceback stands in the server's log.
    """
    st.error("Something came that this page cannot work with. Please load the page again; others are not affected.")
    return True


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Before the first visitor: load the network and the page's code; then keep memory tidy until the end."""
    await asyncio.to_thread(_warm_up)
    tidying = asyncio.create_task(keep_tidy(is_quiet))
    yield
    tidying.cancel()


def _warm_up() -> None:
    # Visitors need not wait for the page's code.
    import_module("digitscope.ui.kiosk.page" if is_event_server() else "digitscope.ui.page")
    shipped()
