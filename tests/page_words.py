"""A page's words, so that a test can name the sentence that it holds to a run: who changes one sees the other."""

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def says(page: str, *sentences: str) -> bool:
    """Whether the page has all these words, however its lines are broken; the first that is missing is named."""
    words = " ".join((DOCS / f"{page}.md").read_text("utf-8").split())
    for sentence in sentences:
        assert sentence in words, f"{page}.md does not say: {sentence}"
    return True
