"""The PIN: hashed, and not to be guessed by trying in many tabs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from digitscope.stand import pin
from digitscope.stand.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "stand.sqlite")
    pin.set_pin(store, "2718")
    yield store
    store.close()


def test_right_and_wrong(store):
    assert pin.check(store, "2718").right
    wrong = pin.check(store, "2719")
    assert not wrong.right
    assert wrong.tries_left == pin.TRIES - 1


def test_without_a_pin_nothing_is_right(tmp_path):
    bare = Store(tmp_path / "bare.sqlite")
    assert not pin.is_set(bare)
    assert not pin.check(bare, "").right
    bare.close()


def test_the_file_does_not_hold_the_pin(store):
    store.engine.dispose()
    assert all(b"2718" not in file.read_bytes() for file in store.path.parent.iterdir())


def test_two_stands_with_the_same_pin_have_other_hashes(store, tmp_path):
    other = Store(tmp_path / "other.sqlite")
    pin.set_pin(other, "2718")
    assert store.setting(pin.NAME)["hash"] != other.setting(pin.NAME)["hash"]
    other.close()


def test_tries_are_limited_and_pauses_grow(store):
    for left in (4, 3, 2, 1):
        assert pin.check(store, "0000", now=1000.0).tries_left == left
    assert pin.check(store, "0000", now=1000.0) == pin.Checked(False, 0, 60.0)
    assert pin.check(store, "2718", now=1059.0) == pin.Checked(False, 0, 1.0)
    assert pin.check(store, "0000", now=1061.0).wait == 120.0
    for _ in range(20):
        until = store.setting(pin.NAME)["until"]
        last = pin.check(store, "0000", now=until + 1)
    assert last.wait == pin.LONGEST_PAUSE
    assert pin.check(store, "2718", now=store.setting(pin.NAME)["until"] + 1).right
    assert pin.check(store, "0000", now=9e9).tries_left == 4


def test_a_new_process_does_not_get_new_tries(store):
    for _ in range(pin.TRIES):
        pin.check(store, "0000", now=1000.0)
    assert pin.check(Store(store.path), "2718", now=1001.0).wait > 0


def test_many_at_once_get_no_more_tries(store):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda guess: pin.check(store, f"{guess:04}", now=1000.0), range(40)))
    assert store.setting(pin.NAME)["failures"] == pin.TRIES
    assert not any(result.right for result in results)


@pytest.mark.parametrize("poor", ["", "123", "12a4", "1234", "0000", "9876", "1" * 13, "١٢٣٤", "12 34"])
def test_poor_pins_are_refused(store, poor):
    with pytest.raises(ValueError, match="PIN"):
        pin.set_pin(store, poor)
    assert pin.check(store, "2718").right
