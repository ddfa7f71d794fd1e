"""What the page says in words is what the network did."""

from pathlib import Path
from statistics import median

import pytest
from page_words import says

from cnnfigs.illustrations.photo.parts_only import PartsOnly, PartsTable, TogetherTable
from cnnfigs.illustrations.photo.photo_answers import PhotoAnswers
from cnnfigs.illustrations.photo.random_boxes import RandomBoxes
from cnnfigs.illustrations.photo.scrambled import ScrambledCat
from cnnfigs.runs.photo.photo_answers import PARTS as BOXES
from cnnfigs.runs.photo.photo_answers import box_mask, random_boxes

PAGE = (Path(__file__).parents[2] / "docs" / "parts-tested.md").read_text(encoding="utf-8")
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
    assert says("parts-tested", "with 16 pixels more where the cover is grey, and with 24 where it is a blur")
    for rest, margins in (("grey", (16, 24)), ("blurred", (24,))):
        for margin in (0, 8, 16, 24):
            hidden = controls[rest, "hidden", margin]
            above = (hidden.others > hidden.parts).mean()
            assert 0.25 < above < 0.75 if margin in margins else above > 0.9, (rest, margin)
    wide = controls["grey", "hidden", 24]
    assert min(wide.area, wide.other_area) > 0.5
    assert wide.area == pytest.approx(wide.other_area, abs=0.03)


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
