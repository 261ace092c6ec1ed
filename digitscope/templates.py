"""Markup from templates: one Jinja2 environment for each folder of HTML files, with escaping switched on.

It lies below the page and the stand, for both fill templates and the stand must not import the page.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(folder: Path) -> Environment:
    """Return an environment for the templates in `folder`: values are escaped unless they are Markup.

    A template that asks for a value which is not given raises jinja2.UndefinedError.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
