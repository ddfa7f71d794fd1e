"""What a page asks its readers to predict it also answers, folded away below the question."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ASKED = "**Predict first.**"
ANSWER = re.compile(r"(?:.+\n)+\n:::\{folded\} .+\n((?:.*\n)+?):::")
QUESTIONS = [
    pytest.param(text[found.start() :], id=f"{path.stem}-{number}")
    for path in sorted(DOCS.glob("*.md"))
    for text in [path.read_text("utf-8")]
    for number, found in enumerate(re.finditer(re.escape(ASKED), text))
]


def test_there_are_questions():
    assert len(QUESTIONS) > 10


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_has_its_answer_folded_below_it(words):
    answer = ANSWER.match(words)
    assert answer, "say below the question, in :::{folded}, what the reader may have seen"
    assert len(answer[1].split()) > 10
