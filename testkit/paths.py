"""Folders that tests and measurements read from."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PEN_DATA = PROJECT.parent / "shared" / "strokes"
"""Drawings by people; not a part of the project, so whatever reads them must do without."""
PICTURES = PROJECT.parent / "shared" / "pictures"
"""Pictures of digits by people; not a part of the project either."""
