"""The kind of file that weights and checkpoints are: `.npz` arrays beside a JSON header, never a pickle.

A file from a stranger can therefore be wrong, but not harmful; every way in which it can be wrong ends in
one sentence.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]

LARGEST = 32 * 2**20
"""Bytes, packed or unpacked, beyond which a file is refused unread. Our network needs one."""

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    KeyError,
    OSError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)
"""What `zipfile` and `numpy.load` raise on files that are damaged, or were never theirs."""


class FileError(ValueError):
    """A file that cannot be read or written; the message is one sentence for the person who tried."""


def pack(header: dict[str, Any], arrays: Arrays) -> bytes:
    """The file's bytes. `header` holds plain JSON values, no array may be named "header"."""
    text = np.frombuffer(json.dumps(header, indent=1).encode(), np.uint8)
    buffer = BytesIO()
    np.savez_compressed(buffer, header=text, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(packed: bytes, name: str, kind: str) -> tuple[dict[str, Any], Arrays]:
    """Header and arrays of a file that says `kind` under "format"; `name` is what errors call the file.

    Only float32 arrays of finite numbers pass. Raises FileError.
    """
    if len(packed) > LARGEST:
        raise FileError(f"{name} is larger than {LARGEST // 2**20} MB: that is no network of ours.")
    try:
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            # A small file may unpack to a huge one; its list of contents says so before anything is unpacked.
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError("it would unpack to far more than a network needs.")
        with np.load(BytesIO(packed), allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except DAMAGE as error:
        raise FileError(f"{name} is not a whole weights file: {sentence(error)}") from error
    if "header" not in arrays:
        raise FileError(f"{name} was not written by DigitScope: it has no header.")
    try:
        header = json.loads(bytes(arrays.pop("header").astype(np.uint8)))
    except (ValueError, TypeError, RecursionError) as error:
        raise FileError(f"{name} has a header that cannot be read: {sentence(error)}") from error
    if not isinstance(header, dict) or header.get("format") != kind:
        raise FileError(f'{name} is another kind of file: its header does not say "{kind}".')
    for key, array in arrays.items():
        if array.dtype != np.float32:
            raise FileError(f"{name} does not hold together: {key} is {array.dtype}, not float32.")
        if not np.isfinite(array).all():
            raise FileError(f"{name} does not hold together: {key} holds values that are not finite.")
    return header, arrays


def write(path: str | os.PathLike[str], content: bytes) -> None:
    """Put `content` at `path`, whole or not at all: it is written beside its place and then moved there.

    Raises FileError when the disk refuses.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # temporary files are private, weights are not
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise FileError(f"{path} could not be written: {error.strerror or error}.") from error


def read(path: str | os.PathLike[str]) -> bytes:
    """The file's bytes, but no more than are needed to see that it is too large. Raises FileError."""
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(f"{path} cannot be opened: {error.strerror or error}.") from error


def sentence(error: BaseException) -> str:
    """Return an exception's message, ending with a full stop."""
    text = str(error).strip("' \n") or type(error).__name__
    return text if text.endswith(".") else f"{text}."
