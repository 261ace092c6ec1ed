"""digitscope stand: the keeper's commands, the same as `python -m digitscope.stand`."""

from __future__ import annotations

import argparse


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    # The keeper's commands have a parser of their own. Here nothing is an option, so that all of it is passed on.
    parser = commands.add_parser("stand", help="look after a stand's data", add_help=False, prefix_chars="\0")
    parser.add_argument("rest", nargs="*")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Hand the arguments to the keeper's command line."""
    # Only now: it needs a database, whose code takes a second to load.
    from digitscope.stand.__main__ import main

    return main(options.rest)
