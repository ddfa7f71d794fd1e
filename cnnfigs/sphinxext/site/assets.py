"""The look of the site beyond its theme: the palette as CSS, the fonts, code cells that stay calm, and HTML put right.

The theme's templates are mended, not copied: ``docs/_templates`` exchanges single pieces of what they make.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ThemeError
from sphinx.transforms.post_transforms import SphinxPostTransform

from cnnfigs.drawing.fonts import copy_web_fonts
from cnnfigs.drawing.palette import VALUES, filters, palette
from cnnfigs.drawing.sharing import share_images
from cnnfigs.drawing.widths import look
from cnnfigs.explorers.assets import KINDS, minified

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator


#: What only a script shows; a book runs none.
_TEMPLATE = re.compile(r"<template>.*?</template>\n?", re.DOTALL)


def write_look(app: Sphinx) -> None:
    """Write the palette and the fonts where Sphinx takes static files from, outside of the sources."""
    folder = app.doctreedir.parent / "static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(palette().css() + look(), encoding="utf-8")
    copy_web_fonts(folder / "fonts")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("fonts/fonts.css", priority=400)
    app.add_css_file("palette.css", priority=400)


def minify_static(app: Sphinx, error: Exception | None) -> None:
    """Write the small form of each script and style sheet that all pages load, ours and the theme's.

    MyST-NB's style sheet is left alone: no page loads it, and MyST-NB itself writes over no file that is another one.
    """
    if error is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    for path in sorted(Path(app.outdir, "_static").iterdir()):
        if path.suffix in KINDS and ".min." not in path.name and not path.name.startswith("mystnb."):
            path.write_text(minified(path.read_text("utf-8"), path.suffix), "utf-8")


def exchange(text: str, old: str, new: str) -> str:
    """Put one piece of HTML in place of another that must be there.

    Raises
    ------
    sphinx.errors.ThemeError
        If it is not there: the theme has changed and the template that asks for this must follow.

    Examples
    --------
    >>> exchange("<b>one</b>", "<b>", "<strong>")
    '<strong>one</b>'
    """
    if old not in text:
        raise ThemeError(f"docs/_templates exchanges {old!r}, which the theme no longer writes: adapt the template")
    return text.replace(old, new)


def offer_exchange(app: Sphinx) -> None:
    """Let templates use :func:`exchange` as a filter."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.templates.environment.filters["exchange"] = exchange


def mend_page(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Leave out what the page does not use, share its images, add the filter of its values, and mend roles.

    MyST-NB's own style sheet is 43 kB, of which site.css words the few rules that the pages need its own way.
    sphinx-design's classes all begin with ``sd-``.
    """
    body = context.get("body", "")

    def needed(asset: Any) -> bool:
        name = str(getattr(asset, "filename", asset))
        if "design-tabs." in name or "sphinx-design." in name:
            return "sd-" in body
        if "animation." in name:
            return "cnn-animation" in body
        if "exercises." in name:
            return "data-exercise=" in body
        if "concept-test." in name:
            return "cnn-concept-test" in body
        return "/mystnb." not in name

    for assets in ("css_files", "script_files"):
        context[assets] = list(filter(needed, context[assets]))
    if body:
        if app.builder.name == "epub":
            body = _TEMPLATE.sub("", body)
        body = share_images(body, "cnn-image-").replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = (filters() if VALUES in body and app.builder.name != "epub" else "") + body


class ResultFirst(SphinxPostTransform):
    """Puts the hidden source of a code cell below what it made."""

    default_priority = 200  # just after MyST-NB has hidden it
    formats = ("html",)

    def run(self, **arguments: Any) -> None:
        """Move each hidden source behind its outputs."""
        for code in list(self.document.findall(HideCodeCellNode)):
            if "above-input" in code["classes"] and len(code.parent) == 2:
                code.parent.append(code.parent.pop(0))


class OneIdEach(SphinxPostTransform):
    """Takes from tables and equations the ids that the theme has copied to the boxes around them."""

    default_priority = 501  # just after the theme
    formats = ("html",)

    def run(self, **arguments: Any) -> None:
        """Clear the ids of the boxes."""
        for box in self.document.findall(nodes.container):
            if box["ids"] and {"table-wrapper", "math-wrapper"} & set(box["classes"]):
                box["ids"] = []


def visit_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open a box that is closed until a click."""
    shown, hidden = (escape(node[name]) for name in ("prompt_show", "prompt_hide"))
    summary = f'<span class="closed">{shown}</span><span class="open">{hidden}</span>'
    self.body.append(f'<details class="cnn-code">\n<summary>{summary}</summary>\n')


def depart_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Close the box."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect all this to Sphinx."""
    app.setup_extension("myst_nb")
    app.setup_extension("cnnfigs.sphinxext.reading.outputs")
    app.connect("builder-inited", write_look)
    app.connect("builder-inited", offer_exchange)
    app.connect("html-page-context", mend_page)
    app.connect("build-finished", minify_static, priority=900)  # after the theme has written its colours of code
    app.add_post_transform(ResultFirst)
    app.add_post_transform(OneIdEach)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_hidden_code))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
