"""Picture files that a command is given: names, patterns and folders, also where the shell leaves patterns alone."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob
from pathlib import Path

from digitscope.cli.common import CommandError

ENDINGS = (
    ".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".heic", ".heif", ".avif", ".webp", ".gif", ".bmp", ".tif", ".tiff",
    ".ppm", ".pgm", ".pbm", ".jp2", ".ico", ".tga",
)  # fmt: skip
"""What is taken from a folder."""


def picture_files(given: Sequence[str]) -> list[Path]:
    """The files meant by names, patterns such as `scans/*.png` and folders, sorted within each of the latter two.

    Raises CommandError for a pattern that nothing fits and a folder without pictures. A name of no file is passed on.
    """
    found: list[Path] = []
    for name in given:
        path = Path(name)
        if path.is_dir():
            own = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in ENDINGS and entry.is_file())
            if not own:
                raise CommandError(f"There are no pictures in {name}.")
        elif not path.exists() and any(sign in name for sign in "*?["):
            own = sorted(Path(match) for match in glob(name, recursive=True) if Path(match).is_file())
            if not own:
                raise CommandError(f"No file is called {name}.")
        else:
            own = [path]
        found += own
    return found
