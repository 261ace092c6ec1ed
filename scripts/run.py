"""Set up what is missing and open the page: python3 scripts/run.py [--port N] [--headless] [--address A]."""

from __future__ import annotations

import argparse
import subprocess
import sys

from environment import PROJECT, set_up


def main() -> int:
    """Run the page until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Set up what is missing and open the page.")
    parser.add_argument("--port", type=int, default=8501, help="port to listen on (default 8501)")
    parser.add_argument("--address", default="localhost", help="0.0.0.0 lets others in the room in (default localhost)")
    parser.add_argument("--headless", action="store_true", help="do not open a browser")
    options = parser.parse_args()
    python = set_up("requirements.txt")
    command = [str(python), "-m", "streamlit", "run", str(PROJECT / "app.py")]
    command += ["--server.port", str(options.port), "--server.address", options.address]
    command += ["--server.headless", str(options.headless).lower()]
    try:
        return subprocess.run(command, cwd=PROJECT, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
