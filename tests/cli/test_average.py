"""digitscope average and calibrate --like: the mean of weights, and what a calibration may be taken from."""

from __future__ import annotations

import numpy as np
import pytest

from cnn import weights
from cnn.architectures import build
from digitscope.cli.main import main
from digitscope.digits.preprocess import PREPROCESSING
from digitscope.digits.samples import SAMPLES


def saved(path, architecture, seed, **facts):
    network = build(architecture, seed)
    weights.save(path, network, preprocessing=PREPROCESSING, seed=seed, **facts)
    return network


@pytest.fixture
def drawings(tmp_path):
    text = ""
    for digit, pair in SAMPLES.items():
        for strokes in pair:
            text += f'.SEGMENT DIGIT 0 ? "{digit}"\n.COMMENT {digit} me 0\n'
            for path in strokes.paths:
                points = "\n".join(f"{1000 * x:.0f} {1000 * (1 - y):.0f}" for x, y in path)
                text += f".PEN_DOWN\n{points}\n.PEN_UP\n"
    path = tmp_path / "mine.unipen"
    path.write_text(text)
    return path


def test_the_mean_is_the_mean_and_is_not_calibrated(tmp_path, capsys):
    first = saved(tmp_path / "a.npz", "notebook", 0, temperature=2.0, refuse_above=0.5, settings={"epochs": 3})
    second = saved(tmp_path / "b.npz", "deeper", 1)
    assert main(["average", str(tmp_path / "a.npz"), str(tmp_path / "b.npz"), "--out", str(tmp_path / "m.npz")]) == 2
    assert "b.npz has other layers" in capsys.readouterr().err
    second = saved(tmp_path / "b.npz", "notebook", 1)
    second.params["conv1.weights"][:] += 1
    weights.save(tmp_path / "b.npz", second, preprocessing=PREPROCESSING, seed=1)
    assert main(["average", str(tmp_path / "a.npz"), str(tmp_path / "b.npz"), "--out", str(tmp_path / "m.npz")]) == 0
    mean, header = weights.load(tmp_path / "m.npz")
    for name, array in mean.params.items():
        np.testing.assert_allclose(array, (first.params[name] + second.params[name]) / 2, atol=1e-6)
    assert "temperature" not in header
    assert "refuse_above" not in header
    assert header["settings"] == {"epochs": 3}
    assert header["averaged"] == ["a.npz, seed 0", "b.npz, seed 1"]
    assert header["validation_images"] == 5000


def test_a_calibration_is_taken_only_from_a_calibrated_network(tmp_path, capsys, drawings):
    saved(tmp_path / "a.npz", "notebook", 0)
    saved(tmp_path / "b.npz", "notebook", 1)
    command = ["calibrate", str(tmp_path / "a.npz"), "--strokes", str(drawings), "--like", str(tmp_path / "b.npz")]
    assert main(command) == 2
    assert "b.npz is not calibrated" in capsys.readouterr().err
    least = [0.1] * 10
    saved(tmp_path / "b.npz", "notebook", 1, temperature=2.0, least_probabilities=least, refuse_above=0.4)
    before = weights.load(tmp_path / "a.npz")[0].params["softmax1.weights"]
    assert main(command) == 0
    network, header = weights.load(tmp_path / "a.npz")
    np.testing.assert_allclose(network.params["softmax1.weights"], before / 2, rtol=1e-6)
    assert header["temperature"] == 2.0
    assert header["least_probabilities"] == pytest.approx(least)
    assert header["refuse_above"] == 0, "ten answers: nothing is ever more likely no digit"
    assert "b.npz" in header["calibrated_on"]
