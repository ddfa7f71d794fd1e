"""Tables as HTML and as text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnfigs.drawing.style import text_width
from cnnfigs.drawing.widths import PHONE, ROOT_FONT_SIZE, WIDTH, two_widths
from cnnfigs.words import typeset

#: Room at both sides of a cell's words, in heights of a letter.
ASIDE = 1.5


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
    """

    text: str
    number: bool = False
    heading: bool = False

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


def html_table(rows: list[list[Cell]], name: str) -> str:
    """Return rows, the first of them headings, as an HTML table with a name for those who hear it.

    Where it is wider than a phone, a card for each row stands in its place there.
    """
    table = _table(rows, name)
    width = min(WIDTH, _natural_width(rows))
    return two_widths(table, _cards(rows, name), width) if width > PHONE else table


def _natural_width(rows: list[list[Cell]]) -> float:
    """Return how wide a table is in pixels, at a page's usual font size, if no line is broken."""
    columns = zip(*rows, strict=True)
    widths = (max(text_width(cell.words, ROOT_FONT_SIZE, True) for cell in column) for column in columns)
    return sum(width + ROOT_FONT_SIZE * ASIDE for width in widths)


def _cards(rows: list[list[Cell]], name: str) -> str:
    """Return rows as a list: what heads a row, and each other cell behind the heading of its column."""
    head, *body = rows
    items = []
    for first, *others in body:
        pairs = "".join(
            f"<div><dt>{html.escape(title.words)}</dt><dd>{html.escape(cell.words)}</dd></div>"
            for title, cell in zip(head[1:], others, strict=True)
            if cell.text
        )
        items.append(f'<li><p class="cnn-heading">{html.escape(first.words)}</p><dl>{pairs}</dl></li>')
    return f'<ul class="cnn-rows" aria-label="{html.escape(name)}">{"".join(items)}</ul>'


def _table(rows: list[list[Cell]], name: str) -> str:
    head, *body = rows

    def row(cells: list[Cell], in_head: bool) -> str:
        return "<tr>" + "".join(_html_cell(cell, in_head) for cell in cells) + "</tr>"

    lines = [
        f'<table class="cnn-table" aria-label="{html.escape(name)}">',
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
    return f"<{tag}{scope}{kind}>{html.escape(cell.words)}</{tag}>"


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
