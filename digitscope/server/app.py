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
    """Show a sentence when a run of the page failed, before or in the page's script.

    Streamlit reads what a browser sent before any code of ours runs, and hostile input can make that fail: for this
    session for good, for no other one. The traceback is in the server's log.
    """
    st.error("Something came that this page cannot work with. Please load the page again; others are not affected.")
    return True


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Load the network and the page's code before the first visitor; collect garbage in pauses until the end."""
    await asyncio.to_thread(_warm_up)
    tidying = asyncio.create_task(keep_tidy(is_quiet))
    yield
    tidying.cancel()


def _warm_up() -> None:
    # The first visitor should not wait for imports.
    import_module("digitscope.ui.kiosk.page" if is_event_server() else "digitscope.ui.page")
    shipped()
