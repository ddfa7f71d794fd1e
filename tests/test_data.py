"""The shipped data are the published data, and a file that is not says so."""

import hashlib
import shutil
import struct

import numpy as np
import pytest

from cnnfigs import data
from cnnfigs.data import blood_cells, mnist_writers

DESCRIBED = {**data.manifest(), **blood_cells.manifest(), **mnist_writers.manifest()}


def idx_bytes(array):
    """Write an uint8 array in the IDX format of the MNIST site: magic number, dimensions, values, big-endian."""
    header = struct.pack(">HBB", 0, 0x08, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_shipped_file_has_origin_licence_and_its_checksum(name):
    entry = DESCRIBED[name]
    assert hashlib.sha256((data.FOLDER / name).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["origin"]
    assert entry["licence"]


def test_every_shipped_file_is_in_the_manifest():
    shipped = {path.name for path in data.FOLDER.iterdir() if path.suffix not in {".py", ".toml"} and path.is_file()}
    assert shipped == set(DESCRIBED)


#: MD5 of the files of the MNIST site, uncompressed, as many libraries have it.
MNIST_FILES = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
#: SHA-256 of what ships beside it: the photo's is that of scikit-image's registry, the others were made once.
OTHERS = {
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "mobilenet_v2_imagenet.weights.h5": "53dc2b6fe344ad3bb47b6590459a5105af0fe3791c7bd594435a415143f2df6a",
    "imagenet_classes.txt": "ee4fa67b1dd46919ef87529b70e25bdd1ec9ebd350de3ad426e6640eb70320a1",
    "mnist_writers.txt": "8fcd88dbfbceb4f1dab6c56c6288b8bdeedbe51687b1dd19b728f64b6435a7f8",
    "blood_cells.zip": "0250468ba12441d91e319343d06c28c44e4b3115ea911763ca684607baac9f25",
}


@pytest.mark.parametrize("name", MNIST_FILES)
def test_mnist_rebuilds_the_original_files(name):
    assert data.manifest()["mnist.npz"]["idx_md5"][name] == MNIST_FILES[name]
    assert hashlib.md5(idx_bytes(getattr(data.mnist(), name))).hexdigest() == MNIST_FILES[name]


@pytest.mark.parametrize("part", ["train", "test"])
def test_labels_alone_are_those_of_the_images(part):
    assert np.array_equal(data.mnist_labels(part), getattr(data.mnist(), f"y_{part}"))


def test_a_file_cannot_be_altered_together_with_the_manifest():
    assert {*OTHERS, "mnist.npz"} == {*DESCRIBED}
    for name, published in OTHERS.items():
        assert hashlib.sha256((data.FOLDER / name).read_bytes()).hexdigest() == published, name


def test_writers_are_those_of_two_series_one_behind_the_other():
    """As its finders tell: the first 5,001 test digits are students', the others employees'."""
    who = mnist_writers.writers()
    students = who >= mnist_writers.FIRST_STUDENT
    assert len(who) == len(data.mnist().y_test)
    assert students[:5001].all()
    assert not students[5001:].any()
    assert who.max() < 2600
    with pytest.raises(ValueError, match="read-only"):
        who[0] = 1


def test_arrays_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        data.mnist().x_test[0, 0, 0] = 1


def test_cat_photo_is_the_photo():
    photo = data.cat_photo()
    assert photo.shape == (300, 451, 3)
    assert photo.dtype == np.uint8


@pytest.fixture
def copied_folder(tmp_path, monkeypatch):
    for name in ("manifest.toml", "chelsea.png"):
        shutil.copy(data.FOLDER / name, tmp_path / name)
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    data.cat_photo.cache_clear()
    yield tmp_path
    data.cat_photo.cache_clear()


def test_altered_file_is_refused_with_the_remedy(copied_folder):
    content = bytearray((copied_folder / "chelsea.png").read_bytes())
    content[len(content) // 2] ^= 1
    (copied_folder / "chelsea.png").write_bytes(content)
    with pytest.raises(data.DataError, match=r"chelsea\.png is damaged or altered: .*git checkout"):
        data.cat_photo()


def test_missing_file_is_named_with_the_remedy(copied_folder):
    (copied_folder / "chelsea.png").unlink()
    with pytest.raises(data.DataError, match=r"chelsea\.png is missing: .*git checkout") as caught:
        data.cat_photo()
    assert "\n" not in str(caught.value)
