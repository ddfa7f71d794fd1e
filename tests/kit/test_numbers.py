"""Other numbers for each class: near the page's, the same again for the same class, never with two right answers."""

import pytest

from cnnfigs.illustrations.exercises.filters import FilterParts, SeparableWeights, WorkOfFilters
from cnnfigs.illustrations.exercises.later import AttendedValue
from cnnfigs.illustrations.exercises.sizes import OddPooling, StridedSame
from cnnfigs.illustrations.exercises.values import GreyWall
from cnnfigs.kit.numbers import generator, with_other_numbers

WITH_NUMBERS = [StridedSame(), OddPooling(), FilterParts(), GreyWall(), SeparableWeights(), WorkOfFilters()]
every = pytest.mark.parametrize("exercise", WITH_NUMBERS, ids=lambda each: type(each).__name__)


@every
def test_classes_get_other_numbers_and_each_class_the_same_again(exercise):
    several = {name: with_other_numbers(exercise, generator(name)) for name in ("A", "B", "Monday", "Ünder")}
    assert len({*several.values(), exercise}) >= 4
    assert several == {name: with_other_numbers(exercise, generator(name)) for name in several}


@every
def test_right_answers_are_right_and_no_wrong_one_is(exercise):
    random = generator("right")
    for each in (with_other_numbers(exercise, random) for _ in range(5)):
        run = each.run()
        assert each.question.right == each.write(run.right)
        assert each.question.right not in each.question.wrong
        assert len(each.question.wrong) >= 2


def test_numbers_stay_near_those_of_the_page():
    random = generator("near")
    for _ in range(30):
        other = with_other_numbers(OddPooling(size=27, channels=16), random)
        assert 13 <= other.size <= 54
        assert other.size % 2 == 1
        assert 8 <= other.channels <= 32
        assert 0.4 <= with_other_numbers(GreyWall(value=0.9), random).value <= 1


def test_what_has_no_numbers_to_draw_gets_those_of_a_variant_of_the_page():
    random = generator("none")
    drawn = {with_other_numbers(AttendedValue(), random) for _ in range(20)}
    assert drawn == {AttendedValue(), *AttendedValue().variants}
