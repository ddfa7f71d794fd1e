"""What is asked of the pictures and texts of the built site, looked at in a browser.

A picture is found again in the sources by the name of its figure, a text by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from cnnfigs.checking.pages import Mistake
from cnnfigs.drawing.palette import Palette, palette, relative_luminance
from cnnfigs.sphinxext.books.browsers import find_browser

WIDTH = 720
CONTRAST = 4.5
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: What :func:`cnnfigs.drawing.palette.text_on` writes on cells that keep their colour in both themes.
ON_CELLS = {"#000000", "#fefefe"}

LOOK = """() => [...document.querySelectorAll('svg[role=img]')].filter(svg => svg.getClientRects().length).map(svg => {
    const whole = svg.getBoundingClientRect();
    return {
        figure: svg.closest('figure')?.id ?? '',
        label: svg.getAttribute('aria-label') ?? '',
        width: whole.width,
        // Of an animation only the frame that stands when nothing moves.
        texts: [...svg.querySelectorAll('text')].filter(text =>
            text.checkVisibility({ opacityProperty: true, visibilityProperty: true })).map(text => {
            const box = text.getBoundingClientRect();
            return {
                words: text.textContent.trim(),
                fill: text.getAttribute('fill') ?? text.closest('[fill]')?.getAttribute('fill') ?? '#000000',
                turned: /rotate\\((?!-?0[ ,)])/.test(text.getAttribute('transform') ?? ''),
                left: box.left - whole.left, right: box.right - whole.left,
                top: box.top - whole.top, bottom: box.bottom - whole.top,
            };
        }).filter(text => text.words),
        height: whole.height,
    };
})"""


def too_wide(picture: dict[str, Any]) -> Iterator[str]:
    """Report a picture that is wider than the column."""
    if picture["width"] > WIDTH:
        yield f"the picture is {picture['width']:.0f} pixels wide: {WIDTH} is the most"


def overlapping(picture: dict[str, Any]) -> Iterator[str]:
    """Report texts that are cut, or stand on another."""
    for text in picture["texts"]:
        if (
            min(text["left"], text["top"]) < -1
            or text["right"] > picture["width"] + 1
            or text["bottom"] > picture["height"] + 2
        ):
            yield f"the text {text['words']!r} is cut by the edge of the picture"
    texts = [text for text in picture["texts"] if not text["turned"]]
    for number, one in enumerate(texts):
        for other in texts[number + 1 :]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            # The box of a line of text is higher than its letters.
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            least = 0.35 * min(one["bottom"] - one["top"], other["bottom"] - other["top"])
            if across > 1.5 and down > least:
                yield f"the texts {one['words']!r} and {other['words']!r} overlap"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2, 1 to 21."""
    lighter, darker = sorted([relative_luminance(one), relative_luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faint(picture: dict[str, Any], colors: Palette) -> Iterator[str]:
    """Report texts of a picture that are hard to read in either theme."""
    for fill in dict.fromkeys(text["fill"] for text in picture["texts"]):
        words = next(text["words"] for text in picture["texts"] if text["fill"] == fill)
        name = re.match(r"var\(--cnn-([\w-]+)", fill)
        if name is None:
            if fill not in ON_CELLS:
                yield f"the text {words!r} has the colour {fill}, which does not follow the theme: use the palette"
            continue
        for theme, values in (("light", colors.light), ("dark", colors.dark)):
            ratio = contrast(values[name[1]], values["background"])
            # What is too faint on the page is written on a filled box, whose contrast the palette's own tests hold.
            if ratio < CONTRAST and not name[1].startswith(("on-", "background")):
                yield (
                    f"the text {words!r} in the colour {name[1]!r} has a contrast of {ratio:.1f}:1 in the {theme} "
                    f"theme: {CONTRAST}:1 is the least"
                )


def faint_texts(page: Page) -> Iterator[tuple[str, str]]:
    """Yield each text of a page that axe finds too faint, with what axe says."""
    options = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
    for violation in Axe().run(page, options=options).response["violations"]:
        for node in violation["nodes"]:
            words = re.sub(r"<[^>]*>", " ", node["html"]).split()
            yield " ".join(words), node["any"][0]["message"]


def line_of(source: Path, words: str) -> int:
    """Find the line of a page that has these words, or as many of the first of them as it can; else 1."""
    lines = source.read_text("utf-8").splitlines() if source.is_file() else []
    parts = words.split()
    for count in range(len(parts), 0, -1):
        beginning = " ".join(parts[:count])
        for number, line in enumerate(lines, 1):
            if beginning and beginning in line:
                return number
    return 1


def check_pictures(root: Path, only: Set[str] = frozenset(), browser: Browser | None = None) -> Iterator[Mistake]:
    """Look at every page of ``root/site`` that has a source, or at those named."""
    if browser is None:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            started = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
            yield from check_pictures(root, only, started)
            started.close()
        return
    colors = palette()
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    for source in sorted((root / "docs").rglob("*.md")):
        name = source.relative_to(root / "docs").with_suffix("").as_posix()
        built = root / "site" / f"{name}.html"
        if not name.startswith("_") and built.is_file() and (not only or name in only):
            file = source.relative_to(root).as_posix()
            yield from (Mistake(file, line, text) for line, text in look_at(tab, built, source, colors))
    tab.close()


def look_at(tab: Page, built: Path, source: Path, colors: Palette) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the pictures and texts of one page, each with the line of the source."""
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto(built.as_uri())
    tab.evaluate("document.fonts.ready")
    for picture in tab.evaluate(LOOK):
        line = line_of(source, f"name: {picture['figure']}") if picture["figure"] else 1
        yield from ((line, text) for text in (*too_wide(picture), *overlapping(picture), *faint(picture, colors)))
        if not picture["label"].strip():
            yield line, "the picture has no description for those who cannot see it: `describe` must return a sentence"
    for theme in THEMES:
        tab.emulate_media(color_scheme=theme)
        for words, reason in faint_texts(tab):
            yield line_of(source, words), f"the text {words[:60]!r} is hard to read in the {theme} theme: {reason}"
