"""The commands that open the page, and the scripts that set up an environment for them."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import environment
import pytest

from digitscope.cli import run
from digitscope.cli.main import main
from testkit.paths import PROJECT


@pytest.mark.skipif(os.name == "nt", reason="Windows has no exec")
@pytest.mark.parametrize("script", ["run", "kiosk"])
def test_the_scripts_become_the_command(monkeypatch, script):
    monkeypatch.setattr(environment, "set_up", lambda requirements: Path("python-of", requirements))
    became: list[tuple[str, list[str]]] = []

    def become(path: str, call: list[str]) -> NoReturn:
        became.append((path, call))
        raise SystemExit

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(sys, "argv", [f"scripts/{script}.py", "--port", "8600"])
    monkeypatch.chdir(PROJECT)
    with pytest.raises(SystemExit):
        runpy.run_path(str(PROJECT / "scripts" / f"{script}.py"), run_name="__main__")
    python = "python-of/requirements.txt"
    assert became == [(python, [python, "-m", "digitscope", script, "--port", "8600"])]


@pytest.mark.parametrize("command", ["run", "kiosk"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "²"])
def test_what_is_no_port_is_refused_in_a_sentence(capsys, command, port):
    with pytest.raises(SystemExit) as ended:
        main([command, f"--port={port}"])
    assert ended.value.code == 2
    assert f"{port} is no port: it is a number from 1 to 65535" in capsys.readouterr().err


def test_the_server_is_started_on_the_pages_script():
    command = run.server_command(8600, "0.0.0.0", headless=True)
    assert command[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(command[4]) == PROJECT / "app.py"
    assert command[5:] == ["--server.port", "8600", "--server.address", "0.0.0.0", "--server.headless", "true"]


@pytest.mark.parametrize(("module", "name"), [("cnn", "python -m cnn"), ("digitscope", "digitscope")])
def test_errors_begin_with_the_name_that_was_called(module, name):
    for arguments, sentence in (
        (["predict", "none.png"], "none.png cannot be read: No such file or directory."),
        (["evaluate", "--limit", "0"], "--limit "),
    ):
        command = [sys.executable, "-m", module, *arguments]
        ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert ended.stderr.startswith(f"{name}: {sentence}")


def test_the_keepers_commands_get_all_their_options(tmp_path, capsys):
    assert main(["stand", "--folder", str(tmp_path / "stand"), "backup", str(tmp_path / "copy.sqlite")]) == 0
    assert (tmp_path / "copy.sqlite").exists()
    assert main(["stand", "--folder", str(tmp_path / "stand"), "delete", "--score", "3"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as ended:
        main(["stand", "--help"])
    assert ended.value.code == 0
    assert "set-pin" in capsys.readouterr().out
