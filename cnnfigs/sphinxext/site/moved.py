"""Old addresses lead to the new ones: pages that have another name now, and parts that stand on another page.

``docs/moved.toml`` lists them. A page that is gone becomes a page that says where its parts are; a part that left a
page leaves a line there, hidden until somebody comes for it. Both are plain links, which need no server and no script;
where there are scripts, ``site.js`` follows them at once. Of a page that is gone and stands in no list nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

#: The key of the whole page, in the table of a page that is gone.
WHOLE = "page"


def address(target: str) -> str:
    """Return the address of a page, or of a part of one.

    Examples
    --------
    >>> address("limits"), address("lenet5#fig-lenet")
    ('limits.html', 'lenet5.html#fig-lenet')
    """
    page, sign, part = target.partition("#")
    return f"{page}.html{sign}{part}"


def signposts(parts: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Write a line for each part that has moved.

    Examples
    --------
    >>> print(signposts({"fig-lenet": "lenet5#fig-lenet"}, {"lenet5": "LeNet-5"}))
    <p class="cnn-moved" id="fig-lenet">This part has moved to <a href="lenet5.html#fig-lenet">LeNet-5</a>.</p>
    """
    return "\n".join(
        f'<p class="cnn-moved" id="{escape(part)}">This part has moved to '
        f'<a href="{escape(address(target))}">{escape(titles[target.partition("#")[0]])}</a>.</p>'
        for part, target in parts.items()
    )


def check(app: Sphinx, config: Config) -> None:
    """Refuse a list that is none."""
    for name, parts in config.moved.items():
        if not isinstance(parts, dict) or not all(isinstance(target, str) for target in parts.values()):
            raise ConfigError(
                f'moved: expected lines such as fig-map = "pooling#fig-map" below [{name}], got {parts!r}'
            )


def add_signposts(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Leave a line on the old page for each part that stands on another."""
    if page is not None and app.builder.name == "html" and name in app.config.moved:
        context["body"] = signposts(app.config.moved[name], _titles(app)) + context["body"]


def remove_old_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Delete what was written of pages that are no more: nobody would write there again, and readers would find it."""
    if hasattr(app.builder, "get_outfilename"):
        for name in removed:
            Path(app.builder.get_outfilename(name)).unlink(missing_ok=True)
    return []


def gone_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make a page at the old name of each page that is gone."""
    if app.builder.name != "html":
        return
    titles = _titles(app)
    for name, moved in app.config.moved.items():
        if name in app.env.found_docs:
            continue
        if WHOLE not in moved:
            raise ConfigError(f'moved: there is no page {name}: say where it is now, {WHOLE} = "NAME" below [{name}]')
        parts = {part: target for part, target in moved.items() if part != WHOLE}
        pages = list(dict.fromkeys([moved[WHOLE], *(target.partition("#")[0] for target in parts.values())]))
        links = "\n".join(f'<li><a href="{escape(address(page))}">{escape(titles[page])}</a></li>' for page in pages)
        body = (
            f"<h1>This page has moved</h1>\n<p>What it said stands here now:</p>\n<ul class='cnn-gone'>\n{links}\n</ul>"
        )
        # Without scripts nobody knows which part was asked for: who has a choice is asked.
        refresh = f'<noscript><meta http-equiv="refresh" content="0; url={escape(address(pages[0]))}"></noscript>'
        canonical = f'<link rel="canonical" href="{escape(address(moved[WHOLE]))}">'
        head = f'<meta name="robots" content="noindex">\n{canonical}\n{refresh if len(pages) == 1 else ""}'
        about = f'<meta name="description" content="This page has moved to {escape(titles[moved[WHOLE]])}.">'
        context = {"title": "Moved", "body": body + signposts(parts, titles), "metatags": f"{about}\n{head}"}
        yield name, context, "page.html"


def _titles(app: Sphinx) -> dict[str, str]:
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    for name, parts in app.config.moved.items():
        for part, target in parts.items():
            if target.partition("#")[0] not in titles:
                raise ConfigError(f"moved: {part} of {name} leads to {target}, and there is no such page")
    return titles


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_config_value("moved", {}, "html", [dict])
    app.connect("config-inited", check)
    app.connect("env-get-outdated", remove_old_pages)
    app.connect("html-page-context", add_signposts)
    app.connect("html-collect-pages", gone_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
