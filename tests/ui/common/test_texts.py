"""The event page's words: the same keys and places in every language, none missing, none unused."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from digitscope.stand import names
from digitscope.ui.common.words import FOLDER, LANGUAGES, words_in
from testkit.paths import PROJECT

ENGLISH = words_in("en").texts
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted((PROJECT / "digitscope" / "ui" / "kiosk").glob("*.py")))
SAID_BY_ALL = {"language", "direction", "names"}
"""Keys that `Words` itself or the page's frame looks up."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_a_file_a_language():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_empty(language):
    texts = words_in(language).texts
    assert set(texts) == set(ENGLISH)
    assert [key for key, text in texts.items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_same_places(language):
    texts = words_in(language).texts
    assert {key: places(text) for key, text in texts.items()} == {key: places(text) for key, text in ENGLISH.items()}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated(language):
    texts = words_in(language).texts
    same = {key for key, text in texts.items() if text == ENGLISH[key]}
    # Some words are the same in two languages, numbers and names of formats are in all.
    assert same <= {"direction", "percent", "keeper_pin", "no", "consent_no", "start", "points"}


def test_no_text_is_unused_and_none_is_asked_for_that_is_not_there():
    asked = set(re.findall(r"""(?:words|say\(\)|w|words_in\([^()]*\))\(\s*["'](\w+)["']""", SOURCES))
    asked |= set(re.findall(r'"(\w+)"', "".join(re.findall(r"words\(\s*\"\w+\" if .+? else \"\w+\"", SOURCES))))
    assert asked - set(ENGLISH) == set()
    assert set(ENGLISH) - asked - SAID_BY_ALL == set()


def test_only_arabic_is_written_from_right_to_left():
    assert {language: words_in(language)("direction") for language in LANGUAGES} == {
        **dict.fromkeys(("en", "fr", "de", "es"), "ltr"),
        "ar": "rtl",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_suggested_nicknames_pass_the_filter(language):
    suggested = words_in(language).names
    assert len(suggested) >= 8
    assert [name for name in suggested if names.clean(name) != name] == []


def test_an_unknown_language_is_english():
    assert words_in("tlh").code == "en"
