"""Measure the builds of the site, and what each page weighs, and print one table.

Usage: python tests/bench/measure.py COMMAND, where COMMAND builds docs/ into site/.

Seconds are by the clock; beside them stands what a build used of all processors, which a busy machine changes less. The
cold build starts without any cache, compiled Python files included, and runs once; the short builds are the median
of three. Memory is the highest sum over all processes of a build, looked at five times a second, with shared pages
counted once where the system tells (Linux). A page's weight is that of its HTML and of all that a browser loads with
it, each file compressed by gzip.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from builds import ROOT, Measured, build, copy_checkout
from playwright.sync_api import sync_playwright

sys.path.append(str(ROOT / "tests" / "site"))  # what loads is judged as the tests judge it

from browsers import find_browser
from checks import Watch, open_page, weight

REPEATS = 3


def builds(checkout: Path, command: list[str]) -> Iterator[tuple[str, list[Measured]]]:
    """Build from nothing, then with nothing changed, then with a sentence more on a page that has code cells."""
    yield "cold", [build(checkout, command)]
    yield "nothing changed", [build(checkout, command) for _ in range(REPEATS)]
    pages = sorted((checkout / "docs").rglob("*.md"))
    page = next(page for page in pages if "{code-cell}" in page.read_text("utf-8"))
    edited = []
    for count in range(REPEATS):
        with page.open("a", encoding="utf-8") as file:
            file.write(f"\n\nOne sentence more, number {count}.\n")
        edited.append(build(checkout, command))
    yield f"prose edit in {page.stem}", edited


def weights(site: Path) -> Iterator[tuple[str, int, int]]:
    """Open each page in the browser and yield its name, its own bytes and those of all it loads, compressed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        for page in sorted(site.rglob("*.html")):
            tab = browser.new_page()
            watch = Watch(tab, site.as_uri())
            open_page(tab, page.as_uri())
            sizes = weight(watch.requests, site.as_uri(), site)
            tab.close()
            name = page.relative_to(site).as_posix()
            yield name, sizes[name], sum(sizes.values())
        browser.close()


def main(command: list[str]) -> None:
    """Measure in a temporary copy of the checkout, and print."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = copy_checkout(Path(folder).resolve())
        print(f"{'build':<40}{'seconds':>10}{'CPU s':>10}{'peak MB':>10}{'kernels':>10}")
        for name, measured in builds(checkout, command):
            seconds, used = (
                median(each.seconds for each in measured),
                median(each.processor_seconds for each in measured),
            )
            memory, kernels = max(each.memory for each in measured), max(each.kernels for each in measured)
            print(f"{name:<40}{seconds:>10.1f}{used:>10.1f}{memory / 1e6:>10.0f}{kernels:>10}", flush=True)
        print(f"\n{'page, compressed by gzip':<40}{'HTML kB':>10}{'all kB':>10}")
        for name, own, loaded in weights(checkout / "site"):
            print(f"{name:<40}{own / 1e3:>10.1f}{loaded / 1e3:>10.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
