"""Draw every shape of hands.py in every way on the first page, as readers do, and print how many are read right.

Usage: python tests/handwriting/run.py [SITE] [WORD …], where SITE is the built site; words choose ways to draw. Nothing
is asserted: tests/explorers holds the first stroke and small drawings to these rates, with room.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "site")]  # the browser is found as in the tests

from browsers import ARGUMENTS, find_browser  # noqa: E402
from hands import HANDS, WAYS, Strokes  # noqa: E402

#: Before each drawing the paper is as a reader finds it: the sample lies on it.
FRESH = "element => element.change(element.defaults)"
ANSWER = "({networks: [{values}]}) => values.at(-1).indexOf(Math.max(...values.at(-1)))"


def draw(page: Page, strokes: Strokes) -> int:
    """Draw with the mouse, and return what the convnet says."""
    pad = page.locator("cnn-digit-pad")
    pad.evaluate(FRESH)
    box = pad.locator(".paper svg").bounding_box()
    for stroke in strokes:
        first, *others = [(box["x"] + x / 28 * box["width"], box["y"] + y / 28 * box["height"]) for x, y in stroke]
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place)
        page.mouse.up()
    return pad.evaluate(ANSWER)


def main(site: Path, words: list[str]) -> None:
    """Print a line for each way to draw: how many of the shapes are read right, and which are not."""
    chosen = {name: way for name, way in WAYS.items() if not words or any(word in name for word in words)}
    right = 0
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS).new_page()
        page.goto(f"{(site.resolve() / 'index.html').as_uri()}")
        paper = page.locator("cnn-digit-pad")
        paper.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
        paper.locator(".explorer").wait_for()
        page.evaluate("document.fonts.ready")
        for name, way in chosen.items():
            told = [(digit, draw(page, way(shape))) for digit, shape in HANDS]
            wrong = [f"{digit} read as {answer}" for digit, answer in told if answer != digit]
            right += len(told) - len(wrong)
            print(f"{name:<40}{len(told) - len(wrong):>4} of {len(told)}   {', '.join(wrong)}", flush=True)
    print(f"{'all':<40}{right:>4} of {len(chosen) * len(HANDS)}")


if __name__ == "__main__":
    site, *words = sys.argv[1:] or ["site"]
    main(Path(site), words)
