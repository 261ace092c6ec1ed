"""MNIST: the known 70,000 digits, read without a network; missing and damaged files are named."""

from __future__ import annotations

import gzip
import shutil
import socket

import numpy as np
import pytest

from digitscope.digits.io import mnist
from digitscope.digits.io.mnist import CHECKSUMS, DATA_FOLDER, MnistError


def test_the_known_digits(digits):
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.test_images.shape == (10_000, 28, 28)
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(digits.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert digits.train_images.mean() == pytest.approx(33.318, abs=0.001)


def test_what_is_held_out_is_the_last_5000_and_not_learned_from(digits):
    assert len(digits.training[0]) == 55_000
    np.testing.assert_array_equal(digits.validation[0], digits.train_images[55_000:])
    np.testing.assert_array_equal(digits.validation[1], digits.train_labels[55_000:])


def test_the_shared_arrays_cannot_be_written_to(digits):
    with pytest.raises(ValueError, match="read-only"):
        digits.train_images[0, 0, 0] = 1


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "mnist"
    shutil.copytree(DATA_FOLDER, folder)
    return folder


def test_no_network_is_asked(copied, monkeypatch):
    def refuse(*arguments, **more):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert len(mnist.load(copied).train_images) == 60_000


@pytest.mark.parametrize("name", CHECKSUMS)
def test_a_missing_file_is_named(copied, name, monkeypatch):
    (copied / name).unlink()
    with pytest.raises(MnistError, match=f"{name} is missing"):
        mnist.load(copied)


def test_damaged_files_are_named(copied):
    labels, images = copied / "t10k-labels-idx1-ubyte.gz", copied / "train-images-idx3-ubyte.gz"
    content = gzip.decompress(labels.read_bytes())
    labels.write_bytes(gzip.compress(content[:-1] + b"\x07"))
    with pytest.raises(MnistError, match=r"t10k-labels.*checksum"):
        mnist.load(copied)
    images.write_bytes(images.read_bytes()[:100_000])
    with pytest.raises(MnistError, match=r"train-images.*cannot be read"):
        mnist.load(copied)
    images.write_bytes(b"<html>moved</html>")
    with pytest.raises(MnistError, match=r"train-images.*cannot be read"):
        mnist.load(copied)
