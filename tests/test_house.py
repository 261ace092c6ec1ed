"""The house's rules: which way imports go, what the gate runs, and that README's words are true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import environment
import pytest

from testkit.paths import PROJECT

README = (PROJECT / "README.md").read_text("utf-8")


def test_the_network_needs_numpy_alone():
    code = (
        "import sys, cnn, cnn.training, cnn.weights, cnn.checkpoint\n"
        "top = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(top - set(sys.stdlib_module_names) - {'cnn', 'numpy', '__main__'}))"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.')\n{code}"],
                           cwd=PROJECT, capture_output=True, text=True, check=True)  # fmt: skip
    others = [name for name in eval(ended.stdout) if not name.startswith(("_", "cython_runtime", "sitecustomize"))]
    assert others == []


def calls_and_imports(room: str) -> list[str]:
    """Every call and import in a room's code, as text: "Path(__file__)", "import pickle"."""
    found = []
    for path in sorted((PROJECT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.Call, ast.Import, ast.ImportFrom)):
                found.append(f"{path.relative_to(PROJECT)}: {ast.unparse(node)}")
    return found


def test_nothing_that_a_visitor_sends_can_be_code():
    said = [line for room in ("cnn", "digitscope") for line in calls_and_imports(room)]
    # Whoever opens a cluster's ports to others was told what that means: its messages are pickles by Dask's design.
    code = [
        line
        for line in said
        if re.search(r"import (pickle|marshal|shelve|dill)|: (eval|exec)\(|allow_pickle=True|unsafe_allow_html", line)
        and not line.startswith("digitscope/jobs/cluster.py")
    ]
    assert code == []


def test_pages_open_no_file_but_their_own():
    opened = [
        line for line in calls_and_imports("digitscope/ui") if re.search(r": (open|Path|io\.open|os\.open)\(", line)
    ]
    assert opened
    assert [line for line in opened if ": Path(__file__)" not in line] == []


def test_the_gate_runs_readmes_test_command():
    assert "python3 scripts/test.py" in README
    assert "python3 scripts/run.py" in README
    assert "exec python3 scripts/test.py" in (PROJECT / ".ci" / "run").read_text("utf-8")


def test_files_that_readme_points_to_exist():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_every_requirement_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-audit.txt"):
        for line in (PROJECT / name).read_text("utf-8").splitlines():
            assert not line.strip() or line.startswith(("#", "-r ")) or "==" in line, line


def test_a_browser_that_is_named_and_does_not_exist_is_said(monkeypatch, capsys):
    monkeypatch.setenv("DIGITSCOPE_BROWSER", "/no/such/browser")
    with pytest.raises(SystemExit) as ended:
        environment.installed_browser()
    assert ended.value.code == 2
    assert "/no/such/browser" in capsys.readouterr().err


def test_without_any_browser_the_test_command_fails_in_a_sentence(monkeypatch, capsys):
    for finder in ("installed_browser", "_packaged_browser"):
        monkeypatch.setattr(environment, finder, lambda: None)
    monkeypatch.setattr(environment, "_playwrights_browser", lambda python: None)
    with pytest.raises(SystemExit) as ended:
        environment.find_browser(PROJECT)
    assert ended.value.code == 2
    assert "Install Chromium" in capsys.readouterr().err
