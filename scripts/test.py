"""Set up what is missing and check everything: python3 scripts/test.py [arguments for pytest]."""

from __future__ import annotations

import os
import subprocess
import sys

from environment import PROJECT, find_browser, set_up


def main() -> int:
    """Lint, format, types, tests: all of them, the tests last. 0 when all passed."""
    python = str(set_up("requirements-dev.txt"))
    environment = os.environ | {"DIGITSCOPE_BROWSER": find_browser(PROJECT / python)}
    failed = False
    for command in (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        # In two processes, a file in one of them: browsers' tests mostly wait for pictures.
        ["pytest", "-n", "2", "--dist", "loadfile", *sys.argv[1:]],
    ):
        print(f"== {' '.join(command)}", flush=True)
        ended = subprocess.run([python, "-m", *command], cwd=PROJECT, env=environment, check=False)
        failed |= ended.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
