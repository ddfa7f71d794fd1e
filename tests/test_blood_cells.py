"""The blood smears are the published ones, and a crop holds what its label says."""

import csv
import hashlib
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from cnnfigs.data import FOLDER, blood_cells
from cnnfigs.data.blood_cells import HEIGHT, SIDE, WIDTH, Box
from cnnfigs.errors import ParameterError

PARTS = ("train", "val", "test")


@pytest.fixture(scope="module")
def archive():
    with zipfile.ZipFile(FOLDER / "blood_cells.zip") as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(archive):
    return list(csv.DictReader(io.StringIO(archive.read("boxes.csv").decode())))


def test_every_file_in_the_archive_has_its_published_checksum(archive):
    sums = archive.read("SHA256SUMS")
    assert hashlib.sha256(sums).hexdigest() == "a5577715960f4260d93a513b9c373ccd6f23b8b1d1c42f394b8d08033838bde8"
    published = dict(reversed(line.split("  ./")) for line in sums.decode().splitlines())
    assert {*archive.namelist()} == {*published, "SHA256SUMS"}
    for name, sha256 in published.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == sha256, name


def test_counts_are_those_of_the_data_set(rows):
    assert len(blood_cells.all_pictures()) == 364
    of_kind = {"RBC": 4155, "WBC": 372, "Platelets": 361}
    for cell, count in of_kind.items():
        assert sum(row["cell"] == cell for row in rows) == count
        assert sum(len(blood_cells.boxes(name, cell)) for name in blood_cells.all_pictures()) == count


def test_the_parts_share_no_picture_and_leave_none_out():
    parts = [{*blood_cells.part(name)} for name in PARTS]
    assert [len(part) for part in parts] == [205, 87, 72]
    assert len(set.union(*parts)) == 364
    with pytest.raises(ParameterError, match="part: expected train, val, test, got 'all'"):
        blood_cells.part("all")


def test_a_photo_is_what_its_file_holds(archive):
    name = "BloodImage_00007"
    with Image.open(archive.open(f"JPEGImages/{name}.jpg")) as image:
        expected = np.asarray(image)
    assert blood_cells.photo(name).shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(blood_cells.photo(name), expected)


def test_the_side_of_a_crop_is_the_smallest_that_holds_98_of_100_platelets(rows):
    boxes = [row for row in rows if row["cell"] == "Platelets"]
    longer = np.array([max(int(b["right"]) - int(b["left"]), int(b["bottom"]) - int(b["top"])) for b in boxes])
    assert (longer <= SIDE).mean() > 0.98 > (longer <= SIDE - 16).mean()


@pytest.mark.parametrize("part", PARTS)
def test_crops_are_cut_where_they_say_and_hold_what_their_labels_say(part, rows):
    names = blood_cells.part(part)
    crops = blood_cells.crops(names)
    platelets = [row for row in rows if row["cell"] == "Platelets" and row["picture"] in names]
    assert len(crops.labels) == 2 * len(platelets)
    assert crops.labels.tolist() == [1, 0] * len(platelets)
    seen = 0
    for image, label, name, (left, top) in zip(
        crops.images, crops.labels, crops.pictures, crops.corners.tolist(), strict=True
    ):
        # Painted pixel by pixel, which asks nothing of how two rectangles meet.
        painted = np.zeros((HEIGHT, WIDTH), bool)
        for row in platelets:
            if row["picture"] == name:
                painted[int(row["top"]) : int(row["bottom"]), int(row["left"]) : int(row["right"])] = True
        assert painted[top : top + SIDE, left : left + SIDE].any() == label
        if seen < 5:
            assert np.array_equal(image, blood_cells.photo(name)[top : top + SIDE, left : left + SIDE])
            seen += 1


def test_a_crop_around_a_platelet_has_its_middle_within_the_jitter():
    crops = blood_cells.crops(blood_cells.part("test"))
    for name, (left, top) in zip(crops.pictures[::2], crops.corners[::2].tolist(), strict=True):
        away = []
        for box in blood_cells.boxes(name, "Platelets"):
            x = min(max((box.left + box.right - SIDE) // 2, 0), WIDTH - SIDE)
            y = min(max((box.top + box.bottom - SIDE) // 2, 0), HEIGHT - SIDE)
            away.append(max(abs(x - left), abs(y - top)))
        assert min(away) <= blood_cells.JITTER


def test_what_is_cut_from_a_photo_depends_on_the_seed_and_not_on_the_other_photos():
    names = blood_cells.part("test")
    crops = blood_cells.crops(names)
    fewer = blood_cells.crops(names[20:30])
    here = [index for index, name in enumerate(crops.pictures) if name in names[20:30]]
    assert np.array_equal(crops.images[here], fewer.images)
    assert not np.array_equal(blood_cells.crops(names, seed=2).corners, crops.corners)


@pytest.mark.parametrize(
    ("left", "top", "meets"), [(0, 0, False), (21, 0, True), (20, 0, False), (100, 0, True), (110, 0, False)]
)
def test_squares_that_touch_do_not_meet(left, top, meets):
    assert Box("RBC", 100, 10, 110, 20).meets(left, top, 80) is meets
