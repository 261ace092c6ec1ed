"""The reader as a library: strokes, numbers, pictures and rubbish in, a reading out."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cnn import weights
from cnn.architectures import build, stack
from cnn.layers import Flatten, Softmax
from cnn.test_time_augmentation import CONFIDENT
from digitscope.digits.io.photo import PhotoError
from digitscope.digits.prefixes import moments
from digitscope.digits.preprocess import PREPROCESSING, prepare
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading, WeightsError
from testkit.paths import PROJECT


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.shipped()


def test_every_sample_is_read(reader):
    assert {digit: [reader.read(strokes).text for strokes in two] for digit, two in SAMPLES.items()} == {
        digit: [str(digit)] * 2 for digit in range(10)
    }


def test_a_number_is_cut_and_its_least_certain_piece_is_shown(reader):
    two, one = SAMPLES[2][0].paths[0], SAMPLES[1][0].paths[0]
    reading = reader.read(Strokes((two, one + np.array([1.6, 0])), 3.0))
    assert reading.text == "21"
    assert len(reading.pieces) == 2
    assert reading.shown == int(reading.verdict.likelihood.argmin())
    assert reading.probabilities is not None
    assert reading.probabilities.argmax() == int(reading.text[reading.shown])


def test_the_layers_are_those_of_the_picture_that_is_shown(reader):
    reading = reader.read(SAMPLES[7][0])
    expected = [output[..., 0] for _, output in reader.network.trace(reading.prepared.picture[None])]
    assert [name for name, _ in reading.layers] == [name for name, _ in reader.network.layers]
    for (_, values), own in zip(reading.layers, expected, strict=True):
        np.testing.assert_allclose(values, own, atol=1e-4)


def test_a_picture_is_read_from_an_image_a_path_and_a_file(reader, tmp_path):
    picture = prepare(SAMPLES[4][0]).picture
    assert picture is not None
    image = Image.fromarray(255 - picture).resize((280, 280), Image.Resampling.BICUBIC)
    path = tmp_path / "four.png"
    image.save(path)
    assert [reader.read(given).text for given in (image, path, str(path), BytesIO(path.read_bytes()))] == ["4"] * 4
    assert reader.read(prepare(SAMPLES[4][0])).text == "4"


def test_nothing_and_rubbish(reader, tmp_path):
    empty = reader.read(Strokes(()))
    assert (empty.text, empty.probabilities, empty.refused) == ("", None, False)
    assert empty.prepared.reason
    scribble = reader.read(Strokes((np.random.default_rng(1).uniform(0, 300, (60, 2)),), 340.0))
    assert scribble.refused
    assert scribble.text == ""
    path = tmp_path / "no.png"
    path.write_bytes(b"no picture")
    with pytest.raises(PhotoError, match=r"no\.png"):
        reader.read(path)


def test_with_the_pen_down_each_picture_is_read_once(reader, monkeypatch):
    read: list[int] = []
    real = reader.tracer.trace

    def counted(picture: np.ndarray) -> list[tuple[str, np.ndarray]]:
        read.append(1)
        return real(picture)

    monkeypatch.setattr(reader.tracer, "trace", counted)
    prefixes = (drawn for two in SAMPLES.values() for drawn in moments(two[0], 8))
    doubtful = next(drawn for drawn in prefixes if is_doubtful(real, drawn))
    reader.read(doubtful, pen_down=True)
    assert len(read) == 1
    reader.read(doubtful)
    assert len(read) > 10


def is_doubtful(trace, strokes: Strokes) -> bool:
    picture = prepare(strokes).picture
    return picture is not None and len(strokes.paths) == 1 and trace(picture)[-1][1].max() < CONFIDENT


def test_many_threads_share_a_reader(reader):
    drawings = [strokes for two in SAMPLES.values() for strokes in two] * 5
    alone = [reader.read(strokes).probabilities for strokes in drawings]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda strokes: reader.read(strokes).probabilities, drawings))
    np.testing.assert_array_equal(np.array(alone), np.array(together))


def test_a_few_pictures_and_many_give_the_same_outputs(reader):
    pictures = np.array([prepare(strokes).picture for two in SAMPLES.values() for strokes in two])
    np.testing.assert_allclose(reader.outputs(pictures), reader.outputs(np.tile(pictures, (5, 1, 1)))[:20], atol=1e-5)


def test_fingerprints_are_of_the_weights_and_not_of_the_object():
    one, same, other = build("notebook", seed=1), build("notebook", seed=1), build("notebook", seed=2)
    assert Reader(one).fingerprint == Reader(same).fingerprint
    assert Reader(one).fingerprint != Reader(other).fingerprint
    assert Reader(one).named("mine").fingerprint == Reader(one).fingerprint


@pytest.mark.parametrize(
    ("network", "facts", "sentence"),
    [
        (build("notebook"), {"preprocessing": PREPROCESSING + 1}, "train it anew"),
        (build("notebook"), {}, "version None"),
        (stack([Flatten(), Softmax(3)]), {"preprocessing": PREPROCESSING}, "ten answers, or eleven"),
    ],
)
def test_weights_that_cannot_read_are_refused_in_a_sentence(network, facts, sentence):
    with pytest.raises(WeightsError, match=sentence) as error:
        Reader.from_bytes(weights.to_bytes(network, **facts), "mine.npz")
    assert str(error.value).startswith("mine.npz")
    with pytest.raises(WeightsError, match=r"^mine\.npz"):
        Reader.from_bytes(b"rubbish", "mine.npz")


def test_without_a_network_a_drawing_is_framed_and_not_read():
    reading = Reading.unread(SAMPLES[3][0])
    assert reading.prepared.picture is not None
    assert (reading.text, reading.probabilities, reading.layers) == ("", None, [])


def test_a_reader_needs_numpy_and_pillow_alone():
    code = (
        "import sys, digitscope.recognition, digitscope.recognition.timeline\n"
        "from digitscope.recognition import Reader\n"
        "from digitscope.digits.samples import SAMPLES\n"
        "assert Reader.shipped().read(SAMPLES[5][0]).text == '5'\n"
        "top = {name.split('.')[0] for name in sys.modules}\n"
        "print(*sorted(top - set(sys.stdlib_module_names) - {'__main__'}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    modules = [name for name in ended.stdout.split() if not name.startswith(("_", "cython_runtime", "sitecustomize"))]
    assert modules == ["PIL", "cnn", "digitscope", "numpy"]
