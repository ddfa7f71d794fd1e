"""Records are whole or not there, and a bad one says what is wrong with it and what helps."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import toys
from toys import Failing, Toy

from cnnfigs.experiments.making import make_missing
from cnnfigs.experiments.records import (
    FIELDS,
    RecordError,
    StaleRecordError,
    path_of,
    read,
    read_record,
    record_of,
    state,
    unpacked,
    write,
)
from cnnfigs.experiments.training import packed
from cnnfigs.files import UNFINISHED


@pytest.fixture
def written(tmp_path):
    """The path of a toy's record."""
    make_missing([Toy(1)], tmp_path)
    return path_of(Toy(1), tmp_path)


def refusal(folder, kind=RecordError):
    with pytest.raises(kind) as caught:
        read(Toy(1), folder)
    told = str(caught.value)
    assert "\n" not in told
    assert str(path_of(Toy(1), folder)) in told
    assert "nox -s train" in told
    return told


def test_what_is_written_is_read_again(written):
    assert read(Toy(1), written.parent) == Toy(1).run()
    record = read_record(Toy(1), written.parent)
    assert record["trial"] == {"seed": 1, "size": 10}
    assert {"python", "numpy", "keras", "tensorflow", "machine", "instructions", "threads"} == set(record["made_with"])


def test_only_what_is_missing_is_made(written):
    before = written.stat()
    assert make_missing([Toy(1), Toy(2)], written.parent) == 1
    assert written.stat().st_mtime_ns == before.st_mtime_ns
    assert state(Toy(2), written.parent) == "good"
    assert make_missing([Toy(1), Toy(2)], written.parent) == 0


def test_another_description_is_another_trial():
    names = {Toy(1).name, Toy(2).name, Toy(1, size=11).name, Failing(1).name}
    assert len(names) == 4
    assert Toy(1).name == Toy(1, size=10).name


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named(written, field):
    record = json.loads(written.read_text())
    del record[field]
    written.write_text(json.dumps(record))
    assert f"its field '{field}' is missing" in refusal(written.parent)
    assert state(Toy(1), written.parent) == "damaged"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"3"])
def test_what_is_no_record_is_refused(written, content):
    written.write_bytes(content)
    assert "is damaged" in refusal(written.parent)


def test_an_altered_number_is_noticed(written):
    text = written.read_text()
    assert text.count('"right": ') == 1
    written.write_text(text.replace('"right": ', '"right": 1'))
    assert "its checksum does not fit" in refusal(written.parent)


def test_a_record_under_another_name_is_noticed(written):
    make_missing([Toy(2)], written.parent)
    written.write_bytes(path_of(Toy(2), written.parent).read_bytes())
    assert "is the record of another trial" in refusal(written.parent)


def test_a_missing_record_is_told():
    refusal(Path("nowhere"))


def test_a_wrong_digest_is_stale_and_made_again(written, monkeypatch, capsys):
    good = written.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(Toy, "digest", lambda self: "0" * 64)
        record = record_of(Toy(1), Toy(1).run())
    write(Toy(1), record, written.parent)
    assert "was made by other code or data than today's (digest 000000000000" in refusal(
        written.parent, StaleRecordError
    )
    assert make_missing([Toy(1)], written.parent) == 1
    assert f"the record of {Toy(1).name} is stale" in capsys.readouterr().err
    assert written.read_bytes() == good


def test_no_room_on_the_disk_leaves_what_was_there(tmp_path, monkeypatch):
    make_missing([Toy(1)], tmp_path)

    def full(descriptor):
        os.ftruncate(descriptor, 100)  # half a record is what comes to the disk
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RecordError, match=r"toy-seed_2-\w+\.json cannot be written: there is no room on the disk"):
        make_missing([Toy(1), Toy(2), Toy(3)], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{Toy(1).name}.json"]
    assert state(Toy(1), tmp_path) == "good"
    monkeypatch.undo()
    assert make_missing([Toy(1), Toy(2), Toy(3)], tmp_path) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match=r"file/toy-seed_1-\w+\.json cannot be written"):
        make_missing([Toy(1)], tmp_path / "file")


def test_a_trial_that_goes_wrong_leaves_no_record(tmp_path):
    with pytest.raises(ArithmeticError):
        make_missing([Toy(1), Failing(2)], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{Toy(1).name}.json"]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 10_000])
def test_bits_come_back(count):
    bits = np.random.default_rng(count).random(count) < 0.9
    np.testing.assert_array_equal(unpacked(packed(bits), count), bits)


def kill(program):
    program.send_signal(signal.SIGKILL)
    program.communicate()
    return program.returncode == -signal.SIGKILL


def check_all(trials, folder):
    """Every record that is there is good; return how many there are."""
    states = [state(trial, folder) for trial in trials]
    assert {*states} <= {"good", "missing"}
    return states.count("good")


def wait_for(count, folder, program):
    """Wait until so many records are there that a program writes."""
    toys.wait_until(lambda: sum(1 for _ in folder.glob("*.json")) >= count, still=lambda: program.poll() is None)


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can ask for a process there without ending it")
def test_what_a_killed_program_was_writing_is_away_after_the_next(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".{dead.pid}.abc{UNFINISHED}").write_text("half")
    assert make_missing([Toy(1)], tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"{Toy(1).name}.json"]


@pytest.mark.thorough
def test_killed_at_twenty_random_moments_and_started_again_all_is_there_and_whole(tmp_path):
    trials = toys.large(1000)  # more than are made before the last is killed
    moments = random.Random(1)
    counts = [0]
    for _ in range(20):
        program = toys.begin("large", tmp_path / "killed", len(trials))
        wait_for(counts[-1] + moments.randrange(3), tmp_path / "killed", program)
        time.sleep(moments.uniform(0, 0.03))  # in the middle of whatever it does then
        assert kill(program)
        counts.append(check_all(trials, tmp_path / "killed"))
    assert 0 < counts[-1] < len(trials)
    all_of_them = trials[: counts[-1] + 3]
    for folder in ("whole", "killed"):
        assert toys.begin("large", tmp_path / folder, len(all_of_them)).wait() == 0
        assert check_all(all_of_them, tmp_path / folder) == len(all_of_them)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.thorough
def test_a_real_training_killed_and_started_again_gives_the_same(tmp_path):
    """Each in a process of its own: another test may have started TensorFlow here, with other threads."""
    trials = toys.real(2)
    assert toys.begin("real", tmp_path / "whole", 2).wait() == 0
    program = toys.begin("real", tmp_path / "killed", 2)
    wait_for(1, tmp_path / "killed", program)
    kill(program)
    check_all(trials, tmp_path / "killed")
    assert toys.begin("real", tmp_path / "killed", 2).wait() == 0
    assert check_all(trials, tmp_path / "killed") == 2
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
