"""Whatever measures recorded networks says in its caption what they were trained on and what they were asked."""

import ast
import inspect
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from cnnfigs.illustrations.concept_test.concept_test import Questionnaire
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.illustrations.training_and_measured.scoreboard import Scoreboard

DOCS = Path(__file__).parents[2] / "docs"
#: A figure's cell: its options, and the illustration that its last line shows.
CELL = re.compile(r"^```\{code-cell\}.*?\n---\n(?P<options>.*?)\n---\n(?P<code>.*?)^```$", flags=re.M | re.S)


@cache
def reads_records(module):
    """Whether a module of illustrations reads what experiments found."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return bool(imported & {f"cnnfigs.experiments.{name}" for name in ("findings", "groups", "chances")})


def captions(text):
    """The captions of a page, with what is folded below the figure, and the name of the illustration of each."""
    for cell in CELL.finditer(text):
        shown = re.search(r"^(\w+)\(.*\)$", cell["code"].strip().splitlines()[-1])
        if "caption" in cell["options"] and shown:
            folded = re.match(r"\s*:::\{folded\}.*?\n:::", text[cell.end() :], flags=re.S)
            yield shown[1], cell["options"] + (folded[0] if folded else "")


MEASURED = [
    name
    for name, kind in all_illustrations().items()
    if reads_records(kind.__module__) and not issubclass(kind, (Exercise, Questionnaire, Scoreboard))
]


def test_there_are_measurements():
    assert len(MEASURED) >= 9


@pytest.mark.parametrize("name", MEASURED)
def test_a_measurement_states_its_conditions_and_each_caption_quotes_them(name):
    told = all_illustrations()[name]().facts["conditions"]
    assert "trained on " in told
    assert "asked about " in told
    quoted = 0
    for page in DOCS.glob("*.md"):
        for shown, options in captions(page.read_text("utf-8")):
            if shown == name:
                assert re.search(r"\{fact\}`\S+ conditions`", " ".join(options.split())), page.name
                quoted += 1
    assert quoted
