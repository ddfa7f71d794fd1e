"""Tables as drawings, for slides and papers, where HTML cannot stand."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import label
from cnnfigs.drawing.style import canvas, text_width
from cnnfigs.drawing.tables import Cell
from cnnfigs.drawing.widths import TEXT, WIDTH

#: Pixels at either side of a cell's words, above and below them, and from one line of words to the next.
ASIDE, ABOVE, LINE = 10, 6, 16


def table_figure(rows: Sequence[Sequence[Cell]]) -> Figure:
    """Draw rows, the first of them headings; what is too wide for the text column is broken into lines.

    Parameters
    ----------
    rows
        As :func:`cnnfigs.drawing.tables.html_table` takes them.
    """
    columns = list(zip(*rows, strict=True))
    natural = [max(text_width(cell.words, TEXT, cell is column[0]) for cell in column) for column in columns]
    least = [
        max(text_width(word, TEXT, cell is column[0]) for cell in column for word in cell.words.split() or [""])
        for column in columns
    ]
    widths = shared(natural, least, WIDTH - 2 * ASIDE * len(columns))
    broken = [
        [_broken(cell.words, width, number == 0) for cell, width in zip(row, widths, strict=True)]
        for number, row in enumerate(rows)
    ]
    heights = [max(map(len, row)) * LINE + 2 * ABOVE for row in broken]
    figure, axes = canvas(min(WIDTH, sum(widths) + 2 * ASIDE * len(columns)), sum(heights) + 2)
    top = 1.0
    for number, (row, lines, height) in enumerate(zip(rows, broken, heights, strict=True)):
        left = 0.0
        for cell, words, width in zip(row, lines, widths, strict=True):
            # Headings stand at the foot of their row, other words at its head.
            begin = top + ABOVE + LINE / 2 + (height - 2 * ABOVE - len(words) * LINE if number == 0 else 0)
            for each, text in enumerate(words):
                label(
                    axes,
                    left + ASIDE + (width if cell.number else 0),
                    begin + each * LINE,
                    text,
                    align="right" if cell.number else "left",
                    bold=number == 0,
                )
            left += width + 2 * ASIDE
        top += height
        axes.plot((0, left), (top, top), color=color("muted" if number == 0 else "grid"), linewidth=1)
    return figure


def shared(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Share the room between columns: what is narrow keeps its width, the others get the same of what is left.

    Parameters
    ----------
    natural
        How wide each would be.
    least
        How wide its longest word is; none gets less.
    room
        How much there is for all.

    Examples
    --------
    >>> shared([50, 60], [20, 20], 200)
    [50, 60]
    >>> shared([50, 300, 400], [20, 20, 20], 250)
    [50, 100.0, 100.0]
    """
    widths = dict(enumerate(natural))
    wide = set(widths) if sum(natural) > room else set()
    while wide:
        fair = (room - sum(widths[each] for each in widths.keys() - wide)) / len(wide)
        narrow = {each for each in wide if natural[each] <= fair}
        for each in wide - narrow:
            widths[each] = max(least[each], fair)
        # Who needs more than its share leaves the others less.
        settled = narrow or {each for each in wide if least[each] > fair}
        if not settled:
            break
        wide -= settled
    return list(widths.values())


def _broken(text: str, width: float, bold: bool) -> list[str]:
    """Break words into lines that are no wider than this."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, TEXT, bold) <= width + 0.01:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
