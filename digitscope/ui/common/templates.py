"""The page's templates: HTML and SVG files beside the Python files that fill them, escaped by default (Jinja2)."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from digitscope.templates import environment

TEMPLATES = environment(Path(__file__).parents[1])


def render(name: str, **values: object) -> Markup:
    """Fill the template `name`, a path below `digitscope/ui/` such as "draw/answer.html".

    Strings in `values` are escaped unless they are Markup, such as what `render` returned. Raises
    jinja2.UndefinedError when the template asks for a value that is not given.
    """
    return Markup(TEMPLATES.get_template(name).render(values).strip())
