"""Two hours of visitors at a stand, compressed: python -m benchmarks.soak [--visitors N] [--minutes M] [--kills 8].

A visitor a minute makes two hours of 120; `testkit/stand.py` says what they do. Then the server is killed (SIGKILL) and
started again; the browser is left alone and has to find it again. Printed are the server's memory after the first
visitors and after the last, medians of the time from pen-up to the answer in the first and the last third, and how
many of the drawings that visitors were thanked for are in the file. Ends with status 1 if one is lost, if one is kept
that nobody was thanked for, if answers became slower by half, or if memory grew by more than 50 MB.
"""

from __future__ import annotations

import argparse
import sys
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from testkit.browser import DESKTOP, chromium
from testkit.stand import STAYS, let_visit, stand

MOST_GROWTH = 50.0
"""Megabytes."""
SLOWER = 1.5
"""The last third's median answer may take so many times as long as the first third's."""


def main() -> int:
    """Start a server and a browser, let visitors come, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--visitors", type=int, default=120, help="visitors (default 120: two hours)")
    parser.add_argument("--minutes", type=float, default=inf, help="no more visitors after so long (default: all)")
    parser.add_argument("--kills", type=int, default=8, help="how often the server is killed afterwards (default 8)")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, stand(Path(folder), STAYS) as (server, store), chromium() as browser:
        page = browser.new_page(**DESKTOP)
        found = let_visit(page, server, store, options.visitors, options.kills, options.minutes)
    first, last = found.thirds
    print(
        f"{len(found.memory)} visitors, {len(found.waits)} drawings, {found.lessons} lessons "
        f"({found.teachers_killed} killed), server killed {found.servers_killed} times"
    )
    print(f"confirmed {len(found.confirmed)}, lost {len(found.lost)}, kept unasked {len(found.unasked)}")
    print(f"pen-up to answer, median: first third {first:.0f} ms, last third {last:.0f} ms")
    warm, at_last = found.warm_and_last
    print(f"server's memory: {warm:.0f} MB after the first visitors, {at_last:.0f} MB after the last "
          f"(medians of three), most {max(found.memory):.0f} MB")  # fmt: skip
    return int(bool(found.lost or found.unasked) or last > SLOWER * first or found.growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
