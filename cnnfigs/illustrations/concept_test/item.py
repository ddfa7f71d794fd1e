"""What an item of the concept test is: a stem, and options of which each wrong one is named by its misconception."""

from __future__ import annotations

import random
from dataclasses import dataclass

from cnnfigs.errors import CnnfigsError
from cnnfigs.runs.concept_test import Asked

#: The ideas that items are about, in the order in which the pages teach them.
IDEAS = (
    "Depth of a filter",
    "Filter, slice and map",
    "Padding “same”",
    "Zeros around an image",
    "Making maps half as large",
    "Moved images",
    "Transposed convolution",
    "What pooling is for",
    "Probability and certainty",
    "Parameters and overfitting",
    "Heat maps and reasons",
    "One training and a result",
)


class ItemError(CnnfigsError):
    """What was computed does not leave exactly one option of an item right."""


@dataclass(frozen=True)
class Option:
    """An option of an item.

    Parameters
    ----------
    name
        What it is called in the run and in answers.
    text
        What is offered. Text between backticks is code.
    said
        What is said to those who choose it: why it is right, or what is mistaken in it.
    misconception
        What those believe who choose it, as a sentence; empty for the right one.
    """

    name: str
    text: str
    said: str
    misconception: str = ""


@dataclass(frozen=True)
class Item:
    """An item.

    Parameters
    ----------
    name
        What it is called in answers, such as ``"filter-depth-a"``.
    idea
        One of :data:`IDEAS`.
    question
        What is asked.
    options
        Three to five, in the order in which they are shown.
    before
        What has to be known first.
    table
        Rows of a small table to judge by, the heading row first.
    chooses
        Whether it asks what one would choose, and why.
    """

    name: str
    idea: str
    question: str
    options: tuple[Option, ...]
    before: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    chooses: bool = False

    @property
    def right(self) -> Option:
        """The right option."""
        return next(each for each in self.options if not each.misconception)


def item(
    name: str,
    idea: str,
    asked: Asked,
    question: str,
    options: list[Option],
    *,
    before: str = "",
    table: tuple[tuple[str, ...], ...] = (),
    chooses: bool = False,
) -> Item:
    """Put an item together, its options in an order that its name decides, and hold it to what was computed.

    Raises
    ------
    ItemError
        If another option is right than that without a misconception, or several are, or two read the same.
    """
    right = [each.name for each in options if asked.holds[each.name]]
    key = [each.name for each in options if not each.misconception]
    if right != key or len(key) != 1:
        raise ItemError(f"{name}: by what was computed {right or 'nothing'} is right, and the words take {key} for it")
    if len({" ".join(each.text.split()) for each in options}) < len(options):
        raise ItemError(f"{name}: two options read the same")
    tidy = [Option(each.name, _line(each.text), _line(each.said), _line(each.misconception)) for each in options]
    random.Random(name).shuffle(tidy)
    return Item(name, idea, _line(question), tuple(tidy), _line(before), table, chooses)


def _line(text: str) -> str:
    return " ".join(text.split())
