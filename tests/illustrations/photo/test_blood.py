"""What the pictures of blood smears show is what the data say."""

import csv
import io
import zipfile

import numpy as np

from cnnfigs.data import FOLDER
from cnnfigs.data.blood_cells import photo
from cnnfigs.illustrations.photo.blood_crops import BloodCrops
from cnnfigs.illustrations.photo.platelet_map import PlateletMap, PlateletScores
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


def test_every_box_that_is_drawn_is_told_with_its_place():
    picture = BloodCrops(name="BloodImage_00068")
    told = [*picture.describe(picture.result).walk()]
    for row in rows():
        if row["picture"] == "BloodImage_00068" and row["cell"] != "RBC":
            place = (
                f"columns {row['left']} to {int(row['right']) - 1} and rows {row['top']} to {int(row['bottom']) - 1}."
            )
            assert sum(each.endswith(place) for each in told) == 1


def test_each_frame_is_told_to_reach_the_corner_that_its_numbers_give():
    picture = SamePlace()
    run, text = picture.result, picture.describe(picture.result).text
    for name, (left, top) in zip(run.names, run.corners, strict=True):
        corner = f"{'lower' if top else 'upper'} {'right' if left else 'left'} corner"
        assert f"In photo {int(name[-5:])} the frame reaches the {corner}." in text


def test_boxes_told_as_found_hold_a_place_and_those_told_as_missed_do_not():
    picture = PlateletMap()
    run, text = picture.result, picture.describe(picture.result).text
    for box in run.boxes:
        near = any(
            box.left - 8 <= x <= box.right + 8 and box.top - 8 <= y <= box.bottom + 8 and right
            for (x, y), right in zip(run.places, run.right, strict=True)
        )
        place = f"columns {box.left} to {box.right - 1} and rows {box.top} to {box.bottom - 1}: "
        assert place + ("found" if near else "missed") in text


def test_lines_are_told_as_they_are_drawn():
    text = PlateletScores().describe(PlateletScores().result).text
    assert "precision, a solid line" in text
    assert "recall, a dashed one" in text
