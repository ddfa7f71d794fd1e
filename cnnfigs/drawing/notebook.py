"""Illustrations in notebooks, where no style sheet of the site is, in whatever theme the reader has chosen.

What a page's style sheet says, the output says itself. Its ground is painted, so that it can be read where nobody tells
the theme; where a program tells that it is dark, the palette's dark values are taken.
"""

from __future__ import annotations

import re

from cnnfigs.drawing.palette import FILTER, VALUES, filters, palette
from cnnfigs.drawing.widths import ROOT_FONT_SIZE, look

#: The environment variable that is set where a page of the site shows what its cells show: the page has the style.
IN_PAGE = "CNNFIGS_IN_PAGE"
#: Under what an illustration sends its facts to the page, beside what it shows, by names; its own has none.
FACTS = "cnnfigs_facts"

#: How programs say that the reader has chosen dark: JupyterLab and nbconvert, Colab, VS Code, themes of Sphinx.
DARK = (
    'body[data-jp-theme-light="false"]',
    'html[theme="dark"]',
    "body.vscode-dark",
    "body.vscode-high-contrast:not(.vscode-high-contrast-light)",
    'html[data-theme="dark"]',
    'body[data-theme="dark"]',
)

_SHEET = """.cnn-shown svg.cnn-figure{background:var(--cnn-background,#ffffff)}
.cnn-shown ol[type=A]{list-style-type:upper-alpha}
"""


def in_notebook(html: str) -> str:
    """Return an illustration's HTML with the style that it needs outside of the site.

    Examples
    --------
    >>> shown = in_notebook('<svg class="cnn-figure" fill="var(--cnn-text, #1c1f24)"></svg>')
    >>> "body.vscode-dark .cnn-shown{--cnn-background:#131416;--cnn-text:" in shown
    True
    """
    sheet = look(html, ROOT_FONT_SIZE) + _SHEET
    used = ["background", *dict.fromkeys(re.findall(r"var\(--cnn-([\w-]+)", html + sheet))]
    light, values = (
        ";".join(f"--cnn-{name}:{colors[name]}" for name in dict.fromkeys(used) if name in colors)
        for colors in (palette().light, palette().dark)
    )
    # One rule for each, since a program that does not know a selector leaves out the whole rule.
    dark = "".join(f"{selector} .cnn-shown{{{values}}}\n" for selector in DARK)
    maps = ""
    if VALUES in html:
        dark += "".join(f"{selector} .cnn-shown .{VALUES}{{filter:url(#{FILTER})}}\n" for selector in DARK)
        maps = filters()
    rules = f".cnn-shown{{{light}}}\n{sheet}@media not print{{\n{dark}}}"
    return f'<div class="cnn-shown">{maps}<style>\n{rules}</style>\n{html}</div>'
