"""Memory use of a training run, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from testkit.paths import PROJECT


@pytest.mark.measured
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports the peak memory of a process in /proc")
def test_training_on_all_of_mnist_stays_below_700_mb():
    code = (
        "from cnn.architectures import build\n"
        "from cnn.fast.engine import FastEngine\n"
        "from cnn.settings import Settings\n"
        "from cnn.training import Run, fit\n"
        "from digitscope.digits.io import mnist\n"
        "digits = mnist.load()\n"
        "run = Run(build('reader'), Settings(seconds=2))\n"
        "for event in fit(run, digits.training, digits.validation, engine=FastEngine()):\n"
        "    pass\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    kilobytes = int(ended.stdout.splitlines()[-1])
    assert 100_000 < kilobytes < 700_000
