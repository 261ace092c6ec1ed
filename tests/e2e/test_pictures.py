"""Ten hard pictures by strangers, uploaded to the page: upright lines, several digits, faint, turned, on dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from testkit.paths import PICTURES

HARDEST = {
    "a35639ed8c.jpg": "0123456789 012345678910 012345678910",
    "8bc286a431.jpg": "74213",
    "1342fef407.jpg": "745382",
    "25a09d49df.jpg": "8008132",
    "a8413ed918.jpg": "3541",
    "80daa21901.png": "2019",
    "b6454affdb.png": "012345678",
    "268a6011cc.jpg": "13540",
    "28fe1c549a.png": "68539",
    "382cc6d3d8.png": "0869",
}
"""Photographed on paper, some turned by the camera, one of three lines, two of coloured or light ink on dark."""
PATIENCE = 60_000


@pytest.mark.skipif(not PICTURES.exists(), reason="the pictures are not a part of the project")
def test_the_hardest_pictures_are_read(page: Page) -> None:
    page.get_by_role("button", name="Photo or file").click()
    read = {}
    for name in HARDEST:
        page.locator('.st-key-picture input[type="file"]').set_input_files(PICTURES / name)
        shown = page.locator('.st-key-answer .answer:not([data-digit=""])')
        expect(shown).to_be_visible(timeout=PATIENCE)
        read[name] = re.sub(r"\D+", " ", shown.get_attribute("data-digit") or "")
        page.get_by_role("button", name=f"Remove {name}").click()
        expect(page.locator('.st-key-answer .answer[data-digit=""]')).to_be_visible(timeout=PATIENCE)
    groups = {name: digits.replace(" ", "") for name, digits in read.items()}
    assert groups == {name: digits.replace(" ", "") for name, digits in HARDEST.items()}
