"""A colour for each answer, wherever answers are told apart by colour."""

COLOURS = (
    *("#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499", "#5f6b7a"),
    "#dddddd",
)
"""One for each answer, "no digit" the last; from Paul Tol's muted scheme, which colour-blind people tell apart. The
answer is printed in every cell as well."""
DARK = {0, 3, 7, 8, 9}
"""Answers whose colour needs white letters."""
