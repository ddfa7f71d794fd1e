"""A page's words and what they quote: who changes a sentence that a test holds to a run sees the test."""

import ast
import re
from pathlib import Path

from cnnfigs.catalog import page_uses

DOCS = Path(__file__).parents[1] / "docs"


def says(page: str, *sentences: str) -> bool:
    """Whether the page has all these words, however its lines are broken; the first that is missing is named."""
    words = " ".join((DOCS / f"{page}.md").read_text("utf-8").split())
    for sentence in sentences:
        assert sentence in words, f"{page}.md does not say: {sentence}"
    return True


def sources(page: str) -> dict[str, str]:
    """The illustrations whose facts a page can quote, as it calls them, by the names that it quotes them by."""
    found = {}
    for name, use in page_uses(page, (DOCS / f"{page}.md").read_text("utf-8")):
        if name == "quote":
            found |= {each.arg: ast.unparse(each.value) for each in ast.parse(use.code, mode="eval").body.keywords}
        elif use.label:
            found[use.label] = use.code
    return found


def quoted(page: str) -> list[tuple[str, str]]:
    """What a page quotes: the names of sources and facts."""
    text = " ".join((DOCS / f"{page}.md").read_text("utf-8").split())
    return re.findall(r"\{fact\}`(\S+) ([^`]+)`", text)
