"""Set up what is missing and run a stand: python3 scripts/kiosk.py [--port N] [--address A] [--no-browser]."""

from __future__ import annotations

import sys

from environment import hand_over

if __name__ == "__main__":
    sys.exit(hand_over("kiosk", sys.argv[1:]))
