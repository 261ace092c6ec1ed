"""Build the API pages of `cnn` and `digitscope.recognition` from their docstrings: python -m docs.api [FOLDER]."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pdoc

PACKAGES = ("cnn", "digitscope.recognition")


def modules() -> Iterator[str]:
    """Yield the name of each package, and of each module in it; packages inside it list their modules themselves."""
    for name in PACKAGES:
        yield name
        for found in iter_modules(import_module(name).__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                yield found.name


def main() -> None:
    """Write one HTML page a module, with a search; they need no server and no network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/api"), help="(default: docs/api)")
    folder = parser.parse_args().folder
    pdoc.render.configure(docformat="markdown", show_source=True, footer_text="DigitScope")
    pdoc.pdoc(*modules(), output_directory=folder)
    print(folder / "index.html")


if __name__ == "__main__":
    main()
