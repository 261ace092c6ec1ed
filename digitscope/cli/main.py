"""The command line's entry: it finds the command, runs it, and turns its failures into a sentence and a status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from digitscope.cli import calibrate, embed, evaluate, predict, sweep, train
from digitscope.cli.common import CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 when it ran, 2 (and one sentence on stderr) when it could not."""
    parser = argparse.ArgumentParser(prog="python -m cnn", description="Train, measure and use the network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (train, calibrate, evaluate, predict, sweep, embed):
        command.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except CommandError as error:
        print(f"python -m cnn: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output, such as `head`, has seen enough; Python would complain once more on leaving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("python -m cnn: stopped.", file=sys.stderr)
        return 130
