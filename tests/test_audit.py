"""The look for known holes in dependencies: it never passes when it could not look."""

from __future__ import annotations

import json
import sys

import pytest

from scripts.audit import audit


def found(tmp_path, *packages: dict, stderr: str = "", stdout: str | None = None) -> int:
    """What the script says when pip-audit says this."""
    said = json.dumps({"dependencies": packages, "fixes": []}) if stdout is None else stdout
    stand_in = tmp_path / "stand_in.py"
    stand_in.write_text(f"import sys\nsys.stderr.write({stderr!r})\nprint({said!r})\nsys.exit(1)\n", "utf-8")
    return audit([sys.executable, str(stand_in)])


SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
HOLED = {"name": "pillow", "version": "1.0", "vulns": [{"id": "GHSA-1", "fix_versions": ["1.1"]}]}


def test_what_is_found_is_said(tmp_path, capsys):
    assert found(tmp_path, SOUND) == 0
    assert capsys.readouterr().out == "1 packages checked, 0 known holes.\n"
    assert found(tmp_path, SOUND, HOLED, {"name": "ours", "skip_reason": "not there"}) == 1
    said = capsys.readouterr().out
    assert "pillow 1.0: GHSA-1, mended in: 1.1" in said
    assert "not checked: ours" in said
    assert "2 packages checked, 1 known holes." in said


@pytest.mark.parametrize("said", ["", "{", "[]", '{"dependencies": 7}'])
def test_without_a_network_it_does_not_pass(tmp_path, capsys, said):
    with pytest.raises(SystemExit) as left:
        found(tmp_path, stdout=said, stderr="Traceback\nConnectionError: no route")
    assert left.value.code == 2
    assert "Nothing was checked" in capsys.readouterr().err


def test_nothing_but_skipped_packages_is_no_pass(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        found(tmp_path, {"name": "numpy", "skip_reason": "the service did not answer"})
    assert left.value.code == 2
