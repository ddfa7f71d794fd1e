"""What the page says in words is what the network did."""

from itertools import pairwise
from pathlib import Path

import pytest

from cnnfigs.data import imagenet_classes
from cnnfigs.illustrations.photo.photo_answers import PhotoAnswers
from cnnfigs.illustrations.photo.plain_sheets import PlainSheets
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree, VisualHierarchy
from cnnfigs.models.imagenet import CATS
from cnnfigs.runs.photo.photo_answers import PARTS as BOXES

PAGE = (Path(__file__).parents[2] / "docs" / "visual-hierarchy.md").read_text(encoding="utf-8")
PARTS = ("eyes", "nose and mouth", "ears")


def test_first_three_answers_are_cats_and_the_fourth_is_a_plastic_bag():
    answer = PhotoAnswers().result.answer
    assert set(answer.classes[:3]) <= set(CATS)
    assert answer.names[3] == "plastic bag"
    assert len(imagenet_classes()) == 1000


def test_squares_grow_from_layer_to_layer_of_those_the_page_names():
    sizes = {level.layer: [unit.box[2] for unit in level.units] for level in VisualHierarchy().result.levels}
    named = ["Conv1_relu", "block_4_expand_relu", "block_8_expand_relu", "out_relu"]
    for lower, upper in pairwise(named):
        assert max(sizes[lower]) < min(sizes[upper])


def test_parts_are_seen_whole_only_in_the_last_layers_and_faces_at_the_end():
    levels = {level.layer: level.units for level in VisualHierarchy().result.levels}
    for layer in ("Conv1_relu", "block_1_expand_relu", "block_4_expand_relu", "block_6_expand_relu"):
        assert not any(unit.parts for unit in levels[layer])
    assert {part for unit in levels["block_12_expand_relu"] for part in unit.parts} == {"eyes", "nose and mouth"}
    assert all(unit.parts for unit in levels["out_relu"])
    assert any(unit.parts == PARTS for unit in levels["out_relu"])


def test_most_of_the_first_units_look_for_no_colour_and_some_for_structure_alone():
    """The three numbers of the units, from Keras by hand for one of each kind."""
    import keras
    import numpy as np

    from cnnfigs.models.imagenet import mobilenet_v2, network_input

    sheets, sheet = PlainSheets(), VisualHierarchy().result
    photo = sheet.shown.photo
    model = mobilenet_v2(*photo.shape[:2])
    by_name = {(level.layer, unit.channel): unit for level in sheet.levels for unit in level.units}
    for layer, channel, grey in (("Conv1_relu", 25, True), ("block_1_expand_relu", 92, False)):
        unit = by_name[layer, channel]
        top, left, height, width = unit.box
        colour = photo[top : top + height, left : left + width].reshape(-1, 3).mean(axis=0).round()
        reader = keras.Model(model.inputs, model.get_layer(layer).output)
        values = [
            float(np.asarray(reader([network_input(shown[np.newaxis])]))[0][*unit.place, channel])
            for shown in (photo, np.zeros_like(photo) + colour.astype(np.uint8), np.full_like(photo, 124))
        ]
        (told,) = (each for each in sheets.result.units if (each.layer, each.channel) == (layer, channel))
        assert [max(0, each) for each in (told.piece, told.same_color, told.grey)] == pytest.approx(values, abs=1e-4)
        assert (values[2] > 0.8 * values[0]) is grey
        assert (values[1] < 0.1 * values[0]) is not grey
    assert int(sheets.facts["indifferent"]) > len(sheets.result.units) / 2
    needing = [each for each in sheets.result.units if abs(each.same_color) < 0.1 * each.piece]
    assert {each.layer for each in needing} == {sheet.levels[1].layer}


def contrast(photo, unit):
    """Return how much brightness varies where a unit looks, which the run says too."""
    top, left, height, width = unit.box
    sums = [sum(map(int, pixel)) for row in photo[top : top + height, left : left + width] for pixel in row]
    assert unit.contrast == round((max(sums) - min(sums)) / 3)
    return unit.contrast


def test_first_two_rows_show_nearly_one_colour_and_edges_come_in_the_third():
    """From block_4 on, brightness varies within most pieces by more than twice as much as in any of the first rows."""
    run = VisualHierarchy().result
    first, second, third, *_ = ([contrast(run.shown.photo, unit) for unit in level.units] for level in run.levels)
    assert run.levels[2].layer == "block_4_expand_relu"
    assert max(first + second) < 50
    for level in run.levels[:2]:
        inside = {
            name for unit in level.units for name, places in BOXES.items() if any(within(unit, each) for each in places)
        }
        assert {"ears", "nose and mouth"} <= inside
    assert sorted(third)[1] > 2 * max(first + second)


def within(unit, place):
    return all(
        place[axis] <= unit.box[axis] and unit.box[axis] + unit.box[axis + 2] <= place[axis] + place[axis + 2]
        for axis in (0, 1)
    )


def test_every_unit_of_the_sheet_speaks_for_a_cat():
    """Shown is where a map contributes: no unit is without a share, or speaks against."""
    assert all(unit.own > 0 for level in VisualHierarchy().result.levels for unit in level.units)


def test_every_line_of_the_tree_is_counted():
    tree = HierarchyTree()
    drawn = [line for line in tree.figure.axes[0].lines if line.get_linewidth() < 20]
    key = 3
    assert (
        len(drawn) - key
        == int(tree.facts["lines"])
        == len(tree.result.levels[0].units) + sum(map(len, tree.result.links))
    )


def test_tree_has_an_ear_with_an_eye_whose_unit_is_driven_by_units_that_see_the_ear():
    tree = HierarchyTree().result
    upper, lower = tree.levels[0].units, tree.levels[1].units
    (number,) = (each for each, unit in enumerate(upper) if unit.parts == ("eyes", "ears"))
    driving = [lower[link.lower] for link in tree.links[0] if link.upper == number]
    assert driving
    assert all("ears" in unit.parts for unit in driving)
