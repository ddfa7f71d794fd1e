"""An exercise with numbers for a class: each gets its own, and the same ones whenever the kit is made.

The numbers are near those of the page, so that what can be worked out on paper there can be worked out on paper here.
An exercise refuses parameters for which a wrong rule would be right by chance; then others are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from cnnfigs.parameters import Choice, Number, Parameter, Whole, parameters

if TYPE_CHECKING:
    from cnnfigs.illustrations.exercises.exercise import Exercise

#: How often numbers are drawn before one of the exercise's own variants is taken.
TRIES = 40


def generator(name: str) -> Random:
    """Return where the numbers of a class come from: the same for the same name."""
    return Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]))


def with_other_numbers(exercise: Exercise, random: Random) -> Exercise:
    """Return an exercise with other numbers; if none can be drawn, one of those that its page asks with.

    Parameters
    ----------
    exercise
        As the page asks it.
    random
        Where the numbers come from.
    """
    declared = parameters(type(exercise))
    for _ in range(TRIES):
        drawn = {each.name: _draw(each, getattr(exercise, each.name), random) for each in declared}
        if all(value == getattr(exercise, name) for name, value in drawn.items()):
            continue
        try:
            other = replace(exercise, **drawn)
            if other.question:
                return other
        except ValueError:  # the exercise refuses these numbers, or its question a wrong rule that is right by chance
            continue
    return random.choice([exercise, *exercise.variants])


def _draw(parameter: Parameter, given: Any, random: Random) -> Any:
    match parameter.values:
        case Choice(options=options):
            return random.choice(options)
        case Whole() as whole:
            return random.choice(list(_near(whole, given)))
        case Number(least=least, most=most):
            decimals = len(f"{given:g}".partition(".")[2])
            return round(min(max(random.uniform(given / 2, 2 * given), least), most), decimals)
    return given


def _near(whole: Whole, given: int) -> Iterator[int]:
    """Give the numbers from half of the given one to twice as much; of some that are small, the next few."""
    most = max(2 * given, given + 5)
    for number in range(whole.least, (most if whole.most is None else min(most, whole.most)) + 1, whole.step):
        if number >= given // 2:
            yield number
