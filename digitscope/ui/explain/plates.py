"""Pictures beside each other, each with a title and a line of words below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from digitscope.ui.common.templates import render


@dataclass(frozen=True)
class Plate:
    """One picture."""

    address: str
    alt: str
    """What it shows, for those who do not see it."""
    title: str
    words: str
    data: dict[str, object] = field(default_factory=dict)
    """The figure's `data-*` attributes."""


def plates_html(plates: Sequence[Plate], small: bool = False) -> Markup:
    """Return the pictures in a row, which wraps where it is too long."""
    return render("explain/plates.html", plates=plates, small=small)
