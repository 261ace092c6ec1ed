"""The wheel: built, installed apart from the project, and used from another folder, as a stranger would."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from zipfile import ZipFile

import numpy as np
import psutil
import pytest
from PIL import Image

from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from testkit.paths import PROJECT
from testkit.server import fetch

BLOCKS = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text("utf-8"), re.DOTALL)


@dataclass
class Installed:
    """A copy of the package in a folder of its own, and another folder to call it from."""

    wheel: Path
    folder: Path
    elsewhere: Path

    @property
    def environment(self) -> dict[str, str]:
        """The copy before all else on Python's path; the libraries that it needs are the tests' own."""
        own = {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "XDG_DATA_HOME": str(self.elsewhere)}
        return {name: value for name, value in os.environ.items() if not name.startswith("DIGITSCOPE_")} | own

    def run(self, *command: str) -> str:
        """Run Python with these arguments from the other folder and return what it prints."""
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=self.elsewhere, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def files(self) -> dict[str, int]:
        """Every file of the copy with the time of its last change."""
        return {
            path.relative_to(self.folder).as_posix(): path.stat().st_mtime_ns
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made, folder, elsewhere = (tmp_path_factory.mktemp(name) for name in ("made", "installed", "elsewhere"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", made, PROJECT], check=True)
    (wheel,) = made.iterdir()
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--no-compile", "--target", folder, wheel], check=True)
    Image.fromarray(255 - picture(7)).resize((280, 280)).save(elsewhere / "seven.png")
    return Installed(wheel, folder, elsewhere)


@pytest.fixture
def untouched(installed: Installed) -> Iterator[Installed]:
    """The copy, which must be the same afterwards: it may stand where nobody can write."""
    before = installed.files()
    yield installed
    assert installed.files() == before


def picture(digit: int) -> np.ndarray:
    """Our first sample of the digit, framed (28, 28) uint8."""
    framed = prepare(SAMPLES[digit][0]).picture
    assert framed is not None
    return framed


def test_the_wheel_claims_two_names(installed: Installed):
    with ZipFile(installed.wheel) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"cnn", "digitscope"}


def test_all_that_is_no_code_is_inside(installed: Installed):
    wanted = {
        f"{'' if folder in ('cnn', 'digitscope') else 'digitscope/'}{path.relative_to(PROJECT).as_posix()}"
        for folder in ("cnn", "digitscope", "pretrained", "data")
        for path in (PROJECT / folder).rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(part.startswith(".") for part in path.relative_to(PROJECT).parts)
    }
    assert {".py", ".js", ".css", ".html", ".svg", ".toml", ".npz", ".gz"} <= {Path(name).suffix for name in wanted}
    assert sorted(wanted - installed.files().keys()) == []


def test_what_it_needs_is_what_requirements_txt_says(installed: Installed):
    code = "from importlib.metadata import requires; print('\\n'.join(requires('digitscope')))"
    needed = {line for line in installed.run("-c", code).splitlines() if "extra ==" not in line}
    lines = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    assert needed == {line for line in lines if line and not line.startswith("#")}


def test_readmes_lines_read_strokes_and_a_picture(untouched: Installed):
    (block,) = (block for block in BLOCKS if "picture_or_strokes" in block)
    assert len([line for line in block.splitlines() if line]) == 3
    sources = {
        "'seven.png'": "7",
        "Strokes((np.array([[50.0, 10], [50, 90]]),))": "1",
    }
    for source, digit in sources.items():
        begin = f"import numpy as np\nfrom digitscope.digits.strokes import Strokes\npicture_or_strokes = {source}\n"
        end = "import cnn, digitscope\nprint(cnn.__file__)\nprint(digitscope.__file__)\n"
        said = untouched.run("-c", begin + block + end)
        assert said.split()[0] == digit
        assert len(re.findall(r"\d\.\d*e?[-+]?\d*", said[: said.index("]")])) == 10
        assert [line for line in said.splitlines()[-2:] if not line.startswith(str(untouched.folder))] == []


def test_readmes_other_lines_train_a_network(untouched: Installed):
    (block,) = (block for block in BLOCKS if "picture_or_strokes" not in block)
    said = untouched.run("-c", f"{block}\nprint(accuracy)")
    assert float(said.splitlines()[-1]) > 0.6


@pytest.mark.parametrize("call", [("-m", "digitscope"), ("{folder}/bin/digitscope",), ("-m", "cnn")])
def test_the_command_reads_a_picture(untouched: Installed, call: tuple[str, ...]):
    call = tuple(part.format(folder=untouched.folder) for part in call)
    assert untouched.run(*call, "predict", "seven.png").startswith("seven.png: 7 (")


def test_runs_train_in_processes_of_their_own(untouched: Installed):
    options = ["--images", "500", "--epochs", "1", "--architecture", "notebook", "--seed", "0", "1"]
    assert "seed" in untouched.run("-m", "digitscope", "sweep", *options)


def test_the_page_appears(untouched: Installed):
    code = (
        "from streamlit.testing.v1 import AppTest\n"
        "from digitscope.resources import ENTRY\n"
        "page = AppTest.from_file(str(ENTRY), default_timeout=60).run()\n"
        "print([one.message for one in page.exception], [tab.label for tab in page.tabs])\n"
    )
    said = untouched.run("-c", code)
    assert said.startswith("[] [")
    assert "'Training'" in said


def test_a_stand_keeps_its_data_where_a_user_may_write(untouched: Installed):
    untouched.run("-m", "digitscope", "stand", "backup")
    assert list((untouched.elsewhere / "digitscope" / "stand").glob("backup-*.sqlite"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGHUP"])
def test_run_is_the_server_and_ends_with_it(untouched: Installed, signal_name: str):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "digitscope", "run", "--headless", "--address", "127.0.0.1", "--port", str(port)]
    log = untouched.elsewhere / "log.txt"
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=untouched.elsewhere, env=untouched.environment, stdout=written, stderr=written
        )
    try:
        deadline = monotonic() + 60
        while not healthy(port):
            assert server.poll() is None, log.read_text()
            assert monotonic() < deadline, log.read_text()
            sleep(0.1)
        assert str(untouched.folder / "digitscope" / "entry" / "app.py") in psutil.Process(server.pid).cmdline()
        with fetch(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"], "our server, not Streamlit's"
        server.send_signal(getattr(signal, signal_name))
        server.wait(15)
        assert not healthy(port)
        assert "Traceback" not in log.read_text()
    finally:
        server.kill()
        server.wait()


def healthy(port: int) -> bool:
    """Whether a server answers there."""
    try:
        with fetch(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
