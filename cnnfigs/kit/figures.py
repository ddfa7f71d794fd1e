"""The figures of a page as files, for slides and handouts of one's own."""

from __future__ import annotations

from cnnfigs.drawing.formats import Look, Theme
from cnnfigs.kit.pages import Page, Shown

THEMES: tuple[Theme, ...] = ("light", "dark")
FORMATS = ("svg", "pdf", "png")


def figure_files(page: Page) -> dict[str, bytes]:
    """Return a page's figures in all formats and both themes, each with its words, by name of the file."""
    files: dict[str, bytes] = {}
    for place, shown in enumerate(page.figures, 1):
        stem = f"{place:02}-{shown.name}"
        for theme in THEMES:
            for form in FORMATS:
                files[f"{stem}-{theme}.{form}"] = shown.illustration.content(form, Look(theme))
        files[f"{stem}.txt"] = words(shown).encode()
    return files


def words(shown: Shown) -> str:
    """Return what goes with a figure wherever it goes: caption, alternative text, credit."""
    return "\n\n".join(
        [
            f"{shown.number}: {shown.caption}",
            f"Alternative text: {shown.illustration.description}",
            f"Credit: {shown.credit}",
            "",
        ]
    )
