"""A stand for a moment: a visitor, and a server killed during thanks and during an invitation.

`python -m benchmarks.soak` does the same for hours.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from testkit.browser import DESKTOP
from testkit.stand import STAYS, let_visit, stand


def test_a_visitor_and_a_killed_server(browser: Browser, tmp_path: Path) -> None:
    with stand(tmp_path, STAYS) as (server, store):
        context = browser.new_context(**DESKTOP)
        found = let_visit(context.new_page(), server, store, visitors=1, kills=2)
        context.close()
        assert "Traceback" not in server.log.read_text()
    assert found.servers_killed == 2
    assert len(found.confirmed) >= 2 + 1
    assert found.lost == set()
    assert found.unasked == set()
