"""What a published site has beside its pages: where they come from, how to cite them, and a page for wrong addresses.

Where the site is published is ``html_baseurl``, where its source is ``site_repository``. What needs an address is left
out while it is not set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin
from xml.sax.saxutils import escape

from sphinx.errors import ConfigError

from cnnfigs.drawing.palette import palette
from cnnfigs.sphinxext.site.history import page_dates

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

REPOSITORY = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")

# calendar and strftime speak the language of the machine.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Citation:
    """How to cite a page.

    Parameters
    ----------
    name
        The page's name.
    author, title, work
        Who wrote it, what it is called, and what it is a part of: the same as the title for the whole.
    day
        When it was last changed.
    address
        Where it is published.
    """

    name: str
    author: str
    title: str
    work: str
    day: date | None = None
    address: str = ""

    def sentence(self) -> str:
        """Write it as a list of references has it.

        Examples
        --------
        >>> Citation("pooling", "Lee, A.", "Pooling", "Networks", date(2026, 5, 12)).sentence()
        'Lee, A. (2026). Pooling. In: Networks.'
        """
        year = f" ({self.day.year})" if self.day else ""
        parts = [f"{self.author}{year}", self.title, *([f"In: {self.work}"] if self.work != self.title else [])]
        return ". ".join(part.removesuffix(".") for part in parts) + "." + (f" {self.address}" if self.address else "")

    def bibtex(self) -> str:
        """Write it as an entry for BibTeX.

        Examples
        --------
        >>> print(Citation("pooling", "The authors", "Pooling", "Networks", date(2026, 5, 12)).bibtex())
        @misc{pooling,
          author = {{The authors}},
          title = {Pooling},
          note = {In: Networks},
          year = {2026}
        }
        """
        fields = {"author": f"{{{self.author}}}", "title": self.title}
        if self.work != self.title:
            fields["note"] = f"In: {self.work}"
        if self.day:
            fields["year"] = str(self.day.year)
        if self.address:
            fields["url"] = self.address
        return f"@misc{{{self.name},\n" + ",\n".join(f"  {key} = {{{value}}}" for key, value in fields.items()) + "\n}"


def in_words(day: date) -> str:
    """Write a date in words, the same on every machine.

    Examples
    --------
    >>> in_words(date(2026, 5, 2))
    '2 May 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def source_links(repository: str, branch: str, path: str, title: str, address: str) -> dict[str, str]:
    """Return the addresses at which a page can be edited, and an error in it reported.

    Examples
    --------
    >>> source_links("https://github.com/ada/cnn", "main", "docs/pooling.md", "Pooling", "")["Edit this page"]
    'https://github.com/ada/cnn/edit/main/docs/pooling.md'
    """
    report = {"title": f"{title}: ", "body": f"{address or path}\n\n"}
    return {
        "Edit this page": f"{repository}/edit/{branch}/{quote(path)}",
        "Report an error": f"{repository}/issues/new?{urlencode(report)}",
    }


def check_addresses(app: Sphinx, config: Config) -> None:
    """Refuse addresses from which no link can be made."""
    if config.site_repository and not REPOSITORY.fullmatch(config.site_repository):
        raise ConfigError(
            f"site_repository: expected https://github.com/OWNER/NAME, or nothing, got {config.site_repository!r}"
        )
    if config.html_baseurl and not re.fullmatch(r"https?://[^/?#]+/([^?#]*/)?", config.html_baseurl):
        raise ConfigError(
            "html_baseurl: expected an address that ends with a slash, such as https://example.org/cnn/, or nothing, "
            f"got {config.html_baseurl!r}"
        )


def add_origin(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Give the template what stands at the foot of a page; generated pages, such as the search, have none."""
    if page is None or app.builder.name != "html":
        return
    config = app.config
    title = app.env.titles[name].astext()
    day = page_dates(app.env).get(name)
    address = urljoin(config.html_baseurl, app.builder.get_target_uri(name)) if config.html_baseurl else ""
    path = Path(app.env.doc2path(name)).relative_to(app.confdir).as_posix()
    author = config.author[:1].upper() + config.author[1:]
    context["origin"] = {
        "day": day,
        "in_words": in_words(day) if day else "",
        "links": source_links(config.site_repository, config.site_branch, path, title, address)
        if config.site_repository
        else {},
        "citation": Citation(name, author, title, config.project, day, address),
    }


def not_found_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make the page that a server shows at an address where nothing is.

    It is shown at any depth, where links relative to it would break, so nothing is loaded and links are whole.
    """
    if app.builder.name == "html":
        pages = [app.config.root_doc, *reading_order(app, app.config.root_doc)]
        links = [(app.builder.get_target_uri(page), app.env.titles[page].astext()) for page in pages]
        context = {"palette_css": palette().css(), "pages": links, "base": app.config.html_baseurl}
        yield "404", context, "404.html"


def reading_order(app: Sphinx, name: str) -> Iterator[str]:
    """Yield the pages below one, in the order of the contents."""
    for child in app.env.toctree_includes.get(name, []):
        if child in app.env.titles:
            yield child
            yield from reading_order(app, child)


def sitemap(base: str, pages: dict[str, date | None]) -> str:
    """Write the list of all pages and the days of their last changes, see https://www.sitemaps.org/protocol.html."""
    entries = [
        f"<url><loc>{escape(urljoin(base, page))}</loc>" + (f"<lastmod>{day}</lastmod>" if day else "") + "</url>"
        for page, day in pages.items()
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *entries,
            "</urlset>",
            "",
        ]
    )


def write_for_search_engines(app: Sphinx, exception: Exception | None) -> None:
    """Write ``robots.txt``, which allows everything, and the sitemap if the pages have addresses."""
    if exception is not None or app.builder.name != "html":
        return
    base = app.config.html_baseurl
    robots = "User-agent: *\nAllow: /\n"
    path = Path(app.outdir, "sitemap.xml")
    if base:
        dates = page_dates(app.env)
        pages = {app.builder.get_target_uri(name): dates.get(name) for name in sorted(app.env.found_docs)}
        path.write_text(sitemap(base, pages), encoding="utf-8")
        robots += f"Sitemap: {urljoin(base, path.name)}\n"
    else:
        path.unlink(missing_ok=True)
    Path(app.outdir, "robots.txt").write_text(robots, encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.site.history")
    app.add_config_value("site_repository", "", "html", [str])
    app.add_config_value("site_branch", "main", "html", [str])
    app.connect("config-inited", check_addresses)
    app.connect("html-page-context", add_origin)
    app.connect("html-collect-pages", not_found_page)
    app.connect("build-finished", write_for_search_engines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
