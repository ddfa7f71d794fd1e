"""Runs come back as they were, or are computed again; nothing else."""

import hashlib
import io
import multiprocessing
import os
import pickle
import random
import stat
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cnnfigs import cache
from cnnfigs.cache import cached, clear, information, run_key
from cnnfigs.files import UNFINISHED

KEY = "ab" * 32


@dataclass(frozen=True)
class Window:
    row: int
    name: str | None = None


@dataclass(frozen=True)
class Everything:
    values: Any = None
    windows: tuple[Window, ...] = ()
    by_name: dict[str, list[Window]] = field(default_factory=dict)


@dataclass
class Thawed:
    value: int = 0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def never() -> Everything:
    raise AssertionError("computed although it was kept")


def kept(run: Everything, key: str = KEY) -> tuple[Everything, Everything]:
    """The run as it comes back when computed, and when read."""
    return cached(key, lambda: run, Everything), cached(key, never, Everything)


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal to the bit and of the same types."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray | np.generic):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return repr(left) == repr(right)  # repr tells -0.0 from 0.0 and takes nan for equal


arrays = npst.arrays(
    dtype=st.sampled_from(["f2", "f4", "f8", "u1", "i8", "?", "U3", ">f4", "c8"]),
    shape=npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | arrays | st.floats(width=32).map(np.float32),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(value=values, key=st.integers(0, 2**256 - 1).map("{:064x}".format))
def test_every_kind_of_value_comes_back_the_same(value: Any, key: str) -> None:
    clear()
    run = Everything(value, (Window(1), Window(2, "b")), {"a": [Window(3)], "array": []})
    for back in kept(run, key):
        assert same(back.values, value)
        assert back.windows == run.windows
        assert back.by_name == run.by_name


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_read_only(order: Any) -> None:
    array = np.asarray(np.arange(6.0).reshape(2, 3), order=order)
    for back in kept(Everything([array[:, ::2]])):
        np.testing.assert_array_equal(back.values[0], [[0, 2], [3, 5]])
        with pytest.raises(ValueError, match="read-only"):
            back.values[0][0, 0] = 1
    array[0, 0] = 1  # the caller's own array stays as it is


def damages(entry: bytes) -> list[tuple[str, bytes]]:
    """An entry cut, grown, and with one bit flipped at many places, among them all of the first line."""
    chance = random.Random(0)
    lengths = [0, 1, 64, 65, 66, len(entry) // 2, len(entry) - 1]
    places = [*range(8 * 66), *(chance.randrange(8 * len(entry)) for _ in range(300))]
    flipped = [bytearray(entry) for _ in places]
    for copy, place in zip(flipped, places, strict=True):
        copy[place // 8] ^= 1 << place % 8
    return [
        *((f"cut to {length}", entry[:length]) for length in lengths),
        ("grown", entry + b"\0"),
        *((f"bit {place}", bytes(copy)) for copy, place in zip(flipped, places, strict=True)),
    ]


@pytest.mark.thorough
def test_damaged_entry_is_named_and_computed_again(folder: Path) -> None:
    run = Everything(np.arange(12, dtype=np.float32).reshape(3, 4), (Window(1),))
    cached(KEY, lambda: run, Everything)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for what, damaged in damages(whole):
        path.write_bytes(damaged)
        with pytest.warns(UserWarning, match="is damaged") as warned:
            back = cached(KEY, lambda: run, Everything)
        assert same(back.values, run.values), what
        (message,) = [str(each.message) for each in warned]
        assert str(path) in message, what
        assert message.endswith("it is computed again"), what
        assert "\n" not in message, what
        assert path.read_bytes() == whole, what
        cached(KEY, never, Everything)


def test_deleted_entry_is_computed_again_without_a_word(folder: Path) -> None:
    run = Everything(1)
    cached(KEY, lambda: run, Everything)
    (path,) = folder.iterdir()
    path.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cached(KEY, lambda: Everything(2), Everything).values == 2


def test_entry_of_another_run_is_not_taken(folder: Path) -> None:
    cached(KEY, lambda: Everything(1), Everything)
    other = "cd" * 32
    (folder / f"{KEY}.run").rename(folder / f"{other}.run")
    with pytest.warns(UserWarning, match=f"{other}.*another run"):
        assert cached(other, lambda: Everything(2), Everything).values == 2
    with pytest.warns(UserWarning, match=f"{other}.*computed again"):
        assert cached(other, lambda: Window(7), Window) == Window(7)


def test_entry_with_a_true_checksum_but_pickled_content_is_not_unpickled(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return sys.exit, ("unpickled",)

    buffer = io.BytesIO()
    np.savez(buffer, structure=np.array([Trap()], dtype=object), allow_pickle=True)
    for content in [pickle.dumps(Trap()), buffer.getvalue()]:
        entry = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        folder.mkdir(exist_ok=True)
        (folder / f"{KEY}.run").write_bytes(entry)
        with pytest.warns(UserWarning, match="computed again"):
            assert cached(KEY, lambda: Everything(3), Everything).values == 3


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (object(), "Everything.values"),
        ([1, {"a": {2}}], r"Everything.values\[1\]\['a'\]"),
        (np.array([object()]), "Everything.values"),
        (np.ma.masked_array([1], [True]), "Everything.values"),
        (lambda: 1, "Everything.values"),
        ({1: 2}, "Everything.values"),
        (Thawed(), "Everything.values"),
        (np.zeros(2, dtype="i4,f4"), "Everything.values"),
    ],
)
def test_what_cannot_be_kept_is_named(value: Any, place: str, folder: Path) -> None:
    with pytest.raises(TypeError, match=rf"^{place}: expected "):
        cached(KEY, lambda: Everything(value), Everything)
    assert not [*folder.iterdir()]


@pytest.mark.parametrize(("run", "run_type"), [(Window(1), Everything), (Thawed(), Thawed), (3, int), ([1], list[int])])
def test_only_frozen_dataclasses_are_runs(run: Any, run_type: Any) -> None:
    with pytest.raises(TypeError, match=r"^(run|run_type|Thawed): expected "):
        cached(KEY, lambda: run, run_type)


def test_failing_run_keeps_nothing(folder: Path) -> None:
    def fail() -> Everything:
        raise ValueError("strides is 0")

    with pytest.raises(ValueError, match="strides is 0"):
        cached(KEY, fail, Everything)
    assert not [*folder.iterdir()]


def test_folder_that_cannot_be_written_costs_only_time(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="cannot be written"):
        assert cached(KEY, lambda: Everything(4), Everything).values == 4


def test_key_must_be_one(folder: Path) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        cached("../elsewhere", lambda: Everything(1), Everything)


def _write_often(folder: str, number: int) -> int:
    import os

    os.environ["CNNFIGS_CACHE"] = folder
    warnings.simplefilter("error")  # a torn entry would warn
    wrong = 0
    for turn in range(24):
        key = f"{turn % 4:064x}"
        run = cached(key, lambda turn=turn: Everything(np.full(20_000, turn % 4)), Everything)  # type: ignore[misc]
        wrong += not (run.values == turn % 4).all()
        if turn % 7 == number % 7:
            (cache.cache_folder() / f"{key}.run").unlink(missing_ok=True)
    return wrong


def test_many_processes_write_and_read_the_same_entries(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.starmap(_write_often, [(str(folder), number) for number in range(3)]) == [0] * 3
    assert {path.suffix for path in folder.iterdir()} <= {".run"}


def _make_once(folder: str, log: str, seconds: float) -> int:
    import os
    import time

    os.environ["CNNFIGS_CACHE"] = folder

    def compute() -> Everything:
        with Path(log).open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(seconds)
        return Everything(7)

    return cached(KEY, compute, Everything).values


def made(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def wait_until(true: Callable[[], Any]) -> None:
    while not true():
        time.sleep(0.01)


def test_a_run_that_many_ask_for_is_computed_once(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.starmap(_make_once, [(str(folder), str(log), 0.5)] * 4) == [7] * 4
    assert len(made(log)) == 1
    assert [path.suffix for path in folder.iterdir()] == [".run"]


def test_who_is_killed_while_computing_blocks_nobody(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    spawn = multiprocessing.get_context("spawn")
    first = spawn.Process(target=_make_once, args=(str(folder), str(log), 3600))
    first.start()
    wait_until(lambda: made(log))
    with spawn.Pool(1) as pool:
        second = pool.apply_async(_make_once, (str(folder), str(log), 0))
        assert len(made(log)) == 1, "the second computes although the first is at it"
        first.kill()
        assert second.get() == 7
    assert len(made(log)) == 2
    first.join()


def test_what_comes_of_code_that_is_no_more_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.SOURCES, cache.sources())
    assert cached(KEY, lambda: Everything(1), Everything).values == 1
    assert cached(KEY, never, Everything).values == 1
    clear()
    monkeypatch.setenv(cache.SOURCES, "how they were before an edit")
    with pytest.warns(UserWarning, match="edited meanwhile"):
        assert cached(KEY, lambda: Everything(2), Everything).values == 2
    assert not [*folder.iterdir()]


def test_entry_of_another_machine_is_kept_if_it_is_whole(folder: Path) -> None:
    cached(KEY, lambda: Everything(1), Everything)
    packed = cache.read_entry(KEY)
    clear()
    with pytest.raises(ValueError, match="checksum"):
        cache.keep(KEY, packed[:-1])
    assert not cache.is_kept(KEY)
    cache.keep(KEY, packed)
    assert cache.is_kept(KEY)
    assert cached(KEY, never, Everything).values == 1


def test_kept_results_are_for_their_user_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        cached(KEY, lambda: Everything(np.ones(3)), Everything)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


#: A process for which there is no room, or which has no right to write, and that asks for a run.
WITHOUT_ROOM = """
import dataclasses, os, resource, signal, sys, warnings
import numpy
from cnnfigs import cache

@dataclasses.dataclass(frozen=True)
class Run:
    values: numpy.ndarray

cache.cached(None, lambda: Run(numpy.arange(3)), Run)  # what that needs to import
if sys.argv[1] == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
elif os.geteuid() == 0:  # whom no rights stop
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    run = cache.cached("ab" * 32, lambda: Run(numpy.arange(1000)), Run)
print(run.values.sum(), len(said), said[0].message)
"""


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_without_room_or_right_a_run_is_computed_and_nothing_is_left(tmp_path: Path, what: str) -> None:
    folder = tmp_path / what
    folder.mkdir()
    if what == "read-only":
        folder.chmod(0o555)
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, what],
        env={**os.environ, "CNNFIGS_CACHE": "."},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.stdout.startswith("499500 1 "), ended.stderr
    assert "cannot be written" in ended.stdout
    assert ended.stdout.rstrip().endswith("the result is not kept")
    assert ended.stdout.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_information_and_clear(folder: Path) -> None:
    assert information() == cache.Information(folder, 0, 0)
    for number in range(3):
        cached(f"{number:064x}", lambda: Everything(np.ones(10)), Everything)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert information() == clear() == cache.Information(folder, 3, size)
    assert information().entries == 0
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can ask for a process there without ending it")
def test_half_an_entry_of_a_killed_process_is_away_after_the_next(folder: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    folder.mkdir()
    (folder / f".{dead.pid}.abc{UNFINISHED}").write_bytes(b"half")
    cached(KEY, lambda: Everything(np.ones(10)), Everything)
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.run"]


def test_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CNNFIGS_CACHE")
    assert cache.cache_folder().is_absolute()
    assert "cnnfigs" in cache.cache_folder().parts


class Sum:
    def run(self) -> Everything:
        return Everything(1)

    def draw(self) -> None: ...


class Difference:
    def run(self) -> Everything:
        return Everything(-1)


def test_key_tells_runs_apart() -> None:
    keys = [
        run_key(Sum, {"size": 5, "padding": "valid"}),
        run_key(Sum, {"size": 6, "padding": "valid"}),
        run_key(Sum, {"size": 5, "padding": "same"}),
        run_key(Difference, {"size": 5, "padding": "valid"}),
    ]
    assert len({*keys}) == 4
    assert run_key(Sum, {"padding": "valid", "size": 5}) == keys[0]


def test_class_whose_source_is_unknown_has_no_key_and_is_not_kept(folder: Path) -> None:
    class Local(Sum):
        pass

    assert run_key(Local, {}) is None
    assert cached(None, lambda: Everything(np.ones(2)), Everything).values.sum() == 2
    assert not folder.exists()


def test_parameter_that_is_no_json_is_named() -> None:
    with pytest.raises(TypeError, match=r"^size of Sum: expected what JSON can write, got array"):
        run_key(Sum, {"size": np.ones(2)})
