"""What the pages of the built site show, in reading order: figures with numbers and captions, and exercises."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html

from cnnfigs import catalog, provenance
from cnnfigs.catalog import Entry, Use
from cnnfigs.data import manifest

if TYPE_CHECKING:
    from cnnfigs.illustrations.base import Illustration
    from cnnfigs.illustrations.exercises.exercise import Exercise

#: Whom one names, and what the tutorial is called.
AUTHOR = "the CNN tutorial's contributors"
TUTORIAL = "A brief introduction to convolutional neural networks"
#: What a picture owes to data that can be seen in it, by the file that its run reads.
OWED = {
    "mnist.npz": ("CC BY-SA 4.0", "Digits: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits."),
    "blood_cells.zip": (
        "CC BY 4.0",
        "Blood smears: © 2017 shenggan, pictures by cosmicad and akshaylamba, MIT licence.",
    ),
    "chelsea.png": ("CC BY 4.0", f"Photo of the cat: {manifest()['chelsea.png']['origin'].split(';')[0]}, CC0 1.0."),
}
#: The piece that a chart is drawn with, in which none of its data is seen.
_CHART = ("cnnfigs.drawing.pieces", "Chart")


@dataclass(frozen=True)
class Shown:
    """A figure of a page.

    Attributes
    ----------
    entry, use
        The illustration, and the cell that shows it.
    page
        The title of the page.
    number
        What the page calls it, such as ``"Figure 3"``.
    caption
        The words below it.
    """

    entry: Entry
    use: Use
    page: str
    number: str
    caption: str

    @property
    def name(self) -> str:
        """Its name for files: that of the figure on the page."""
        return self.use.label.removeprefix("fig-")

    @cached_property
    def illustration(self) -> Illustration:
        """The illustration as the page shows it."""
        return made(self.entry, self.use.code)

    @property
    def headline(self) -> str:
        """What it shows, in a line."""
        return self.entry.line.rstrip(".")

    @property
    def credit(self) -> str:
        """Whom to name, and the licence, in a line."""
        files = provenance.dependencies(f"{self.entry.module}:{self.entry.name}.run").files
        drawn = provenance.dependencies(f"{self.entry.module}:{self.entry.name}.draw") if self._has_pixels else None
        seen = [path.name for path in files] if drawn and not drawn.covers(*_CHART) else []
        owed = [OWED[name] for name in OWED if name in seen]
        licence = max((licence for licence, _ in owed), default="CC BY 4.0", key=len)
        source = f"{self.number} of “{self.page}”, in: {TUTORIAL}, by {AUTHOR}. {licence}."
        return " ".join([source, *(words for _, words in owed)])

    @property
    def _has_pixels(self) -> bool:
        return self.entry.kind in ("Picture", "Animation")


@dataclass(frozen=True)
class Page:
    """A page with what it shows.

    Attributes
    ----------
    name, title
        What its address and its heading say.
    figures
        Its figures, in order.
    exercises
        The cells that show its exercises, each with the exercise's entry.
    """

    name: str
    title: str
    figures: tuple[Shown, ...]
    exercises: tuple[tuple[Entry, Use], ...]

    def questions(self) -> list[Exercise]:
        """Return its exercises as it asks them."""
        return [made(entry, use.code) for entry, use in self.exercises]  # type: ignore[misc]


def made(entry: Entry, code: str) -> Illustration:
    """Return the illustration that a cell's last line calls; what it is given are literals.

    Examples
    --------
    >>> made(catalog.entries()["Padding"], "Padding(size=6)").size
    6
    """
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    given = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    return entry.load()(*map(ast.literal_eval, call.args), **given)


def read(site: Path, names: Iterable[str] = ()) -> list[Page]:
    """Read the pages of the built site that show something, in reading order.

    Parameters
    ----------
    site
        The folder of the built site.
    names
        Which pages; all that teach when none is named.

    Raises
    ------
    FileNotFoundError
        If a page is not there.
    """
    entries = catalog.entries()
    by_page: dict[str, list[tuple[Entry, Use]]] = {}
    for name, uses in catalog.uses().items():
        for use in uses:
            by_page.setdefault(use.page, []).append((entries[name], use))
    wanted = list(names) or [name for name in by_page if name != "page-template"]
    return [_read(site / f"{name}.html", by_page.get(name, [])) for name in _in_order(wanted)]


def _in_order(names: Iterable[str]) -> list[str]:
    contents = (catalog.PAGES / "index.md").read_text("utf-8").splitlines()
    order = {line.strip(): place for place, line in enumerate(contents)}
    return sorted(names, key=lambda name: (order.get(name, -1), name))


def _read(path: Path, cells: Iterable[tuple[Entry, Use]]) -> Page:
    root = html.parse(str(path)).getroot()
    title = _words(root.xpath("//article//h1")[0])
    found = {figure.get("id"): figure for figure in root.xpath("//figure[@id]")}
    figures = []
    for entry, use in cells:
        if use.label in found:
            caption = found[use.label].xpath(".//figcaption//*[@class='caption-text']")[0]
            number = found[use.label].xpath(".//figcaption//*[@class='caption-number']")[0]
            figures.append(Shown(entry, use, title, _words(number), _words(caption)))
    figures.sort(key=lambda each: list(found).index(each.use.label))
    exercises = tuple((entry, use) for entry, use in cells if entry.kind == "Exercise")
    return Page(path.stem, title, tuple(figures), exercises)


def _words(element: html.HtmlElement) -> str:
    for link in element.find_class("headerlink"):
        link.drop_tree()
    return " ".join(element.text_content().split())
