"""Garbage collection at times when nobody waits for it.

Streamlit collects after every run of a script, over all that was ever imported: some 100 ms a stroke. That is switched
off in .streamlit/config.toml. Instead, what stands after the start is set aside once and for all, and the rest, which
is little, is collected in a pause. Python's own collection by thresholds goes on as ever.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from time import monotonic

EVERY = 10.0
"""Seconds between two collections, if there are pauses."""
AT_LAST = 120.0
"""Seconds after which a collection does not wait for a pause any longer."""


async def keep_tidy(quiet: Callable[[], bool]) -> None:
    """Set aside what is there now, then collect whenever `quiet` says that nobody draws; runs until cancelled."""
    gc.collect()
    gc.freeze()
    collected = monotonic()
    while True:
        await asyncio.sleep(EVERY)
        if quiet() or monotonic() - collected > AT_LAST:
            gc.collect()
            collected = monotonic()
