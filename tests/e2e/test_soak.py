"""A short soak: a visitor, a server killed during thanks and during an invitation (long: python -m benchmarks.soak)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from benchmarks import soak


def test_a_few_visitors_and_a_killed_server(browser: Browser, tmp_path: Path) -> None:
    with soak.stand(tmp_path) as (server, store):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        found = soak.soak(context.new_page(), server, store, visitors=1, kills=2)
        context.close()
        assert "Traceback" not in server.log.read_text()
    assert found.servers_killed == 2
    assert len(found.confirmed) >= 2 + 1
    assert found.lost == set()
    assert found.unasked == set()
    assert found.growth < soak.MOST_GROWTH
