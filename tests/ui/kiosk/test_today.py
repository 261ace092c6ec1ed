"""Today's statistics on the event page."""

from __future__ import annotations

import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.stand.store import Store, StoreError


def test_a_day_without_drawings(page):
    page.press("screen_today_open")
    assert "Nobody has confirmed an answer today." in page.html
    assert 'data-accuracy="today" data-right=' not in page.html
    assert 'data-accuracy="mnist" data-right=' in page.html
    assert "confusions" not in page.html.split("</style>")[-1]


def test_accuracy_confusions_leaderboard_and_gallery(page):
    store = Store()
    for meant, said in ((1, 1), (7, 1), (4, None), (None, None)):
        store.keep(SAMPLES[1][0], meant, said, 0.9)
    store.add_score("ten", "Ada <3", 9, 25.5)
    store.close()
    page.press("screen_today_open")
    assert 'data-accuracy="today" data-right="1" data-n="3"' in page.html
    assert "33.3 %" in page.html
    assert "6.1 to 79.2 % (95 % interval)" in page.html
    assert page.html.count('--share:1.00">1</td>') == 3
    assert "<bdi>Ada &lt;3</bdi>" in page.html
    assert page.html.count("<figcaption>") == 4
    assert page.html.count('<figure class="wrong">') == 2
    assert "–, read as –" in page.html


def test_a_database_that_cannot_be_read(page, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise StoreError("The disk is gone.")

    monkeypatch.setattr(Store, "answers", refuse)
    page.press("screen_today_open")
    assert "file can’t be used" in page.html
    assert "data-right=" not in page.html
