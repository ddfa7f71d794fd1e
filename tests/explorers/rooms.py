"""Measure the room that explorers need in a page before they start, and write it as ``loader.css`` has it.

Usage: python tests/explorers/rooms.py SITE, where SITE is the built site. Every page that has explorers is opened in
windows of all widths, with a mouse and with a finger, in the widest font of the tests, which needs the most. The rules
that are printed are the last ones of ``loader.css``.
"""

import os
import sys
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).resolve().parents[1] / "site"))  # pages are opened as in the tests

from browsers import ARGUMENTS, find_browser, write_fonts
from exploring import AT_REST, pages_of
from serving import serve

from cnnfigs.explorers.registry import EXPLORERS

#: From 1,600 pixels on pages are wider.
WIDE = (1440, 1592, 1600, 1800)
#: Widths of windows; one layout gives way to the next somewhere between two. A finger needs more at every width.
WIDTHS = {False: (*range(320, 1289, 8), *WIDE), True: (*range(320, 1289, 88), *WIDE)}
#: The font is so many times as wide as ours.
STRETCH = 1.15
#: So much may one room be larger than what is needed at a width that shares it: a share, or so many pixels.
SHARE, LEAST = 0.05, 20

MEASURE = """async names => {
    for (let count = 0; count < 3; count++) await new Promise(requestAnimationFrame);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize); // larger in wide windows
    return names.map(name => {
        const element = document.querySelector(`cnn-${name}`);
        element.style.minHeight = "0";
        element.shadowRoot.querySelector(".tour")?.remove(); // its room is a rule of its own
        return [element.dataset.settings ?? "", (element.getBoundingClientRect().height * 16) / rem];
    });
}"""


def measure(site, served, playwright, finger):
    """Yield explorer, settings of the page, width of the window, height in pixels of which 16 are a rem."""
    with tempfile.TemporaryDirectory() as folder:
        fonts = write_fonts(Path(folder), STRETCH)
        environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        browser = playwright.chromium.launch(executable_path=find_browser(None), args=ARGUMENTS, env=environment)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=finger, is_mobile=finger)
        context.route("**/fonts/text*.woff2", lambda route: route.abort())
        for address in sorted({page for name in EXPLORERS for page in pages_of(site, name)}):
            names = [name for name in EXPLORERS if address in pages_of(site, name)]
            page = context.new_page()
            page.goto(f"{served}/{address}")
            for name in names:
                page.locator(f"cnn-{name}").evaluate("element => element.scrollIntoView({behavior: 'instant'})")
                page.locator(f"cnn-{name} .explorer").wait_for()
            page.evaluate("document.fonts.ready")
            page.wait_for_function(AT_REST, arg=names)
            for width in WIDTHS[finger]:
                page.set_viewport_size({"width": width, "height": 900})
                for name, (settings, height) in zip(names, page.evaluate(MEASURE, names), strict=True):
                    yield name, settings, width, height
            page.close()
        browser.close()


def steps(needed):
    """Group widths, from the widest on: so long as one height is right for all, yield it and the least width above."""
    widths = sorted(needed, reverse=True)
    group = [widths[0]]
    above = None
    for width, narrower in pairwise([*widths, None]):
        heights = [needed[each] for each in [*group, narrower] if each is not None]
        if narrower is None or max(heights) > min(heights) + max(SHARE * min(heights), LEAST):
            yield above, max(needed[each] for each in group)
            group, above = [], width
        group.append(narrower)


def rem(pixels):
    """Round up to a quarter of a rem."""
    return f"{-(-(pixels + 0.5) // 4) / 4:g}rem"


def main(site):
    found = {False: defaultdict(dict), True: defaultdict(dict)}
    with serve(site) as served, sync_playwright() as playwright:
        for finger, all_heights in found.items():
            for name, settings, width, height in measure(site, served, playwright, finger):
                heights = all_heights[name, settings]
                heights[width] = max(heights.get(width, 0), height)
    rules = defaultdict(list)
    touch = []
    selectors = {}
    for name, settings in sorted(found[False], key=lambda key: (list(EXPLORERS).index(key[0]), len(key[1]))):
        # The last setting that a page gives tells its explorer from the others.
        last = parse_qsl(settings)[-1:] if settings else []
        selectors[name, settings] = f"cnn-{name}" + "".join(f'[data-settings*="{key}={value}"]' for key, value in last)
    rooms = {key: [(above, rem(height)) for above, height in steps(needed)] for key, needed in found[False].items()}
    for (name, settings), selector in selectors.items():
        if settings and rooms[name, settings] == rooms.get((name, "")):
            continue  # those of the explorer as it is hold for it too
        for above, room in rooms[name, settings]:
            rules[above].append(f"{selector} {{ --room: {room}; }}")
        needed = found[False][name, settings]
        more = max(height - needed[width] for width, height in found[True][name, settings].items())
        touch.append(f"    {selector} {{ --touch: {rem(max(more, 0))}; }}")
    print("  " + "\n  ".join(rules.pop(None)))
    for above in sorted(rules, reverse=True):
        print(
            f"  @media (max-width: {(above - 1) / 16:g}rem) {{",
            *(f"    {rule}" for rule in rules[above]),
            "  }",
            sep="\n",
        )
    print("  @media (pointer: coarse) {", *touch, "  }", sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
