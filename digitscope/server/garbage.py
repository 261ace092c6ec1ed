"""Garbage collection while nobody waits for an answer.

Streamlit collects after every run of the script, over every imported module: about 100 ms a stroke. That is switched
off in .streamlit/config.toml. Instead, the objects that exist after the start are frozen (`gc.freeze`), and the few
others are collected in pauses. Python's own collection by thresholds goes on unchanged.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from time import monotonic

EVERY = 10.0
"""Seconds between two collections, provided that there are pauses."""
AT_LAST = 120.0
"""Seconds after which a collection no longer waits for a pause."""


async def keep_tidy(quiet: Callable[[], bool]) -> None:
    """Freeze the objects that exist now, then collect whenever `quiet()` is true; runs until cancelled."""
    gc.collect()
    gc.freeze()
    collected = monotonic()
    while True:
        await asyncio.sleep(EVERY)
        if quiet() or monotonic() - collected > AT_LAST:
            gc.collect()
            collected = monotonic()
