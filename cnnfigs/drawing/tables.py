"""Tables as HTML and as text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnfigs.words import typeset


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text
        What it says.
    number
        Whether it is a number, which stands to the right.
    heading
        Whether it is the heading of its row.
    strong
        Whether it is emphasised.
    link
        Where it leads on the page, such as ``"#fig-layers"``; nowhere without it.
    """

    text: str
    number: bool = False
    heading: bool = False
    strong: bool = False
    link: str = ""

    @property
    def words(self) -> str:
        """What it says, typeset."""
        return typeset(self.text)


def number_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[list[Cell]]:
    """Make the rows of a table whose first column names what the numbers in all others are of.

    Examples
    --------
    >>> print(text_table(number_table(("layer", "parameters"), [("dense", "7,850"), ("flatten", "0")])))
    layer    parameters
    dense         7,850
    flatten           0
    """
    return [
        [Cell(first, heading=in_body), *(Cell(text, number=True) for text in others)]
        for in_body, (first, *others) in ((False, heads), *((True, row) for row in rows))
    ]


def html_table(rows: list[list[Cell]], description: str) -> str:
    """Return rows, the first of them headings, as an HTML table that is described by a text for those who hear it."""
    head, *body = rows

    def row(cells: list[Cell], in_head: bool) -> str:
        return "<tr>" + "".join(_html_cell(cell, in_head) for cell in cells) + "</tr>"

    lines = [
        f'<table class="cnn-table" aria-label="{html.escape(description)}">',
        f"<thead>{row(head, True)}</thead>",
        "<tbody>",
        *(row(cells, False) for cells in body),
        "</tbody>",
        "</table>",
    ]
    return "\n".join(lines)


def _html_cell(cell: Cell, in_head: bool) -> str:
    kind = ' class="cnn-number"' if cell.number else ""
    if not cell.text:  # a corner is no heading, which would have to say something
        return f"<td{kind}></td>"
    tag = "th" if in_head or cell.heading else "td"
    scope = ' scope="col"' if in_head else ' scope="row"' if cell.heading else ""
    content = html.escape(cell.words)
    if cell.strong:
        content = f"<strong>{content}</strong>"
    if cell.link:
        content = f'<a href="{html.escape(cell.link)}">{content}</a>'
    return f"<{tag}{scope}{kind}>{content}</{tag}>"


def text_table(rows: list[list[Cell]]) -> str:
    """Return rows as aligned text.

    Examples
    --------
    >>> print(text_table([[Cell("layer"), Cell("parameters", number=True)], [Cell("dense"), Cell("320", number=True)]]))
    layer  parameters
    dense         320
    """
    widths = [max(len(row[column].text) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            cell.text.rjust(width) if cell.number else cell.text.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
