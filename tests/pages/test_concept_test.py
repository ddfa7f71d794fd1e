"""What the page of the concept test says about it, and where it sends those who want to learn more."""

import re
from collections import Counter
from pathlib import Path

from page_words import says

from cnnfigs.illustrations.concept_test.concept_test import ConceptTest
from cnnfigs.illustrations.concept_test.item import IDEAS

DOCS = Path(__file__).parents[2] / "docs"
#: What a page must write that teaches an idea.
WORDS = dict(
    zip(
        IDEAS,
        (
            *("channel", "slice", '"same"', "zeros", "half|odd", "shift|moved", "transposed convolution", "pooling"),
            *("sure", "overfitting", "heat map", "seed"),
        ),
        strict=True,
    )
)


def test_each_idea_is_listed_with_pages_that_teach_it():
    lines = re.findall(r"^- \*\*(.*?)\*\*: (.*)$", (DOCS / "concept-test.md").read_text("utf-8"), flags=re.MULTILINE)
    assert tuple(idea for idea, _ in lines) == IDEAS
    for idea, links in lines:
        for name in re.findall(r"\[\]\((.*?)\.md\)", links):
            text = " ".join((DOCS / f"{name}.md").read_text("utf-8").lower().split())
            assert re.search(WORDS[idea], text), (idea, name)


def test_each_form_has_one_or_two_questions_on_each_idea():
    assert says("concept-test", "Each of the two forms has one or two questions on each idea")
    for form in ("A", "B"):
        counts = Counter(each.idea for each in ConceptTest(form).questions)
        assert set(counts) == set(IDEAS)
        assert set(counts.values()) <= {1, 2}
