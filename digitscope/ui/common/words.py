"""The event page's words: a TOML file a language in `texts/`, read once, the English one as the measure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "fr", "de", "es", "ar")
USUAL = "en"
THIN = "\u202f"
"""Between thousands: a space that keeps a number together, and its parts in order where texts run to the left."""


@dataclass(frozen=True)
class Words:
    """One language."""

    code: str
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text under a key, with its places filled. Raises KeyError for an unknown one."""
        return self.texts[key].format(**values) if values else self.texts[key]

    @property
    def names(self) -> list[str]:
        """Nicknames for those who have no keyboard."""
        return self.texts["names"].split(", ")


@lru_cache
def words_in(language: str) -> Words:
    """The texts of a language; of the usual one where there is no such language."""
    code = language if language in LANGUAGES else USUAL
    return Words(code, tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8")))
