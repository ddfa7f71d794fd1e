"""Files are written whole or not at all, and made again only when they would be made from something else."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnfigs import files
from cnnfigs.files import kept, sweep, update, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_in_folders_that_are_made_and_may_be_read_as_any_other(tmp_path):
    path, plain = tmp_path / "a" / "b" / "file.txt", tmp_path / "plain"
    write_whole(path, b"one\ntwo\r\n")
    plain.touch()
    assert path.read_bytes() == b"one\ntwo\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert names(path.parent) == ["file.txt"]


def test_a_file_can_be_for_its_user_alone(tmp_path):
    before = os.umask(0)
    try:
        write_whole(tmp_path / "own", b"", mode=0o600)
        write_whole(tmp_path / "open", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o666


def test_where_it_cannot_be_written_what_was_there_stands_alone(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    seen = []

    def full(descriptor):
        seen.extend(names(tmp_path))
        os.ftruncate(descriptor, 2)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        write_whole(path, b"after")
    unfinished, whole = seen
    assert unfinished.startswith(".")
    assert unfinished.endswith(files.UNFINISHED)
    assert whole == "file"
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["file"]


def test_who_takes_the_unfinished_away_before_us_hides_no_error(tmp_path, monkeypatch):
    def fail(unfinished, target):
        unfinished.unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", b"content")
    assert names(tmp_path) == []


#: Is killed when all of a file is written and it has its name not yet.
KILLED = """
import os, signal, sys
from pathlib import Path
from cnnfigs.files import write_whole
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), b"content")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_a_killed_writer_leaves_is_swept_away_and_nothing_else(tmp_path):
    def left(pattern=f".*{files.UNFINISHED}"):
        return [path.read_bytes() for path in tmp_path.glob(pattern)]

    subprocess.run([sys.executable, "-c", KILLED, tmp_path / "file"])
    assert left() == [b"content"]
    (tmp_path / f".of another version{files.UNFINISHED}").touch()
    for name in ("file", ".hidden", f"doctrees{files.UNFINISHED}", f".{os.getpid()}.ours{files.UNFINISHED}"):
        (tmp_path / name).write_bytes(b"stays")
    sweep(tmp_path)
    assert left() == [b"stays"]
    assert left("*") == 4 * [b"stays"]
    sweep(tmp_path / "nowhere")


#: Writes 20 MB of one letter after those of another, for ever.
WRITER = """
import itertools, sys
from pathlib import Path
from cnnfigs.files import write_whole
for letter in itertools.cycle((b"a", b"b")):
    write_whole(Path(sys.argv[1]), 20_000_000 * letter)
"""


def test_of_one_that_is_killed_a_whole_file_is_left(tmp_path):
    path = tmp_path / "file"
    for pause in (0.02, 0.05, 0.11):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, path])
        while not path.exists():
            time.sleep(0.01)
        time.sleep(pause)
        writer.kill()
        writer.wait()
        content = path.read_bytes()
        assert content in (20_000_000 * b"a", 20_000_000 * b"b")
        path.unlink()


def test_a_file_is_updated_only_if_its_content_is_another(tmp_path):
    path = tmp_path / "file"
    assert update(path, b"one") == "new"
    os.utime(path, ns=(1, 1))
    assert update(path, b"one") == "unchanged"
    assert path.stat().st_mtime_ns == 1
    assert update(path, b"two") == "changed"
    assert path.read_bytes() == b"two"


@pytest.fixture
def maker():
    class Maker:
        count = 0

        def __call__(self):
            self.count += 1
            return f"content {self.count}".encode()

    return Maker()


def test_what_is_kept_is_made_again_when_it_would_be_made_from_something_else(tmp_path, maker):
    path = tmp_path / "folder" / "file"
    assert kept(path, "one", maker) == kept(path, "one", maker) == path.read_bytes() == b"content 1"
    assert kept(path, "two", maker) == kept(path, "two", maker) == b"content 2"
    assert kept(path, "one", maker) == b"content 3"
    path.unlink()
    assert kept(path, "one", maker) == b"content 4"
    visible = [name for name in names(path.parent) if not name.startswith(".")]
    assert visible == ["file"]


def test_a_note_never_speaks_of_another_content(tmp_path, maker, monkeypatch):
    """A process that ends between writing the content and the note has it made again, whatever it is made from then."""
    path = tmp_path / "file"
    kept(path, "one", maker)
    write = files.write_whole

    def stopped(where, content, **options):
        if where != path:
            raise KeyboardInterrupt
        write(where, content, **options)

    monkeypatch.setattr(files, "write_whole", stopped)
    with pytest.raises(KeyboardInterrupt):
        kept(path, "two", maker)
    monkeypatch.undo()
    assert path.read_bytes() == b"content 2"
    assert kept(path, "one", maker) == b"content 3"


def test_what_was_kept_and_is_damaged_is_made_again(tmp_path, maker):
    """As after a loss of power, since nobody waits for the disk."""
    path = tmp_path / "file"
    kept(path, "one", maker)
    path.write_bytes(b"")
    assert kept(path, "one", maker) == b"content 2"


def test_only_what_cannot_be_made_again_waits_for_the_disk(tmp_path, maker, monkeypatch):
    waited = []
    monkeypatch.setattr(os, "fsync", waited.append)
    kept(tmp_path / "kept", "one", maker)
    update(tmp_path / "updated", b"one")
    assert not waited
    write_whole(tmp_path / "whole", b"one")
    assert len(waited) == 1


def test_two_files_in_a_folder_have_notes_of_their_own(tmp_path, maker):
    assert kept(tmp_path / "a", "one", maker) != kept(tmp_path / "b", "one", maker)
    assert kept(tmp_path / "a", "one", maker) == b"content 1"
