"""The answers of the exercises on transfer learning, by arithmetic of their own."""

from cnnfigs.illustrations.exercises.transfer import AnswersOnAPhoto, BothShares, GreyCrops, NewHead
from cnnfigs.illustrations.training_and_measured.transfer import OtherColors


def test_a_new_head_has_a_weight_for_each_number_and_a_bias():
    for classes in (2, 3, 20):
        assert NewHead(classes=classes).result.right == (classes * 1281,)


def test_a_map_has_a_place_every_eight_pixels():
    for height, width in ((240, 320), (480, 640), (400, 400)):
        expected = len(range(0, height - 80 + 1, 8)), len(range(0, width - 80 + 1, 8))
        assert AnswersOnAPhoto(height=height, width=width).result.right == expected


def test_shares_of_places_and_of_boxes():
    assert BothShares(right=48, wrong=32, missed=12).result.right == (0.6, 0.8)
    assert BothShares(right=3, wrong=1, missed=9).result.right == (0.75, 0.25)


def test_grey_is_what_was_recorded():
    assert GreyCrops().facts["answer"] == OtherColors().facts["frozen grey"]
