"""What the pictures of blood smears show is what the data say."""

import csv
import io
import zipfile

import numpy as np

from cnnfigs.data import FOLDER
from cnnfigs.data.blood_cells import photo
from cnnfigs.illustrations.photo.blood_crops import BloodCrops
from cnnfigs.illustrations.photo.same_place import SamePlace


def rows():
    with zipfile.ZipFile(FOLDER / "blood_cells.zip") as archive:
        return list(csv.DictReader(io.StringIO(archive.read("boxes.csv").decode())))


def test_boxes_that_are_drawn_are_those_of_the_file():
    picture = BloodCrops(name="BloodImage_00068")
    expected = [row for row in rows() if row["picture"] == "BloodImage_00068" and row["cell"] != "RBC"]
    assert [(b.cell, b.left, b.top, b.right, b.bottom) for b in picture.result.boxes] == [
        (row["cell"], *(int(row[side]) for side in ("left", "top", "right", "bottom"))) for row in expected
    ]
    assert picture.facts["platelets"] == str(sum(row["cell"] == "Platelets" for row in expected))
    assert [picture.facts[f"{name} photos"] for name in ("train", "val", "test")] == ["205", "87", "72"]


def test_both_frames_hold_the_same_cells():
    """Cut from the whole photos by the frames, the two are nearly the same picture."""
    run = SamePlace().result
    width, height = run.size
    cut = [
        photo(name)[top : top + height, left : left + width].mean(axis=2)
        for name, (left, top) in zip(run.names, run.corners, strict=True)
    ]
    assert np.corrcoef(cut[0].ravel(), cut[1].ravel())[0, 1] > 0.8


def test_platelets_that_both_show_are_few_of_all():
    facts = SamePlace().facts
    assert 0 < int(facts["seen"]) < int(facts["platelets"]) == 69
    assert int(facts["across"]) < int(facts["pairs"])
