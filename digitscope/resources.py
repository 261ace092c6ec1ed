"""Where files that are no code stand: beside the package in a checkout, inside it when it is installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "entry").is_dir()
"""Whether this is an installed copy, which may be read-only, and not a checkout of the project."""


def resource(name: str) -> Path:
    """Return the path of `name`, such as "pretrained": a file or folder that a wheel carries inside the package."""
    return (PACKAGE if INSTALLED else PACKAGE.parent) / name


PRETRAINED = resource("pretrained")
"""The shipped weights and their model card."""
DATA = resource("data")
"""MNIST's four files, and what was computed once from them."""
ENTRY = resource("entry/app.py" if INSTALLED else "app.py")
"""The script that Streamlit runs. The folder `.streamlit` beside it holds the server's settings."""
