"""What the page says in words is what its sources say."""

import re
from pathlib import Path

from cnnfigs.runs.architectures.timeline import read_history

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "computer-vision.md").read_text(encoding="utf-8")
CITED = {each for cited in re.findall(r"\{cite\}`([^`]+)`", PAGE) for each in cited.split(",")}


def test_every_citation_is_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert known >= CITED


def test_every_step_of_the_timeline_is_told_and_cited():
    assert {event.key for event in read_history().events} <= CITED


def test_every_paragraph_of_the_history_and_every_use_has_its_source():
    start, end = PAGE.index("## Where they are at work"), PAGE.index("## In short")
    prose = re.sub(r"```\{code-cell\}.*?```", "", PAGE[start:end], flags=re.DOTALL)
    uses = re.findall(r"^- \*\*.*?(?=^- |\n\n)", prose, flags=re.MULTILINE | re.DOTALL)
    assert len(uses) == 10
    history = prose[prose.index("### A cat's brain") :]
    paragraphs = [each for each in history.split("\n\n") if each.strip() and not each.startswith(("#", "("))]
    assert len(paragraphs) >= 9
    for each in (*uses, *paragraphs):
        assert "{cite}`" in each, each
