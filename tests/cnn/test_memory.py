"""How much memory a run takes, measured where nothing else runs: in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PROJECT


def test_training_on_all_of_mnist_stays_below_700_mb():
    pytest.importorskip("resource", reason="Windows does not tell a process's highest use of memory")
    code = (
        "import resource\n"
        "from cnn.architectures import build\n"
        "from cnn.fast.engine import FastEngine\n"
        "from cnn.settings import Settings\n"
        "from cnn.training import Run, fit\n"
        "from digits import mnist\n"
        "digits = mnist.load()\n"
        "run = Run(build('reader'), Settings(seconds=2))\n"
        "for event in fit(run, digits.training, digits.validation, engine=FastEngine()):\n"
        "    pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    highest = int(ended.stdout.splitlines()[-1])
    if sys.platform == "darwin":  # bytes there, kilobytes on Linux
        highest //= 1024
    assert 100_000 < highest < 700_000
