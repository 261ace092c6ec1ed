"""The page's templates: HTML and SVG files beside the Python files that fill them, escaped by default (Jinja2).

One convention for the whole page: a template lies in the folder of the Python file that fills it, and is named by what
it shows, such as `draw/answer.html` beside `draw/answer.py`. Python decides what is shown and formats it, in a small
dataclass where there is more than a word; the template only places it. Markup that several templates share is a macro
in a template of its own: `{% from "common/bars.html" import bars %}`.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from markupsafe import Markup

from digitscope.templates import environment

TEMPLATES = environment(Path(__file__).parents[1])


def _fixed(value: float, decimals: int) -> str:
    """Return a number with this many decimals: in templates `{{ x|fixed(1) }}`."""
    return f"{value:.{decimals}f}"


TEMPLATES.filters["fixed"] = _fixed


def render(name: str, /, **values: object) -> Markup:
    """Fill the template `name`, a path below `digitscope/ui/` such as "draw/answer.html".

    Strings in `values` are escaped unless they are Markup, such as what `render` returned. Raises
    jinja2.UndefinedError when the template asks for a value that is not given.
    """
    return Markup(TEMPLATES.get_template(name).render(values).strip())


def svg_address(svg: Markup) -> str:
    """Return the `data:` address of an SVG picture.

    Inside an `img`, where Streamlit would take bare SVG out of the page's HTML.
    """
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def hint(text: str) -> Markup:
    """Return a paragraph in small print, as it stands above or below what it explains."""
    return render("common/hint.html", text=text)
