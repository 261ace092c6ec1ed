"""The event page's words: one TOML file for each language in `texts/`; the English one sets the keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "fr", "de", "es", "ar")
USUAL = "en"
THIN = "\u202f"
"""The thousands separator: a space without a line break, which keeps the parts of a number in order in Arabic too."""


@dataclass(frozen=True)
class Words:
    """One language."""

    code: str
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its places filled in. Raises KeyError for an unknown one."""
        return self.texts[key].format(**values) if values else self.texts[key]

    @property
    def names(self) -> list[str]:
        """Suggested nicknames, for visitors without a keyboard."""
        return self.texts["names"].split(", ")


@lru_cache
def words_in(language: str) -> Words:
    """Return the texts of a language; those of the default language for an unknown one."""
    code = language if language in LANGUAGES else USUAL
    return Words(code, tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8")))
