"""Weight files: what was saved is what is loaded, and whatever else lies in a file is refused in one sentence."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile

import numpy as np
import pytest

from cnn import container, weights
from cnn.architectures import build
from cnn.weights import WeightsError


def as_file(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def header(**facts) -> np.ndarray:
    return np.frombuffer(json.dumps({"format": weights.FORMAT, **facts}).encode(), np.uint8)


def test_what_was_saved_is_what_is_loaded(tmp_path, digits):
    network = build("digitscope", seed=4)
    network.train(digits.train_images[:32], digits.train_labels[:32])
    path = tmp_path / "new folder" / "net.npz"
    weights.save(path, network, seed=4, data="MNIST", validation_accuracy=0.5)
    again, facts = weights.load(path)
    assert repr(again) == repr(network)
    assert facts["seed"] == 4
    assert facts["validation_accuracy"] == 0.5
    np.testing.assert_array_equal(
        again.predict_output(digits.test_images[:9]), network.predict_output(digits.test_images[:9])
    )
    assert [entry.name for entry in path.parent.iterdir()] == ["net.npz"]


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(share):
    packed = weights.to_bytes(build("notebook"))
    with pytest.raises(WeightsError, match=r"net\.npz") as refusal:
        weights.from_bytes(packed[: int(share * len(packed))], "net.npz")
    assert "\n" not in str(refusal.value)


def test_a_flipped_bit_is_noticed():
    packed = bytearray(weights.to_bytes(build("notebook")))
    packed[len(packed) // 2] ^= 1
    with pytest.raises(WeightsError):
        weights.from_bytes(bytes(packed), "net.npz")


ONE = np.zeros(1, np.float32)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"hello",
        np.random.default_rng(0).bytes(10_000),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        as_file(a=ONE),
        as_file(header=np.frombuffer(b"{", np.uint8)),
        as_file(header=np.frombuffer(b"[1]", np.uint8)),
        as_file(header=np.frombuffer(b'{"format": "other"}', np.uint8)),
        as_file(header=np.zeros((2, 2), np.float32)),
        as_file(header=header()),
        as_file(header=header(layers=[])),
        as_file(header=header(layers="Conv3x3")),
        as_file(header=header(layers=[{"layer": "os.system"}])),
        as_file(header=header(layers=[{"layer": "Softmax", "sizes": [10], "init": "he"}])),
        as_file(header=np.frombuffer(b"[" * 100_000, np.uint8)),
    ],
)
def test_a_foreign_file_is_refused(packed):
    with pytest.raises(WeightsError, match=r"^thing\.npz") as refusal:
        weights.from_bytes(packed, "thing.npz")
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) < 300


class _Bomb:
    def __init__(self, place) -> None:
        self.place = str(place)

    def __reduce__(self):
        return os.mkdir, (self.place,)


def test_a_pickle_is_never_opened(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, header=header(), bad=np.array([_Bomb(tmp_path / "opened")], dtype=object))
    with pytest.raises(WeightsError):
        weights.from_bytes(buffer.getvalue(), "net.npz")
    assert not os.path.exists(tmp_path / "opened")


def changed(change) -> bytes:
    network = build("notebook")
    arrays = {name: array.copy() for name, array in network.params.items()}
    head = {"format": weights.FORMAT, "layers": weights.to_list(network)}
    change(head, arrays)
    return as_file(header=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)


def _drop(head, arrays):
    del arrays["conv1.bias"]


def _add(head, arrays):
    arrays["conv9.bias"] = ONE


def _reshape(head, arrays):
    arrays["conv1.weights"] = arrays["conv1.weights"].reshape(8, 3, 3, 1)


def _nan(head, arrays):
    arrays["conv1.weights"][0] = np.nan


def _double(head, arrays):
    arrays["conv1.bias"] = arrays["conv1.bias"].astype(np.float64)


def _huge(head, arrays):
    head["layers"][0]["num_filters"] = 10**12


def _wide(head, arrays):
    head["layers"] = [{"layer": "Conv3x3", "num_filters": 1, "init": "he"}] * 65


def _unfit(head, arrays):
    head["layers"][2]["sizes"] = [7, 10]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_drop, "more than the"),
        (_add, "conv9.bias"),
        (_reshape, "conv1.weights"),
        (_nan, "finite"),
        (_double, "float64"),
        (_huge, "more than"),
        (_wide, "64 layers"),
        (_unfit, "1352"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change, word):
    with pytest.raises(WeightsError, match=word):
        weights.from_bytes(changed(change), "net.npz")


def test_a_layer_that_would_fill_the_memory_is_refused_before_it_is_made():
    arrays = {"a": np.zeros(400_000, np.float32)}
    layers = [
        {"layer": "Conv3x3", "num_filters": 20_000, "init": "he"},
        {"layer": "Softmax", "sizes": [10], "init": "he"},
    ]
    with pytest.raises(WeightsError, match="values"):
        weights.from_bytes(as_file(header=header(layers=layers), **arrays), "net.npz")


def test_a_file_that_unpacks_to_far_too_much_is_refused_unread():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.npy", bytes(container.LARGEST + 1))
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(WeightsError, match="far more"):
        weights.from_bytes(buffer.getvalue(), "net.npz")


def test_a_file_that_is_far_too_large_is_refused_unread():
    with pytest.raises(WeightsError, match="larger than 32 MB"):
        weights.from_bytes(bytes(container.LARGEST + 1), "net.npz")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(WeightsError, match=r"none\.npz"):
        weights.load(tmp_path / "none.npz")
    with pytest.raises(WeightsError, match="cannot be opened"):
        weights.load(tmp_path)


@pytest.mark.parametrize("when", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, when):
    path = tmp_path / "net.npz"
    weights.save(path, build("notebook", seed=1))
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, when, full)
    with pytest.raises(WeightsError, match="No space left"):
        weights.save(path, build("notebook", seed=2))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.npz"]
