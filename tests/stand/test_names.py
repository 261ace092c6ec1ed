"""Nicknames: real ones pass, markup and insults do not."""

import pytest

from digitscope.stand import names


@pytest.mark.parametrize(
    "nickname",
    ["Ada", "Zoë", "Jean-Luc", "O’Neil", "Team 7", "Müller", "María José", "ليلى", "عمر", "Łukasz", "Nazir", "Assia"],
)
def test_names_pass(nickname):
    assert names.clean(nickname) == nickname


def test_spaces_are_tidied():
    assert names.clean("  Ada\n  L. ") == "Ada L."


@pytest.mark.parametrize(
    "nickname",
    ["", "A", "<b>Ada</b>", "Ada & Bob", "a" * 17, "0151 2345678", "**Ada**", "$Ada$", "Ada\u202e", "😀😀😀", "a\x00b"],
)
def test_what_is_no_name_does_not(nickname):
    assert names.clean(nickname) is None


@pytest.mark.parametrize(
    "nickname",
    ["Fuck", "fuuuck", "f.u.c.k", "Fück", "sh1t", "5hit", "a s s", "Merde", "enculé", "Arschloch", "Scheiße", "Wichser",
     "mierda", "COÑO", "cabrón", "كلب", "شرموطة", "Hitler", "H1tler", "SS", "KKK"],
)  # fmt: skip
def test_insults_do_not(nickname):
    assert names.clean(nickname) is None
