"""Templates: what they are given is escaped, what they are not given is an error, and each of them compiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup

from digitscope.ui.common import templates
from digitscope.ui.common.templates import TEMPLATES, hint, render

UI = Path(templates.__file__).parents[1]


@pytest.fixture
def template(monkeypatch):
    """Add a template of this test."""

    def add(text: str) -> str:
        monkeypatch.setattr(TEMPLATES, "loader", DictLoader({"test.html": text}))
        monkeypatch.setattr(TEMPLATES, "cache", {})
        return "test.html"

    return add


def test_values_are_escaped_in_text_and_attributes_unless_they_are_markup(template):
    name = template('<a title="{{ text }}">{{ text }}{{ made }}</a>')
    made = render(name, text='"<&', made=Markup("<b>x</b>"))
    assert made == '<a title="&#34;&lt;&amp;">&#34;&lt;&amp;<b>x</b></a>'


def test_a_value_that_is_missing_is_an_error(template):
    with pytest.raises(UndefinedError, match="missing"):
        render(template("{{ missing }}"))


def test_numbers_have_a_fixed_count_of_decimals(template):
    assert render(template("{{ x|fixed(2) }} {{ x|fixed(0) }}"), x=2.0049) == "2.00 2"


def test_a_hint_is_a_paragraph_of_plain_text():
    assert hint("1 < 2") == '<p class="hint">1 &lt; 2</p>'


@pytest.mark.parametrize("name", TEMPLATES.list_templates(extensions=["html", "svg"]))
def test_every_template_compiles_and_is_used(name):
    assert TEMPLATES.get_template(name)
    folder = (UI / name).parent
    users = [*folder.glob("*.py"), *(path for path in UI.rglob("*") if path.suffix in {".html", ".svg"})]
    assert any(f'"{name}"' in path.read_text("utf-8") for path in users), "nothing in its folder fills it"
