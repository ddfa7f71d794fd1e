"""What is to be predicted: the right answer from real layers, and wrong ones from the rules that people take for right.

Each wrong rule is written out where its exercise is computed, one expression each; none of them is used anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: An answer: a single number, a shape, a row of numbers, or a name.
Values = tuple[float | str, ...]


@dataclass(frozen=True)
class Mistake:
    """A wrong rule, and what it makes of the numbers that are asked about."""

    #: The rule, as the end of a sentence with "if".
    rule: str
    #: What it gives.
    values: Values
    #: How it gives that: its arithmetic on these numbers, or what it does with them.
    how: str


@dataclass(frozen=True)
class Prediction:
    """What is to be predicted, and what mistaken rules predict."""

    #: What the layers give.
    right: Values
    #: What each wrong rule gives.
    wrong: tuple[Mistake, ...]
    #: Numbers that the question or its explanation needs.
    given: dict[str, float] = field(default_factory=dict)
