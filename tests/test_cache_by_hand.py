"""What the cache says, in whole sentences and at whose line, and how it writes: without an illustration around it."""

import io
import json
import os
import stat
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cnnfigs import cache, provenance
from cnnfigs.cache import cached, keep, read_entry

KEY = "ab" * 32


@dataclass(frozen=True)
class Some:
    value: float


@dataclass(frozen=True)
class Other:
    value: float


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "made" / "for" / "it"))
    monkeypatch.delenv(cache.SOURCES, raising=False)
    return tmp_path / "made" / "for" / "it"


def make(value=1.0):
    return cached(KEY, lambda: Some(value), Some)


def warned(call):
    """The only warning of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    (warning,) = caught
    return warning


def said(call):
    return str(warned(call).message)


def packed(structure, **arrays):
    """An entry with a checksum that fits."""
    content = io.BytesIO()
    np.savez(content, structure=np.frombuffer(json.dumps(structure).encode(), dtype=np.uint8), **arrays)
    digest = cache.hashlib.sha256(content.getvalue()).hexdigest().encode()
    return digest + b"\n" + content.getvalue()


def test_its_folder_is_made_for_its_owner_alone(folder):
    make()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.run"]


def test_writing_too_makes_the_folder_for_its_owner_alone(folder):
    make()
    entry = read_entry(KEY)
    (folder / f"{KEY}.run").unlink()
    folder.rmdir()
    folder.parent.rmdir()
    keep(KEY, entry)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert read_entry(KEY) == entry


def test_half_an_entry_has_a_name_that_is_cleared_and_is_taken_away_when_writing_fails(folder, monkeypatch):
    make()
    entry, seen = read_entry(KEY), []

    def fail(self, target):
        seen.append((Path(self).parent, Path(self).suffix, sorted(path.suffix for path in folder.iterdir())))
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        keep("cd" * 32, entry)
    assert seen == [(folder, ".unfinished", [".run", ".unfinished"])]
    assert [path.suffix for path in folder.iterdir()] == [".run"]


def test_who_takes_half_an_entry_away_before_us_does_no_harm(folder, monkeypatch):
    make()
    entry = read_entry(KEY)

    def fail(self, target):
        Path(self).unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        keep("cd" * 32, entry)


def test_clearing_does_not_mind_who_cleared_before(folder, monkeypatch):
    make()
    before = cache.information()
    entries = [*folder.iterdir(), folder / "gone.run"]
    monkeypatch.setattr(cache, "_entries", lambda: entries)
    monkeypatch.setattr(cache, "information", lambda: before)
    assert cache.clear() == before
    assert list(folder.iterdir()) == []


def test_what_is_damaged_is_said_once(folder):
    make()
    path = folder / f"{KEY}.run"
    path.write_bytes(b"no entry")
    assert said(make) == f"{path} is damaged (its checksum does not fit): it is computed again"


def test_another_run_under_the_key_is_said(folder):
    make()
    path = folder / f"{KEY}.run"
    path.rename(folder / f"{'cd' * 32}.run")
    text = said(lambda: cached("cd" * 32, lambda: Some(2.0), Some))
    assert text == f"{folder / ('cd' * 32)}.run is damaged (it is another run): it is computed again"


def test_a_run_of_another_class_under_the_key_is_said(folder):
    make()
    assert "is damaged" in said(lambda: cached(KEY, lambda: Other(2.0), Other))


def test_names_without_a_value_and_objects_are_damage(folder):
    make()
    path = folder / f"{KEY}.run"
    for entry in (
        packed({"key": KEY, "run": {cache._name(Some): [["value", "more"], [1.0]]}}),
        packed({"key": KEY, "run": {cache._name(Some): [["value"], [1.0, 2.0]]}}),
        packed({"key": KEY, "run": {cache._name(Some): [["value"], [{"array": "0"}]]}}, **{"0": np.array([None])}),
    ):
        path.write_bytes(entry)
        assert "is damaged" in said(make)


def test_who_waited_for_another_takes_its_entry_and_computes_nothing(folder, monkeypatch):
    make(5.0)
    entry = read_entry(KEY)
    (folder / f"{KEY}.run").unlink()

    @contextmanager
    def another_makes_it_meanwhile(path):
        path.write_bytes(entry)
        yield

    monkeypatch.setattr(cache, "_alone", another_makes_it_meanwhile)
    assert cached(KEY, lambda: pytest.fail("it is computed"), Some) == Some(5.0)


def test_who_waited_for_another_that_left_damage_computes_and_says_nothing_more(folder, monkeypatch):
    folder.mkdir(parents=True)

    @contextmanager
    def another_breaks_it_meanwhile(path):
        path.write_bytes(b"no entry")
        yield

    monkeypatch.setattr(cache, "_alone", another_breaks_it_meanwhile)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make(6.0) == Some(6.0)


def test_what_is_good_is_read_at_once_and_nothing_is_said(monkeypatch):
    make(7.0)
    monkeypatch.setattr(cache, "_alone", lambda path: pytest.fail("it waits for another"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cached(KEY, lambda: pytest.fail("it is computed"), Some) == Some(7.0)


def test_without_a_key_a_run_comes_back_as_one_that_is_read():
    found = cached(None, lambda: Some(3.0), Some)
    assert found == Some(3.0)


def test_arrays_come_back_read_only():
    @dataclass(frozen=True)
    class Holding:
        array: np.ndarray

    found = cached(KEY, lambda: Holding(np.arange(3)), Holding)
    with pytest.raises(ValueError, match="read-only"):
        found.array[0] = 1
    assert found.array.flags.writeable is False


def test_a_run_of_another_class_than_promised_is_a_mistake_of_the_code():
    with pytest.raises(TypeError) as caught:
        cached(KEY, lambda: Other(1.0), Some)
    assert str(caught.value) == "run: expected Some, got Other"


def test_what_cannot_be_kept_is_said_with_what_can():
    with pytest.raises(TypeError) as caught:
        cached(KEY, lambda: Some({1, 2}), Some)
    assert str(caught.value) == (
        "Some.value: expected NumPy arrays, numbers, text, None, tuples, lists, dictionaries with text keys, or frozen "
        "dataclasses named in the annotations, got set"
    )


def test_what_comes_of_edited_sources_is_said(monkeypatch):
    make()
    entry = read_entry(KEY)
    monkeypatch.setenv(cache.SOURCES, "of another time")
    said_then = said(lambda: keep("cd" * 32, entry))
    assert said_then == "the sources have been edited meanwhile: a result is not kept"


def test_what_cannot_be_written_is_said(folder, monkeypatch):
    make()
    entry = read_entry(KEY)

    def full(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(Path, "replace", full)
    said_then = said(lambda: keep("cd" * 32, entry))
    assert said_then == f"{folder / ('cd' * 32)}.run cannot be written (no room): the result is not kept"


def test_the_line_that_is_named_is_that_of_who_asked(folder, monkeypatch):
    make()
    entry = read_entry(KEY)
    (folder / f"{KEY}.run").write_bytes(b"no entry")
    assert warned(make).filename == __file__
    monkeypatch.setattr(Path, "replace", lambda *_: (folder / "no" / "room").open("x"))
    assert warned(lambda: keep("cd" * 32, entry)).filename == __file__
    monkeypatch.setenv(cache.SOURCES, "of another time")
    assert warned(lambda: keep("cd" * 32, entry)).filename == __file__


def test_sources_are_those_of_the_package_without_the_libraries():
    assert cache.sources() == provenance.glance("cnnfigs", libraries=False)
    assert cache.sources() != provenance.glance("cnnfigs", libraries=True)
    assert os.environ.get(cache.SOURCES) is None
