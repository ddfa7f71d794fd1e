"""What the page says in words is what the network did."""

from itertools import pairwise
from statistics import median

import pytest

from cnnfigs.data import imagenet_classes
from cnnfigs.illustrations.parts_only import PartsOnly, PartsTable
from cnnfigs.illustrations.photo_answers import PhotoAnswers
from cnnfigs.illustrations.scrambled import ScrambledCat
from cnnfigs.illustrations.visual_hierarchy import HierarchyTree, VisualHierarchy
from cnnfigs.models.imagenet import CATS

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
    assert {part for unit in levels["block_12_expand_relu"] for part in unit.parts} == set(PARTS)
    assert all(unit.parts for unit in levels["out_relu"])
    assert any(unit.parts == PARTS for unit in levels["out_relu"])


def test_some_units_see_nothing_but_background():
    """Right of the cat's chin, from row 120 and column 285 on, there is no cat."""
    boxes = [unit.box for level in VisualHierarchy().result.levels for unit in level.units if unit.box[2] > 30]
    assert any(top >= 120 and left >= 285 for top, left, _, _ in boxes)


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


def test_grey_parts_get_hardly_more_than_a_grey_sheet():
    run = PartsOnly().result
    (tight,) = run.margins
    share = tight.answers[run.shown.index("all three")].cats
    assert run.nothing.cats < share < 0.03


def test_three_parts_with_a_margin_are_nearly_as_good_as_the_whole_photo(parts):
    assert parts["all three", 24] > 0.9 * PhotoAnswers().result.answer.cats


def test_pairs_give_much_more_than_the_sum_of_their_parts(parts):
    for one, other in (PARTS[:2], PARTS[::2], PARTS[1:]):
        assert parts[f"{one} + {other}", 24] > 1.5 * (parts[one, 24] + parts[other, 24])
    assert max(parts[name, 24] for name in PARTS) < 0.25


def test_without_the_parts_it_fails(parts):
    assert max(share for (name, _), share in parts.items() if name == "all but these") < 0.35


def test_large_tiles_make_it_surer_and_small_ones_lose_the_cat(scrambled):
    (before,) = scrambled["as it is"]
    assert median(scrambled["tiles of 75"]) > before
    assert sum(share > before for share in scrambled["tiles of 75"]) > len(scrambled["tiles of 75"]) / 2
    assert median(scrambled["tiles of 45"]) > 0.5
    assert max(scrambled["tiles of 25"]) < 0.5


def test_mirrored_and_upside_down_make_hardly_any_difference(scrambled):
    for change in ("mirrored", "upside down"):
        assert scrambled[change][0] == pytest.approx(scrambled["as it is"][0], abs=0.05)
