"""Look inside: every number between the pen and the answer, one panel a file."""

from digitscope.ui.explain.maps import maps_html
from digitscope.ui.explain.panel import show_inside

__all__ = ["maps_html", "show_inside"]
