"""Markup from templates: HTML and SVG files beside the Python files that fill them, escaped by default (Jinja2)."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def render(name: str, **values: object) -> Markup:
    """Fill the template `name`, a path below `digitscope/ui/` such as "draw/answer.html".

    Strings in `values` are escaped unless they are Markup, such as what `render` returned. Raises
    jinja2.UndefinedError when the template asks for a value that is not given.
    """
    return Markup(TEMPLATES.get_template(name).render(values).strip())
