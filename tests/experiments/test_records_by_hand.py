"""Where a record lies, how it is written, and the whole sentence that is said of each that is not good."""

import errno
import json
import os

import numpy as np
import pytest
import toys

from cnnfigs.experiments import records
from cnnfigs.experiments.records import LARGEST, REMEDY, RecordError, StaleRecordError, path_of, record_of, state, write

TRIAL = toys.Toy(seed=7)


@pytest.fixture
def path(tmp_path):
    return write(TRIAL, record_of(TRIAL, TRIAL.run()), tmp_path / "some" / "where")


def said(path, kind=RecordError):
    with pytest.raises(kind) as caught:
        records.read(TRIAL, path.parent)
    return str(caught.value)


def rewrite(path, **changes):
    """Change fields of a record, and make its checksum anew."""
    record = json.loads(path.read_text("utf-8")) | changes
    del record["sha256"]
    record["sha256"] = records._checksum(record)
    path.write_text(json.dumps(record), "utf-8")


def test_a_record_is_text_for_people_too_in_folders_that_are_made(path):
    assert path == path_of(TRIAL, path.parent)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    text = path.read_bytes().decode("ascii")
    assert text == json.dumps(json.loads(text), indent=1) + "\n"
    assert state(TRIAL, path.parent) == "good"


def test_what_is_unfinished_has_a_name_of_its_own(path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend(sorted(each.suffix for each in path.parent.iterdir())))
    write(TRIAL, record_of(TRIAL, TRIAL.run()), path.parent)
    assert seen == [".json", ".unfinished"]


def test_what_is_not_there_is_missing(tmp_path):
    assert state(TRIAL, tmp_path) == "missing"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, "No space"), "there is no room on the disk; free some and start again"),
        (OSError(errno.EDQUOT, "Quota"), "there is no room on the disk; free some and start again"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OSError("something else"), "something else"),
    ],
)
def test_what_cannot_be_written_is_said_with_its_reason(path, monkeypatch, error, why):
    before = path.read_bytes()

    def fail(_):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RecordError) as caught:
        write(TRIAL, record_of(TRIAL, TRIAL.run()), path.parent)
    assert str(caught.value) == f"{path} cannot be written: {why}; what was done before is kept"
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_folder_in_place_of_a_record_is_damage(path):
    path.unlink()
    path.mkdir()
    assert said(path) == f"{path} is damaged (it is no file): {REMEDY}"
    assert state(TRIAL, path.parent) == "damaged"


def test_what_may_not_be_read_is_said_with_its_reason(path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(type(path), "read_text", refuse)
    assert said(path) == f"{path} cannot be read (Permission denied): {REMEDY}"


def test_a_record_may_be_as_large_as_that_and_no_larger(path):
    text = path.read_text("utf-8")
    path.write_text(text + " " * (LARGEST - len(text)), "utf-8")
    assert path.stat().st_size == LARGEST
    assert state(TRIAL, path.parent) == "good"
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    assert said(path) == f"{path} is damaged (it is larger than {LARGEST:,} bytes): {REMEDY}"


def test_a_record_is_read_as_utf_8_wherever_it_is(path, monkeypatch):
    """Records hold no other letters than ASCII; one that an editor has put in is damage, whatever the machine reads."""
    path.write_bytes(path.read_bytes() + b"\xe9")
    assert said(path) == f"{path} is damaged (it is not text): {REMEDY}"


def test_an_outcome_that_is_none_is_named(path):
    rewrite(path, outcome=[1])
    assert said(path) == f"{path} contradicts itself (its outcome holds nothing): {REMEDY}"


def test_a_stale_record_tells_both_digests_by_their_beginnings(path):
    rewrite(path, digest="0123456789abcdef")
    today = TRIAL.digest()
    assert said(path, StaleRecordError) == (
        f"{path} was made by other code or data than today's (digest 0123456789ab, today {today[:12]}): run "
        "`nox -s train`, which makes it again"
    )
    assert state(TRIAL, path.parent) == "stale"


@pytest.mark.parametrize(
    ("told", "instructions"),
    [({"found": ["SSE42", "AVX2"]}, "AVX2"), ({"found": []}, "baseline"), ({}, "baseline")],
)
def test_the_kind_of_processor_is_its_most_special_instructions(monkeypatch, told, instructions):
    monkeypatch.setattr(np, "show_config", lambda mode: {"SIMD Extensions": told} if mode == "dicts" else None)
    assert records.made_with()["instructions"] == instructions
