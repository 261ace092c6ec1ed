"""The keeper's PIN: stored as a salted scrypt hash, with a growing pause after several wrong tries.

The failures are counted in the stand's file, over all tabs and servers, so that a restart does not reset them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from time import time

from digitscope.stand.store import Store

LEAST_DIGITS, MOST_DIGITS = 4, 12
TRIES = 5
"""Wrong PINs before a pause."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds; each further wrong PIN doubles the pause."""
WORK, BLOCK = 2**14, 8
"""scrypt's n and r (Percival, RFC 7914): some 50 ms and 16 MB a try."""
NAME = "pin"


@dataclass(frozen=True)
class Checked:
    """The result of a try."""

    right: bool
    tries_left: int
    wait: float
    """Seconds until another try counts; 0: at once."""


def is_set(store: Store) -> bool:
    """Whether the stand has a PIN."""
    return store.setting(NAME) is not None


def set_pin(store: Store, pin: str) -> None:
    """Give the stand a PIN; earlier failures are forgotten. Raises ValueError, in a sentence, for a poor one."""
    if not (pin.isascii() and pin.isdigit() and LEAST_DIGITS <= len(pin) <= MOST_DIGITS):
        raise ValueError(f"A PIN has {LEAST_DIGITS} to {MOST_DIGITS} digits and nothing else.")
    if len(set(pin)) == 1 or pin in "01234567890123" or pin in "98765432109876":
        raise ValueError("That PIN is the first one that anybody would try: choose another.")
    salt = os.urandom(16)
    store.set(NAME, {"salt": salt.hex(), "hash": _hash(pin, salt).hex(), "failures": 0, "until": 0.0})


def check(store: Store, pin: str, now: float | None = None) -> Checked:
    """Compare a PIN with the stand's own. While a pause lasts nothing is compared, and nothing is right.

    `now` is the time in seconds as `time.time` gives it.
    """
    moment = time() if now is None else now
    # The whole try happens while nobody else can try: two tabs do not get two tries for one.
    with store.changing() as settings:
        kept = settings.get(NAME)
        if kept is None:
            return Checked(False, 0, 0.0)
        # A clock that was set back must not lock the keeper out for longer than the longest pause.
        wait = min(kept["until"] - moment, LONGEST_PAUSE)
        if wait > 0:
            return Checked(False, 0, wait)
        if hmac.compare_digest(_hash(pin, bytes.fromhex(kept["salt"])), bytes.fromhex(kept["hash"])):
            settings[NAME] = {**kept, "failures": 0, "until": 0.0}
            return Checked(True, TRIES, 0.0)
        failures = kept["failures"] + 1
        pause = min(FIRST_PAUSE * 2 ** (failures - TRIES), LONGEST_PAUSE) if failures >= TRIES else 0.0
        settings[NAME] = {**kept, "failures": failures, "until": moment + pause}
        return Checked(False, max(0, TRIES - failures), pause)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=WORK, r=BLOCK, p=1, dklen=32)
