"""The page for teachers: lessons are as long as they are said to be, and the kit has the files that it names."""

import re
import shlex
from pathlib import Path

import pytest
from nox_sessions import sessions

from cnnfigs.illustrations.exercises.sizes import OddPooling
from cnnfigs.kit.__main__ import CLASSES, items, page_files, quiz_files
from cnnfigs.kit.numbers import generator, with_other_numbers
from cnnfigs.kit.pages import AUTHOR, OWED, Page
from cnnfigs.sphinxext.site.quizzes import FORMS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "for-teachers.md").read_text("utf-8")
WORDS = " ".join(TEXT.split())


@pytest.mark.parametrize("minutes", [45, 90])
def test_a_lesson_is_as_long_as_its_title_says(minutes):
    lesson = TEXT.split(f"## A lesson of {minutes} minutes")[1].split("\n## ")[0]
    steps = [int(number) for number in re.findall(r"(?m)^\| (\d+) \|", lesson)]
    assert len(steps) > 3
    assert sum(steps) == minutes


class Paper:
    """Prints nothing."""

    def print(self, document):
        return document.encode()


def test_the_kit_has_the_files_that_are_named():
    page = Page("pooling", "Pooling", (), ())
    asked = items(page)
    assert asked == []
    named = set(re.findall(r"`([\w.…-]+\.(?:zip|pptx|xml|txt|pdf))`", TEXT))
    quizzes = set(quiz_files("A quiz", []))
    assert quizzes < named
    assert named - quizzes == {"figures.zip", "slides.pptx", "worksheet-….pdf", "key-….pdf"}
    assert set(FORMS) == quizzes, "what a site offers is what the kit makes"
    assert page_files(page, asked, CLASSES, Paper()) == {}, "what shows nothing has no files"


def test_its_commands_are_there():
    commands = re.findall(r"(?m)^nox -s (\w+)(?: -- (.*))?$", TEXT)
    assert {name for name, _ in commands} <= set(sessions())
    options = {word for _, line in commands for word in shlex.split(line) if word.startswith("--")}
    assert options == {"--page", "--class"}


def test_the_same_class_gets_the_same_numbers_again():
    assert "the same name gives the same worksheet again" in WORDS
    one, again, other = (with_other_numbers(OddPooling(), generator(name)) for name in ("Monday", "Monday", "Thursday"))
    assert one == again != other


def test_whom_to_name_is_what_credit_lines_say():
    assert AUTHOR.removeprefix("the ") in WORDS.split("## Whom to name")[1]
    assert all(licence in WORDS for licence, _ in OWED.values())
