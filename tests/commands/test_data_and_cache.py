"""What ships and what is kept, told and checked."""

import hashlib
import re
import shutil

import pytest

from cnnfigs import cache, data
from cnnfigs.commands import shipped
from cnnfigs.data import blood_cells, mnist_writers
from cnnfigs.models import weights

#: All files of data that ship, whichever manifest describes them.
DATA = [*data.manifest(), *mnist_writers.manifest(), *blood_cells.manifest()]


def test_everything_that_ships_is_told_with_licence_and_checksum(cnnfigs):
    status, out, _ = cnnfigs("data")
    assert status == 0
    told = dict(re.findall(r"(?m)^(\S+)  [\d,]+ bytes, .*, as published\n.*\n    sha256 ([0-9a-f]{64})$", out))
    there = [*shipped.WEIGHTS.glob("*.weights.h5"), *(data.FOLDER / name for name in DATA)]
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in there}
    assert "CC BY-SA 3.0" in out.partition("chelsea.png")[0]


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_damaged_file_is_named(cnnfigs, tmp_path, monkeypatch, harm):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in DATA:
        shutil.copy(data.FOLDER / name, folder)
    photo = folder / "chelsea.png"
    photo.unlink() if harm == "missing" else photo.write_bytes(photo.read_bytes()[:-1])
    monkeypatch.setattr(shipped, "FOLDER", folder)
    status, out, err = cnnfigs("data")
    assert status == 2
    assert err.startswith(f"cnnfigs: {photo} is {'missing' if harm == 'missing' else 'damaged or altered'}")
    assert err.count("\n") == 1
    assert out.count("damaged") == 1


def test_stale_weights_are_named(cnnfigs, monkeypatch):
    today = weights.digest
    monkeypatch.setattr(weights, "digest", lambda name: "0" * 64 if name == "dense_131" else today(name))
    status, _, err = cnnfigs("data")
    assert status == 2
    assert err.startswith("cnnfigs: the weights of dense_131 were trained by other code or data than today's")


def test_cache_is_counted_and_cleared(cnnfigs, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    monkeypatch.setenv("CNNFIGS_CACHE", str(folder))
    assert cnnfigs("cache", "info") == (0, f"{folder}: 0 results, 0.0 MB\n", "")
    assert cnnfigs("describe", "Timeline")[0] == 0
    (kept,) = folder.iterdir()
    assert cnnfigs("cache", "info") == (0, f"{folder}: 1 results, {kept.stat().st_size / 1e6:,.1f} MB\n", "")
    assert cnnfigs("cache", "clear")[1].startswith(f"{folder}: 1 results deleted")
    assert cache.information().entries == 0


def test_cache_that_cannot_be_kept_is_no_reason_to_stop(cnnfigs, tmp_path, monkeypatch):
    (tmp_path / "kept").write_text("in the way")
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "kept"))
    status, out, err = cnnfigs("describe", "Timeline")
    assert (status, out[0]) == (0, "{")
    assert err.startswith(f"cnnfigs: {tmp_path / 'kept'}/")
    assert "cannot be written" in err
    assert err.count("\n") == 1


def test_cache_that_cannot_be_cleared_is_told_in_one_line(refused, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / f"{'ab' * 32}.run").mkdir()  # which cannot be deleted as a file can, whoever one is
    monkeypatch.setenv("CNNFIGS_CACHE", str(folder))
    assert refused("cache", "clear").startswith(f"{folder} cannot be cleared: ")
