"""What the page says in words is what the network did."""

from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from cnnfigs.data import imagenet_classes
from cnnfigs.illustrations.photo.parts_only import PartsOnly, PartsTable, TogetherTable
from cnnfigs.illustrations.photo.photo_answers import PhotoAnswers
from cnnfigs.illustrations.photo.plain_sheets import PlainSheets
from cnnfigs.illustrations.photo.random_boxes import RandomBoxes
from cnnfigs.illustrations.photo.scrambled import ScrambledCat
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree, VisualHierarchy
from cnnfigs.models.imagenet import CATS
from cnnfigs.runs.photo.photo_answers import PARTS as BOXES
from cnnfigs.runs.photo.photo_answers import box_mask, random_boxes

PAGE = (Path(__file__).parents[2] / "docs" / "visual-hierarchy.md").read_text(encoding="utf-8")
PARTS = ("eyes", "nose and mouth", "ears")


@pytest.fixture(scope="module", params=["grey", "blurred"])
def parts(request):
    """The probability of a cat by what is shown and by margin."""
    run = PartsTable(request.param).result
    return {
        (name, each.margin): answer.cats
        for each in run.margins
        for name, answer in zip(run.shown, each.answers, strict=True)
    }


@pytest.fixture(scope="module")
def scrambled():
    return {change.change: [answer.cats for answer in change.answers] for change in ScrambledCat().result.changes}


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


def test_boxes_cover_as_much_as_is_told(controls):
    """About half of the photo with 16 pixels, more than half with 24 wherever they lie."""
    seeds = range(len(controls["grey", "left", 0].others))
    shares = {margin: [box_mask(random_boxes(seed), margin).mean() for seed in seeds] for margin in (16, 24)}
    assert all(0.44 < share < 0.56 for share in shares[16])
    assert min(shares[24]) > 0.5
    blurred = controls["blurred", "hidden", 16]
    assert (blurred.others > blurred.parts).mean() > 0.9


def test_boxes_overlap_with_16_pixels_and_more_and_grey_gives_less_without_overlap_too():
    for margin, apart in ((0, True), (8, True), (16, False), (24, False)):
        masks = [box_mask(places, margin) for places in BOXES.values()]
        assert (int(sum(mask.astype(int) for mask in masks).max()) == 1) is apart
    cases = [each for each in TogetherTable().result.together if each.rest == "grey" and each.margin < 16]
    assert cases
    assert all(case.measured < case.added for case in cases)


def test_with_the_rest_blurred_the_best_answer_is_a_cat_already_with_tight_boxes():
    facts = PartsTable("blurred").facts
    assert facts["all three 0 says"] == "Egyptian cat"
    assert PartsTable("grey").facts["all three 0 says"] != "Egyptian cat"


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


def test_tight_parts_fail_and_blurring_does_not_save_them(parts):
    tight = {name: share for (name, margin), share in parts.items() if margin == 0}
    assert all(share < 0.25 for share in tight.values())


def test_grey_parts_get_little_and_a_grey_sheet_less():
    run = PartsOnly().result
    (tight,) = run.margins
    share = tight.answers[run.shown.index("all three")].cats
    assert run.nothing.cats < share < 0.03


@pytest.fixture(scope="module")
def controls():
    return {(each.rest, each.boxed, each.margin): each for each in RandomBoxes().result.controls}


def test_tight_boxes_with_the_rest_grey_give_no_more_than_any_others(controls):
    """A good part of the draws gives more."""
    tight = controls["grey", "left", 0]
    assert 0.25 < (tight.others > tight.parts).mean() < 0.75
    blurred = controls["blurred", "left", 0]
    assert 0 < (blurred.others > blurred.parts).mean() < 0.25  # little, and not nothing


@pytest.mark.parametrize("rest", ["grey", "blurred"])
def test_parts_with_their_surroundings_count_more_than_other_pieces(controls, rest):
    for margin in (16, 24):
        with_parts = controls[rest, "left", margin]
        assert (with_parts.others < with_parts.parts).all()


@pytest.mark.parametrize("rest", ["grey", "blurred"])
def test_parts_are_missed_more_than_other_pieces_where_boxes_are_tight(controls, rest):
    tight = controls[rest, "hidden", 0]
    assert (tight.others > tight.parts).all()


def test_most_draws_cover_half_of_some_part(controls):
    draws = len(controls["grey", "left", 0].others)
    covering = 0
    for seed in range(draws):
        marked = box_mask(random_boxes(seed), 0)[..., 0]
        covering += any(
            marked[top : top + height, left : left + width].mean() >= 0.5
            for places in BOXES.values()
            for top, left, height, width in places
        )
    assert covering > draws / 2


def test_grown_boxes_hide_most_of_the_photo_and_then_it_makes_no_difference_where(controls):
    wide = controls["grey", "hidden", 24]
    assert min(wide.area, wide.other_area) > 0.5
    assert wide.area == pytest.approx(wide.other_area, abs=0.03)
    assert 0.25 < (wide.others > wide.parts).mean() < 0.75


def test_pairs_give_less_than_evidence_that_adds_up_with_the_rest_grey_and_about_as_much_with_it_blurred():
    cases = TogetherTable().result.together
    grey, blurred = ([case for case in cases if case.rest == rest] for rest in ("grey", "blurred"))
    assert all(case.measured < case.added for case in grey)
    less = sum(case.measured < case.added for case in blurred)
    assert len(blurred) / 4 < less < 3 * len(blurred) / 4
    # Of those that give more, one pair does clearly.
    more = {(case.shown, case.margin): case for case in blurred if case.measured > case.added}
    clear = {name for name, case in more.items() if case.measured > case.added + 0.05}
    assert {shown for shown, _ in clear} == {"eyes + ears"}
    assert len(clear) < len(more) / 2


def test_three_parts_with_a_margin_are_nearly_as_good_as_the_whole_photo(parts):
    assert parts["all three", 24] > 0.9 * PhotoAnswers().result.answer.cats


def test_pairs_give_much_more_than_the_two_percentages_added(parts):
    for one, other in (PARTS[:2], PARTS[::2], PARTS[1:]):
        assert parts[f"{one} + {other}", 24] > 1.5 * (parts[one, 24] + parts[other, 24])
    assert max(parts[name, 24] for name in PARTS) < 0.25


def test_large_tiles_make_it_surer_and_small_ones_lose_the_cat(scrambled):
    (before,) = scrambled["as it is"]
    assert median(scrambled["tiles of 75"]) > before
    assert sum(share > before for share in scrambled["tiles of 75"]) > len(scrambled["tiles of 75"]) / 2
    assert median(scrambled["tiles of 45"]) > 0.5
    assert max(scrambled["tiles of 25"]) < 0.5


def test_arrangement_hardly_counts(scrambled):
    """Neither mirrored nor upside down is less of a cat; the square is not the whole photo, and the page says so."""
    for change in ("mirrored", "upside down"):
        assert scrambled[change][0] == pytest.approx(scrambled["as it is"][0], abs=0.05)
    assert scrambled["as it is"][0] != pytest.approx(PhotoAnswers().result.answer.cats, abs=0.01)
    assert "for the same square" in PAGE
