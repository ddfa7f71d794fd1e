"""Measure the builds of the site, its illustrations, the explorers and what each page weighs, and print one table.

Usage: python tests/bench/measure.py COMMAND, where COMMAND builds docs/ into site/.

Seconds are by the clock; beside them stands what a build used of all processors, which a busy machine changes less. The
cold build starts without any cache, compiled Python files included, and runs once; the short builds are the median
of three. Memory is the highest sum over all processes of a build, looked at once a second, with shared pages
counted once where the system tells (Linux). Each kernel is a page that was run.

Plain MyST-NB is the same site without what this project adds to be quick and right: pages are found again by their code
cells alone, and no results of single illustrations are kept. That it runs no page after an edit in a drawing or in a
model means that its pictures are those from before; to have the right ones is its cold build.

Times in the browser are told as ratios to something that is measured in the same moments: see explorers.py.

A page's weight is that of its HTML and of all that a browser loads with it, each file compressed by gzip.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from builds import ROOT, Measured, build, copy_checkout, surroundings
from playwright.sync_api import sync_playwright

sys.path.append(str(ROOT / "tests" / "site"))  # what loads is judged as the tests judge it

from browsers import find_browser
from checks import Watch, open_page, weight

REPEATS = 3
#: A page to edit, and a function of an illustration and one of a model whose edits run pages again. Nothing recorded
#: depends on the model's, or the build would refuse the records.
PAGE = "docs/first-convnet.md"
DRAWING = "cnnfigs/illustrations/training_and_measured/not_a_digit.py", "draw"
MODEL = "cnnfigs/models/imagenet.py", "probabilities"
#: The page that copies are made of, and how many, to see how the time of a build grows.
COPIED, COPIES = "page-template", (10, 100)

PLAIN = """
from cnnfigs.sphinxext.reading.cells import create_database

extensions.remove("cnnfigs.sphinxext.reading.building")
extensions.remove("cnnfigs.sphinxext.reading.freshness")

def setup(app):
    app.add_config_value("building_told", False, "")
    # Else its readers race for it, and now and then a build fails.
    app.connect("env-before-read-docs", lambda app, env, names: create_database(app))
"""


def edit_page(checkout: Path, count: int) -> None:
    """Add a sentence to a page with code cells."""
    with (checkout / PAGE).open("a", encoding="utf-8") as file:
        file.write(f"\n\nOne sentence more, number {count}.\n")


def edit_function(checkout: Path, where: tuple[str, str], count: int) -> None:
    """Add a line that changes no result to a function, behind its docstring.

    Raises
    ------
    LookupError
        If there is no such function.
    """
    path, name = checkout / where[0], where[1]
    start = re.compile(rf'(def {name}\(.*?\) -> [^\n]*:\n( +)""".*?"""\n)', re.DOTALL)
    edited, found = start.subn(rf"\1\2edited = {count}\n", path.read_text("utf-8"), count=1)
    if not found:
        raise LookupError(f"{where[0]} has no function {name} with a docstring, to be edited")
    path.write_text(edited, "utf-8")


def builds(checkout: Path, command: list[str], keep_runs: bool = True) -> Iterator[tuple[str, list[Measured]]]:
    """Build from nothing, then with nothing changed, then after edits of a page, a drawing and a model."""

    def build_now() -> Measured:
        if not keep_runs:
            shutil.rmtree(checkout / ".cache" / "runs", ignore_errors=True)
        return build(checkout, command)

    yield "cold", [build_now()]
    yield "nothing changed", [build_now() for _ in range(REPEATS)]
    prose, drawing, model = [], [], []
    for count in range(REPEATS):
        edit_page(checkout, count)
        prose.append(build_now())
    yield "prose edit", prose
    for count in range(REPEATS):
        edit_function(checkout, DRAWING, count)
        drawing.append(build_now())
    yield "drawing edit", drawing
    edit_function(checkout, MODEL, 0)
    model.append(build_now())
    yield "model edit", model


def growth(checkout: Path, command: list[str]) -> Iterator[tuple[str, list[Measured]]]:
    """Build sites of more and more copies of one page, cold and with nothing changed."""
    docs = checkout / "docs"
    page = re.sub(r"\{(?:doc|term)\}`([^`]*)`", r"\1", (docs / f"{COPIED}.md").read_text("utf-8"))
    for path in docs.glob("*.md"):
        path.unlink()
    (docs / "moved.toml").write_text("", "utf-8")
    (docs / "bibliography.md").write_text("# Bibliography\n\n```{bibliography}\n```\n", "utf-8")
    for pages in COPIES:
        shutil.rmtree(checkout / ".cache", ignore_errors=True)
        shutil.rmtree(checkout / "site", ignore_errors=True)
        for number in range(pages):
            labels = re.sub(r"\b(fig|tab|eq)-template\b", rf"\1-template-{number}", page)
            (docs / f"copy-{number}.md").write_text(labels, "utf-8")
        entries = "\n".join(["bibliography", *(f"copy-{number}" for number in range(pages))])
        (docs / "index.md").write_text(f"# Copies\n\n```{{toctree}}\n{entries}\n```\n", "utf-8")
        yield f"{pages} pages, cold", [build(checkout, command)]
        yield f"{pages} pages, nothing changed", [build(checkout, command) for _ in range(REPEATS)]


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


def print_builds(title: str, measured: Iterable[tuple[str, list[Measured]]]) -> None:
    """Print a line for each kind of build as soon as it is measured."""
    print(f"\n{title:<40}{'seconds':>10}{'CPU s':>10}{'peak MB':>10}{'kernels':>10}")
    for name, each in measured:
        seconds, used = (
            median(one.seconds for one in each),
            median(one.processor_seconds for one in each),
        )
        memory, kernels = max(one.memory for one in each), max(one.kernels for one in each)
        print(f"{name:<40}{seconds:>10.1f}{used:>10.1f}{memory / 1e6:>10.0f}{kernels:>10}", flush=True)


def main(command: list[str]) -> None:
    """Measure in temporary copies of the checkout, and print."""
    with tempfile.TemporaryDirectory() as folder:
        own, plain, copies = (copy_checkout(Path(folder).resolve() / name) for name in ("own", "plain", "copies"))
        print_builds("build", builds(own, command))
        with (plain / "conf.py").open("a", encoding="utf-8") as file:
            file.write(PLAIN)
        print_builds("plain MyST-NB", builds(plain, command, keep_runs=False))
        print_builds(f"copies of {COPIED}", growth(copies, command))
        print("\nillustrations, without anything kept", flush=True)
        program = own / "tests" / "bench" / "illustrations.py"
        subprocess.run([sys.executable, program], cwd=own, env=surroundings(own), check=True)
        print(flush=True)
        subprocess.run([sys.executable, ROOT / "tests" / "bench" / "explorers.py", own / "site"], check=True)
        print(f"\n{'page, compressed by gzip':<40}{'HTML kB':>10}{'all kB':>10}")
        for name, html, loaded in weights(own / "site"):
            print(f"{name:<40}{html / 1e3:>10.1f}{loaded / 1e3:>10.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
