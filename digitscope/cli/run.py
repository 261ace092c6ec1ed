"""digitscope run: start the page's server, and open the page in a browser."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from digitscope.resources import ENTRY


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("run", help="open the page", description=__doc__)
    parser.add_argument("--port", type=port, default=8501, help="port to listen on (default 8501)")
    parser.add_argument("--address", default="localhost", help="0.0.0.0 lets others in the room in (default localhost)")
    parser.add_argument("--headless", action="store_true", help="do not open a browser")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Become the server: its status is the command's, and whoever ends the command ends the server."""
    command = server_command(options.port, options.address, headless=options.headless)
    if os.name == "posix":
        os.execv(command[0], command)
    # Windows has no exec that a console would wait for.
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0


def port(text: str) -> int:
    """Return the port that `text` names. Raises ArgumentTypeError for what is none."""
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port: it is a number from 1 to 65535")
    return int(text)


def server_command(port: int, address: str, *, headless: bool) -> list[str]:
    """Return the command line that starts Streamlit on the page's script, by this Python.

    Streamlit reads its settings from the folder `.streamlit` beside that script, wherever the command is typed.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(ENTRY)]
    command += ["--server.port", str(port), "--server.address", address]
    return [*command, "--server.headless", str(headless).lower()]
