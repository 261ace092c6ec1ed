"""Look inside: every number between the pen and the answer, one panel a file."""

from ui.inside.maps import maps_html
from ui.inside.panel import show_inside

__all__ = ["maps_html", "show_inside"]
