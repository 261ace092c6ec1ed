"""Nicknames for the leaderboard: short, plain letters, and no insults.

A word list is only a coarse filter; the keeper can delete any leaderboard entry.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 16
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s",
                             "!": "i", "|": "i", "€": "e"})  # fmt: skip

# Parts of words that are refused anywhere, and words that are refused only as a whole. All are written without accents
# and without doubled letters, as `_is_foul` looks for them.
_ANYWHERE = (
    *("fuck", "niger", "niga", "cunt", "whore", "fagot", "bitch", "bastard", "ashole", "hitler", "penis", "vagina"),
    *("merde", "putain", "conard", "salope", "encule", "batard"),
    *("arschl", "scheis", "fotze", "wichs", "hurens", "schlampe", "siegheil", "misgeburt"),
    *("mierda", "pendej", "cabron", "gilipol", "maricon", "cojones", "joder"),
    *("شرموط", "قحبة", "منيوك", "كسمك"),
)
_WHOLE = frozenset((
    *("shit", "shits", "shity", "as", "arse", "dick", "cock", "tits", "slut", "twat", "sex", "porn", "rape", "k"),
    *("pute", "bite", "cul", "con", "nique", "chate", "pd"),
    *("arsch", "fick", "ficken", "hure", "s", "sau", "titen", "schwanz", "kanake", "nazi", "nazis"),
    *("puta", "puto", "pola", "culo", "cono", "verga", "mamon"),
    *("كلب", "حمار", "زب", "طيز", "كس", "خرا"),
))  # fmt: skip


def clean(nickname: str) -> str | None:
    """Return the nickname as the leaderboard shows it, or None if it is refused.

    Allowed are letters and marks of any script, digits, spaces, hyphens, dots and apostrophes, at most LONGEST of
    them; two letters at least, so that a telephone number is no nickname.
    """
    plain = " ".join(unicodedata.normalize("NFKC", nickname).split())
    if len(plain) > LONGEST or sum(letter.isalpha() for letter in plain) < 2:
        return None
    if any(not (letter.isalnum() or unicodedata.category(letter)[0] == "M" or letter in " -.'’") for letter in plain):
        return None
    return None if _is_foul(plain) else plain


def _is_foul(plain: str) -> bool:
    bare = _without_accents(plain.casefold())
    for text in (bare, bare.translate(_LOOKALIKES)):
        words = re.findall(r"[^\W_]+", text)
        # "f u c k", "f.u.c.k" and "fuuuck" are one word.
        joined = _squeeze("".join(words))
        if joined in _WHOLE or any(part in joined for part in _ANYWHERE):
            return True
        if any(_squeeze(word) in _WHOLE and len(word) > 1 for word in words):
            return True
    return False


def _squeeze(word: str) -> str:
    """Return the word without repeated letters: "shiiit" and "ass" become "shit" and "as"."""
    return re.sub(r"(.)\1+", r"\1", word)


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
