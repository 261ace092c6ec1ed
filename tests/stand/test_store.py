"""The stand's memory: what was confirmed is there, whoever writes, whatever ends the writer."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.stand.store import Store, StoreError
from testkit.paths import PROJECT

WRITER = """
import sys
import numpy as np
from digitscope.digits.strokes import Strokes
from digitscope.stand.store import Store

store = Store(sys.argv[1])
print("ready", flush=True)
place = 0
while True:
    number = store.keep(Strokes((np.full((40, 2), place % 100 / 100.0),), 1.0), place % 10, 3, 0.5, network=sys.argv[2])
    print(number, place % 10, flush=True)  # the visitor is thanked
    place += 1
"""
"""Keeps drawings one after the other, and confirms each on its standard output."""


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "stand.sqlite")
    yield store
    store.close()


def write_until_killed(path: Path, name: str, confirm: int) -> dict[int, int]:
    """Start a writer, kill it when it has confirmed so many drawings; what it confirmed: number -> label."""
    command = [sys.executable, "-c", WRITER, str(path), name]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines: list[str] = []
        while len(lines) <= confirm:
            lines.append(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read().splitlines(keepends=True)
    confirmed = [line.split() for line in [*lines, *rest] if line.endswith("\n") and line != "ready\n"]
    return {int(number): int(label) for number, label in confirmed}


def test_what_was_confirmed_survives_a_kill_at_any_moment(tmp_path):
    path = tmp_path / "stand.sqlite"
    confirmed: dict[int, int] = {}
    for turn in range(5):
        confirmed |= write_until_killed(path, f"writer {turn}", 1 + 7 * turn)
    store = Store(path)
    kept = {drawing.number: drawing for drawing in store.drawings()}
    assert len(confirmed) >= 1 + 8 + 15 + 22 + 29
    assert {number: kept[number].label for number in confirmed} == confirmed
    assert all(drawing.strokes.paths[0].shape == (40, 2) for drawing in kept.values())
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_several_processes_write_at_once(tmp_path):
    path = tmp_path / "stand.sqlite"
    command = [sys.executable, "-c", WRITER.replace("while True", "while place < 40"), str(path)]
    writers = [
        subprocess.Popen([*command, f"writer {i}"], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for i in range(3)
    ]
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == b""
    store = Store(path)
    names = [drawing.network for drawing in store.drawings()]
    assert {name: names.count(name) for name in names} == {f"writer {i}": 40 for i in range(3)}
    store.close()


SAFE = {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1, "secure_delete": 1, "foreign_keys": 1}
"""SQLite's own words: 2 is FULL."""


def test_every_commit_waits_for_the_disk(store):
    """On each of many connections, for the file cannot remember it (but for the journal's kind)."""
    connections = [store.engine.connect() for _ in range(8)]  # all open at once
    for connection in connections:
        told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in SAFE}
        assert told == SAFE
        connection.close()


def test_new_folders_and_backups_get_their_names_for_good(tmp_path, monkeypatch):
    synced: list[Path] = []
    monkeypatch.setattr("digitscope.stand.store._sync", synced.append)
    store = Store(tmp_path / "new" / "deep" / "stand.sqlite")
    assert synced == [tmp_path, tmp_path / "new"]
    store.backup(tmp_path / "stick" / "copy.sqlite")
    assert synced[2:] == [tmp_path, tmp_path / "stick"]
    store.close()


class Disk:
    """What a power cut leaves: all that was waited for, and of what was written since, nobody knows what."""

    def __init__(self, path: Path) -> None:
        self.main, self.ahead = path, path.with_name(f"{path.name}-wal")

    def now(self) -> tuple[bytes, bytes]:
        return self.main.read_bytes(), self.ahead.read_bytes() if self.ahead.exists() else b""

    @staticmethod
    def opened(folder: Path, main: bytes, ahead: bytes) -> set[int]:
        """The numbers of the drawings in files like these, which have to be whole."""
        path = folder / "after.sqlite"
        for ending, content in (("", main), ("-wal", ahead)):
            path.with_name(path.name + ending).write_bytes(content)
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        store = Store(path)
        numbers = {drawing.number for drawing in store.drawings()}
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        store.close()
        return numbers


def test_a_power_cut_in_the_middle_of_writing_takes_nothing_that_was_confirmed(store, tmp_path, rng):
    disk = Disk(store.path)
    confirmed: set[int] = set()
    for _ in range(12):
        main, before = disk.now()
        assert confirmed == Disk.opened(tmp_path, main, before), "all that was confirmed is in the files already"
        number = store.keep(SAMPLES[8][0], 8, 8, 0.9)
        after = disk.now()[1]
        # The next commit is under way: any part of it has reached the disk, or its room is there and still empty.
        assert after[: len(before)] == before, "what was written ahead stays as it is"
        cut = int(rng.integers(len(before), len(after)))
        for rest in (b"", bytes(len(after) - cut), rng.bytes(len(after) - cut)):
            assert Disk.opened(tmp_path, main, after[:cut] + rest) == confirmed
        confirmed.add(number)


def test_a_power_cut_while_the_file_takes_over_what_was_written_ahead(store, tmp_path, rng):
    confirmed = {store.keep(SAMPLES[digit][0], digit, digit, 0.9) for digit in range(10)}
    disk = Disk(store.path)
    before, ahead = disk.now()
    store._tidy()
    after, left = disk.now()
    assert left == b""
    page = 4096
    assert len(after) % page == 0
    assert after != before
    for _ in range(8):
        # Some pages of the file are the new ones, others not yet, and the last may be torn.
        parts = [(after if rng.random() < 0.5 else before)[i : i + page] for i in range(0, len(after), page)]
        torn = b"".join(parts)[: int(rng.integers(len(before), len(after) + 1))]
        assert Disk.opened(tmp_path, torn, ahead) == confirmed
    assert Disk.opened(tmp_path, after, b"") == confirmed


def test_a_drawing_comes_back_as_it_was(store):
    seven = SAMPLES[7][1]
    board = Strokes(tuple(340 * path for path in seven.paths), 340.0)
    at = datetime(2026, 11, 24, 15, 30, 12)
    number = store.keep(board, 7, None, 0.25, occasion="fool", network="the shipped network", at=at)
    (kept,) = store.drawings("2026-11-24")
    assert (kept.number, kept.at, kept.occasion, kept.label, kept.said) == (number, at, "fool", 7, None)
    assert not kept.right
    assert [path.shape for path in kept.strokes.paths] == [path.shape for path in seven.paths]
    for ours, theirs in zip(kept.strokes.paths, seven.paths, strict=True):
        assert np.abs(ours - theirs).max() < 0.0001
    assert store.drawings("2026-11-25") == []
    assert store.drawings(occasion="draw") == []


def test_a_deleted_drawing_is_gone_from_the_file_and_its_number_is_not_used_again(store):
    for name in ("stays", "find-me-on-the-disk", "stays"):
        number = store.keep(SAMPLES[1][0], 1, 1, 0.9, network=name)
    assert store.delete(2)
    assert not store.delete(2)
    assert [drawing.number for drawing in store.drawings()] == [3, 1]
    assert all(b"find-me-on-the-disk" not in file.read_bytes() for file in store.path.parent.iterdir())
    assert store.delete(number)
    assert store.keep(SAMPLES[1][0], 1, 1, 0.9) == 4


def test_the_best_of_a_day(store):
    at = datetime(2026, 11, 24, 12)
    for nickname, points, seconds in (("Ada", 7, 30), ("Bob", 9, 28), ("Cleo", 9, 21), ("Dora", 7, 30), ("Eve", 1, 30)):
        store.add_score("ten", nickname, points, seconds, at=at)
    store.add_score("ten", "Yesterday", 10, 12, at=datetime(2026, 11, 23, 12))
    store.add_score("hour", "Other", 999, 1, at=at)
    best = store.best("2026-11-24", "ten", 4)
    assert [score.nickname for score in best] == ["Cleo", "Bob", "Ada", "Dora"]
    assert store.delete_score(best[0].number)
    assert [score.nickname for score in store.best("2026-11-24", "ten", 1)] == ["Bob"]
    assert not store.delete_score(999)


def test_settings_stay(store):
    assert store.setting("pause", 45) == 45
    store.set("pause", 60)
    assert Store(store.path).setting("pause") == 60
    store.set("pause", None)
    assert store.setting("pause") is None


def test_a_hand_is_kept(store):
    number = store.keep_network(b"weights")
    assert store.network(number) == b"weights"
    assert [kept for kept, _ in store.networks()] == [number]
    assert store.network(99) is None


def test_a_backup_while_others_write(store, tmp_path):
    first = store.keep(SAMPLES[4][0], 4, 4, 0.8)
    writing = store.engine.connect()
    writing.exec_driver_sql("INSERT INTO settings VALUES ('unfinished', '1')")
    to = tmp_path / "carried" / "away.sqlite"
    store.backup(to)
    writing.rollback()
    writing.close()
    copy = Store(to)
    assert [drawing.number for drawing in copy.drawings()] == [first]
    assert copy.setting("unfinished") is None
    copy.close()
    assert not to.with_name("away.sqlite.part").exists()


def test_files_that_cannot_be_used_are_told_in_a_sentence(tmp_path):
    foreign = tmp_path / "holiday.sqlite"
    foreign.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"holiday\.sqlite cannot be used"):
        Store(foreign)
    with pytest.raises(StoreError, match="cannot be made"):
        Store(foreign / "below" / "stand.sqlite")
    store = Store(tmp_path / "stand.sqlite")
    with pytest.raises(StoreError, match="cannot be written"):
        store.backup(foreign / "copy.sqlite")
    store.close()
