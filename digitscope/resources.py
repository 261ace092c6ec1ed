"""Where files that are no code stand: beside the package in a checkout, inside it when it is installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """Return the path of `name`, such as "pretrained": a file or folder that a wheel carries inside the package."""
    installed = PACKAGE / name
    return installed if installed.exists() else PACKAGE.parent / name


PRETRAINED = resource("pretrained")
"""The shipped weights and their model card."""
DATA = resource("data")
"""MNIST's four files, and what was computed once from them."""
