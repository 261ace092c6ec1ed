"""How well the page follows the pen, in a real browser on a real server: python -m benchmarks.live.

Draws our samples at the speed of a hand (points a sixtieth of a second apart) and prints how often the answer changed
while the pen was down, how long after pen-up the final answer stood, and the cumulative layout shift. Times are taken
in the page, by a record of its changes, until 1 s after pen-up: a later, different answer from the canvas's own message
would count.
"""

from __future__ import annotations

import argparse

import numpy as np

from testkit.drawings import sample
from testkit.page import answer, own_page, press
from testkit.pen import draw_at_hand_speed
from testkit.watch import layout_shift, record, strokes_seen


def main() -> None:
    """Start a server and a browser, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often the twenty samples are drawn (default 2)")
    options = parser.parse_args()
    seen = []
    with own_page() as page:
        record(page)
        for i in range(options.rounds * 20):
            draw_at_hand_speed(page, sample(i % 10, i // 10 % 2))
            page.wait_for_timeout(1000)
            seen += strokes_seen(page)
            press(page, "Clear")
            answer(page, 0)
        shift = layout_shift(page)
    after = np.array([stroke.settled for stroke in seen])
    rates = np.array([1000 * stroke.while_down / stroke.drawn for stroke in seen])
    maps = np.array([1000 * stroke.maps_while_down / stroke.drawn for stroke in seen])
    states = np.array([len(stroke.after_up) for stroke in seen])
    print(
        f"{options.rounds * 20} drawings, {len(seen)} strokes of {np.median([s.drawn for s in seen]):.0f} ms (median)"
    )
    print(f"pen-up to final answer   median {np.median(after):.0f} ms, p95 {np.percentile(after, 95):.0f} ms")
    print(f"answers while pen down   median {np.median(rates):.1f} a second, slowest stroke {rates.min():.1f}")
    print(f"feature maps meanwhile   median {np.median(maps):.1f} a second")
    print(f"changes after pen-up     {np.bincount(states).tolist()} strokes with 0, 1, 2 ... of them")
    print(f"cumulative layout shift  {shift:.4f}")


if __name__ == "__main__":
    main()
