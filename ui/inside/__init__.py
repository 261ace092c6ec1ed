"""Look inside: every number between the pen and the answer, one panel a file."""

from ui.inside.panel import show_inside

__all__ = ["show_inside"]
