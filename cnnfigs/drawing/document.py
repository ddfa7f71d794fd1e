"""HTML documents that stand alone: one file, no script, no other host, in the reader's theme."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cnnfigs.drawing.fonts import embedded_faces
from cnnfigs.drawing.formats import Theme
from cnnfigs.drawing.palette import VALUES, filters, palette
from cnnfigs.drawing.widths import growing, look

#: All that a browser may do with a document: show what stands in it. No script is run, and no other host is asked.
POLICY = "; ".join(
    (
        *("default-src 'none'", "style-src 'unsafe-inline'", "font-src data:", "img-src data:"),
        *("base-uri 'none'", "form-action 'none'"),
    )
)


def document(title: str, body: str, theme: Theme | None = None) -> str:
    """Return a document with a style sheet of its own.

    Parameters
    ----------
    title
        What the document is called, as plain text.
    body
        Its HTML. What may be wider than the page stands in :func:`scrolling`.
    theme
        In whose colours; when it is not given, those that the reader's system has.

    Examples
    --------
    >>> print(document("Layers", "<p>Seven.</p>").replace(POLICY, "…").partition("<style>")[0])
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="…">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Layers</title>
    <BLANKLINE>
    """
    sheet = Path(__file__).with_name("document.css").read_text(encoding="utf-8")
    values = filters() if VALUES in body else ""
    chosen = f' data-theme="{theme}"' if theme else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{theme or "light dark"}">
<title>{escape(title)}</title>
<style>
{embedded_faces()}{palette().css()}{look(body)}{sheet}</style>
</head>
<body{chosen}>{values}
<main>
{growing(body)}
</main>
</body>
</html>
"""


def scrolling(content: str, name: str, wide: bool = False) -> str:
    """Put HTML that may be wider than the page into a box that scrolls, by keyboard too.

    Parameters
    ----------
    content
        The HTML.
    name
        What it is, for those who hear it.
    wide
        Whether it may be wider than the text, as far as the window is.
    """
    kind = "scrolling wide" if wide else "scrolling"
    return f'<div class="{kind}" role="region" aria-label="{escape(name)}" tabindex="0">\n{content}\n</div>'
