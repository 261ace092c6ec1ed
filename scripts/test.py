"""Set up what is missing and check everything: python3 scripts/test.py [--all] [arguments for pytest].

With `--all` the tests of time and memory run too, which say something only on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from environment import PROJECT, find_browser, set_up


def main() -> int:
    """Lint, format, import contracts, types, tests: all of them, the tests last. 0 when all passed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], allow_abbrev=False)
    parser.add_argument("--all", action="store_true", help="also what is marked as measured: time and memory")
    options, rest = parser.parse_known_args()
    python = str(set_up("requirements-dev.txt"))
    environment = os.environ | {"DIGITSCOPE_BROWSER": find_browser(PROJECT / python)}
    failed = False
    for command in (
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [str(Path(python).with_name("lint-imports")), "--no-logo", "--no-cache"],
        [python, "-m", "mypy"],
        # In two processes, a file in one of them: browsers' tests mostly wait for pictures.
        [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", *rest],
        *([[python, "-m", "pytest", "-m", "measured", *rest]] if options.all else []),
    ):
        print(f"== {' '.join(command)}", flush=True)
        ended = subprocess.run(command, cwd=PROJECT, env=environment, check=False)
        failed |= ended.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
