"""The command line's entry: it finds the command, runs it, and turns its failures into a sentence and a status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from digitscope import __version__
from digitscope.cli import average, calibrate, embed, evaluate, kiosk, predict, run, stand, sweep, train
from digitscope.cli.common import CommandError


def main(arguments: Sequence[str] | None = None, prog: str = "digitscope") -> int:
    """Run one command. Returns 0 when it ran, 2 (and one sentence on stderr) when it could not.

    `prog` is how the command line was called: the name in usages and in front of error messages.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Open the page, or train, measure and use the network.")
    parser.add_argument("--version", action="version", version=f"DigitScope {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (run, kiosk, stand, train, average, calibrate, evaluate, predict, sweep, embed):
        command.add_to(commands)
    options = parser.parse_args(arguments)
    options.prog = prog
    try:
        return options.run(options)
    except CommandError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output, such as `head`, has seen enough; Python would complain once more on leaving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(f"{prog}: stopped.", file=sys.stderr)
        return 130
