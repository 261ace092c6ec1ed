"""The house's rules: which way imports go, what the gate runs, and that README's words are true."""

from __future__ import annotations

import ast
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from digitscope import __version__
from scripts import environment
from testkit.imports import PACKAGES, Graph, arrows, imports, place
from testkit.paths import PROJECT

README = (PROJECT / "README.md").read_text("utf-8")
DOCUMENTS = [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), PROJECT / "pretrained" / "README.md"]


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


FORBIDDEN = {
    "Imports go one way": [
        ("cnn/layers.py", "digitscope.digits.strokes"),
        ("cnn/layers.py", "digitscope.cli.main"),
        ("digitscope/digits/strokes.py", "cnn.layers"),
        ("digitscope/resources.py", "cnn.layers"),
        ("digitscope/recognition/reader.py", "digitscope.jobs.local"),
        ("digitscope/jobs/local.py", "digitscope.stand.pin"),
        ("digitscope/stand/pin.py", "digitscope.jobs.local"),
        ("digitscope/stand/pin.py", "digitscope.ui.page"),
        ("digitscope/ui/page.py", "digitscope.server.app"),
        ("digitscope/ui/page.py", "digitscope.cli.main"),
        ("digitscope/server/app.py", "digitscope.cli.main"),
        ("digitscope/cli/main.py", "digitscope.server.app"),
        ("digitscope/cli/main.py", "digitscope.__main__"),
    ],
    "The command line needs no page": [
        ("digitscope/cli/run.py", "streamlit"),
        ("digitscope/cli/run.py", "digitscope.ui.page"),
    ],
    "Streamlit is for the page and its server": [
        ("digitscope/jobs/local.py", "streamlit"),
        ("digitscope/stand/pin.py", "starlette"),
        ("digitscope/digits/strokes.py", "pandas"),
        ("digitscope/recognition/reader.py", "altair"),
        ("cnn/layers.py", "streamlit"),
    ],
    "The network is NumPy and the standard library": [
        ("cnn/layers.py", "PIL"),
        ("cnn/explain/saliency.py", "scipy"),
        ("cnn/fast/plan.py", "threadpoolctl"),
    ],
    "What reads also runs in a browser": [
        ("digitscope/recognition/reader.py", "tqdm"),
        ("digitscope/recognition/timeline.py", "sqlalchemy"),
    ],
}
"""Contract -> imports that it forbids: the file, and what it must not import."""


def contracts() -> dict[str, dict]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    return {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("contract", "for_types"), [*((name, False) for name in FORBIDDEN), ("Imports go one way", True)]
)
def test_each_contract_holds_and_has_teeth(tmp_path, contract, for_types):
    for package in ("cnn", "digitscope"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    added = defaultdict(list)
    for path, target in FORBIDDEN[contract]:
        added[path].append(target)
    for path, targets in added.items():
        lines = "".join(f"    import {target}\n" for target in targets)
        condition = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n" if for_types else "if True:\n"
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{condition}{lines}")
    said = linted(tmp_path)
    assert said.returncode == 1
    assert f"{contract} BROKEN" in said.stdout
    report = " ".join(said.stdout.split())
    for path, target in FORBIDDEN[contract]:
        module = path.removesuffix(".py").replace("/", ".")
        assert re.search(rf"{re.escape(module)} -> {re.escape(target)} \(l\.\d", report), (path, target)


def test_every_contract_is_tried_and_none_has_an_exemption():
    assert contracts().keys() == FORBIDDEN.keys()
    for contract in contracts().values():
        assert {key for key in contract if "ignore" in key or "allow" in key} == set()


def test_no_import_is_hidden_from_the_contracts():
    calls = [line for room in ("cnn", "digitscope") for line in calls_and_imports(room)]
    by_name = {line.split(":")[0] for line in calls if re.search(r"import_module\(|__import__\(", line)}
    # A shim over the whole house; and the server, which loads the one page that it shows.
    assert by_name == {"cnn/__main__.py", "digitscope/server/app.py"}


def circle(graph: Graph) -> list[str]:
    """Files that import each other in a circle, [] where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_files_import_each_other_in_a_circle():
    graph = imports()
    assert len(graph) > 200
    assert circle(graph) == []
    # It would be noticed: a layer that knows the network, for its types alone.
    assert circle(graph | {"cnn/layers.py": {"cnn/network.py"}})


def test_tests_benchmarks_and_docs_share_only_through_testkit():
    wrong = {
        (path, target)
        for path, targets in imports().items()
        for target in targets
        if (place(target) in ("tests", "benchmarks", "docs") and place(path) != place(target))
        or (place(target) == "testkit" and place(path) not in ("testkit", "tests", "benchmarks", "docs"))
    }
    assert wrong == set()


def test_the_picture_of_the_house_shows_the_real_imports():
    picture = ElementTree.parse(PROJECT / "docs" / "house.svg")
    drawn = {tuple(one.attrib["id"].split("..")[1:]) for one in picture.iter() if ".." in one.attrib.get("id", "")}
    assert drawn == {pair for pair in arrows() if not any("__" in part for part in pair)}, "python -m docs.house"


def test_the_api_pages_are_built_from_the_docstrings(tmp_path):
    command = [sys.executable, "-m", "docs.api", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    for path, name in (
        ("cnn/layers.html", "Conv3x3"),
        ("cnn/fast/plan.html", "Plan"),
        ("digitscope/recognition/reader.html", "Reader.read"),
    ):
        assert f'id="{name}"' in (tmp_path / path).read_text("utf-8")


def test_the_newest_version_is_the_same_everywhere():
    changes = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## \[(\d[^]]*)\]", changes, re.MULTILINE)[0] == __version__
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == __version__
    assert {"cff-version", "message", "title", "authors", "license"} <= citation.keys()


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


@pytest.mark.parametrize("everything", [False, True])
def test_the_test_command_runs_all_checks_and_fails_with_any(monkeypatch, everything):
    gate = runpy.run_path(str(PROJECT / "scripts" / "test.py"))["main"]
    ran: list[list[str]] = []
    failing: list[str] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        ran.append([Path(command[0]).stem, *command[1:]])
        return subprocess.CompletedProcess(command, int(any(part in command for part in failing)))

    monkeypatch.setitem(gate.__globals__, "set_up", lambda requirements: Path("bin/python"))
    monkeypatch.setitem(gate.__globals__, "find_browser", lambda python: "a browser")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["scripts/test.py", *(["--all"] if everything else []), "-x"])
    assert gate() == 0
    assert [" ".join(command[:4]) for command in ran] == [
        "python -m ruff check",
        "python -m ruff format",
        "lint-imports --no-logo --no-cache",
        "python -m mypy",
        "python -m pytest -n",
        *(["python -m pytest -m"] if everything else []),
    ]
    assert [command[-1] for command in ran if "pytest" in command] == ["-x"] * (1 + everything)
    for part in ("check", "--check", "--no-cache", "mypy", "pytest"):
        failing[:] = [part]
        assert gate() == 1


def test_files_that_documents_point_to_exist():
    links = [
        (document.name, document.parent / link)
        for document in DOCUMENTS
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if "://" not in link
    ]
    assert len(links) > 20
    assert [(name, link) for name, link in links if not link.exists()] == []


def test_files_and_commands_that_documents_name_exist():
    said = "\n".join(document.read_text("utf-8") for document in DOCUMENTS)
    paths = set(re.findall(rf"`((?:{'|'.join(PACKAGES)}|deploy|pretrained|data)/[\w./-]*)", said))
    assert len(paths) > 30
    assert sorted(path for path in paths if not (PROJECT / path).exists()) == []
    modules = set(re.findall(r"python -m ((?:cnn|digitscope|benchmarks|docs)[\w.]*)", said))
    assert len(modules) > 10
    files = {module: PROJECT / module.replace(".", "/") for module in modules}
    assert [
        module
        for module, file in files.items()
        if not (file.with_suffix(".py").exists() or (file / "__main__.py").exists())
    ] == []


def test_every_requirement_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-audit.txt"):
        for line in (PROJECT / name).read_text("utf-8").splitlines():
            assert not line.strip() or line.startswith(("#", "-r ")) or "==" in line, line


def test_a_browser_that_is_named_and_does_not_exist_is_said(monkeypatch, capsys):
    monkeypatch.setenv("DIGITSCOPE_BROWSER", "/no/such/browser")
    with pytest.raises(SystemExit) as ended:
        environment.find_browser(PROJECT)
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
