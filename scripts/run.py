"""Set up what is missing and open the page: python3 scripts/run.py [--port N] [--headless] [--address A]."""

from __future__ import annotations

import sys

from environment import hand_over

if __name__ == "__main__":
    sys.exit(hand_over("run", sys.argv[1:]))
