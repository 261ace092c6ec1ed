"""The project's imports, read from its source: which file imports which, inside functions and for types alone too."""

from __future__ import annotations

import ast
from functools import cache

from testkit.paths import PROJECT

PACKAGES = ("cnn", "digitscope", "testkit", "benchmarks", "docs", "tests", "scripts")
"""Folders whose modules are called by their path; those in scripts/ call each other by their file's name alone."""

Graph = dict[str, set[str]]
"""File -> the files that it imports, as paths from the project's folder such as "cnn/layers.py"."""


@cache
def imports() -> Graph:
    """Return the imports between the project's own files; callers share the answer and must not change it."""
    modules = _modules()
    return {path: {*_imported(path, modules)} - {path} for path in modules.values()}


def place(path: str) -> str:
    """Return the part of the house that a file belongs to: "cnn", "app.py", and inside digitscope/ "digitscope/ui"."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "digitscope" and len(parts) > 1 else parts[0]


def arrows() -> set[tuple[str, str]]:
    """Return each pair of parts of the house of which the first imports the second."""
    return {
        (place(path), place(target))
        for path, targets in imports().items()
        for target in targets
        if place(path) != place(target)
    }


def _modules() -> dict[str, str]:
    """Every module's name and file."""
    found = {path.stem: path for path in [PROJECT / "app.py", *(PROJECT / "scripts").glob("*.py")]}
    for package in PACKAGES:
        for path in (PROJECT / package).rglob("*.py"):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            found[".".join(parts[:-1] if path.stem == "__init__" else parts)] = path
    return {name: path.relative_to(PROJECT).as_posix() for name, path in found.items()}


def _imported(path: str, modules: dict[str, str]) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse((PROJECT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from cnn import layers` imports a module, `from cnn import CNN` a name of the package.
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [name if name in modules else node.module for name in whole]
    return [modules[name] for name in names if name in modules]
