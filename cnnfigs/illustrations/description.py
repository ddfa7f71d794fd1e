"""What a picture shows, told so that it can be walked: a name, sentences one by one, and its numbers as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnfigs.parameters import require
from cnnfigs.words import typeset

#: Characters that a name may have: what is heard in one breath.
MOST = 160
#: Letters in a row of numbers for which there is room in the text column, and on a phone; between two numbers there are
#: as many as stand for the space there.
COLUMN_LETTERS, PHONE_LETTERS, BETWEEN = 76, 36, 1.7
#: Cells of a grid whose numbers are given; a larger one is an image.
MOST_CELLS = 28 * 28


@dataclass(frozen=True)
class Part:
    """Sentences about one part of a picture, under a heading."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of a grid or a chart, as a table.

    Parameters
    ----------
    title
        What they are.
    values
        Shape (rows, columns); or (n,), which is one row.
    write
        Turns a value into text.
    rows, columns
        Names of the rows and of the columns; their numbers, from 0, by default.

    Raises
    ------
    ParameterError
        If there are more than 784 numbers, or names for other rows or columns than there are.
    """

    title: str
    values: ArrayLike
    write: Callable[[Any], str] = "{:g}".format
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()

    def __post_init__(self) -> None:
        size = np.size(self.values)
        require(0 < size <= MOST_CELLS, f"numbers of {self.title!r}", size, f"1 to {MOST_CELLS}")
        for name, names, count in zip(("rows", "columns"), (self.rows, self.columns), self.table.shape, strict=True):
            require(len(names) in (0, count), f"{name} of {self.title!r}", len(names), f"{count} names or none")

    @property
    def table(self) -> np.ndarray[Any, Any]:
        """The numbers, shape (rows, columns)."""
        return np.atleast_2d(np.asarray(self.values))

    @property
    def texts(self) -> list[list[str]]:
        """The numbers as they are written."""
        return [[typeset(self.write(value)) for value in line] for line in self.table.tolist()]

    def html(self) -> str:
        """Return them as an HTML table with headings of rows and columns."""
        rows = self.rows or [str(number) for number in range(len(self.table))]
        columns = self.columns or [str(number) for number in range(self.table.shape[1])]
        head = "".join(f'<th scope="col">{escape(typeset(name))}</th>' for name in columns)
        body = "".join(
            f'<tr><th scope="row">{escape(typeset(name))}</th>'
            f"{''.join(f'<td>{escape(text)}</td>' for text in line)}</tr>"
            for name, line in zip(rows, self.texts, strict=True)
        )
        # So many columns have no room beside each other on a phone, or anywhere: their rows are broken into lines.
        words = [list(rows), *zip(columns, *self.texts, strict=True)]
        letters = sum(max(map(len, column)) + BETWEEN for column in words)
        kind = "cnn-longer" if letters > COLUMN_LETTERS else "cnn-long" if letters > PHONE_LETTERS else ""
        title = f"<caption>{escape(typeset(self.title))}</caption>"
        head = f"<thead><tr><td></td>{head}</tr></thead>"
        return f'<table class="cnn-numbers {kind}">{title}{head}<tbody>{body}</tbody></table>'


@dataclass(frozen=True, eq=False)
class Description:
    """What a picture shows.

    Parameters
    ----------
    name
        What it shows and its point, in at most 160 characters, as one sentence.
    sentences
        What is to be seen, in the order in which a teacher would tell it; where it is long, in parts.
    numbers
        Its numbers, for each grid of at most 28×28 that it draws, and for each chart.

    Raises
    ------
    ParameterError
        If the name is too long, or is no sentence.

    Examples
    --------
    >>> Description("A digit.", ["It is a 4.", Part("Below", ("A bar.",))]).text
    'A digit. It is a 4. Below: A bar.'
    """

    name: str
    sentences: Sequence[str | Part]
    numbers: Sequence[Numbers] = ()

    def __post_init__(self) -> None:
        name = _plain(self.name)
        require(len(name) <= MOST, "name", name, f"at most {MOST} characters, not {len(name)}")
        require(name.endswith((".", "?", "!")), "name", name, "a sentence")

    @property
    def title(self) -> str:
        """The name, typeset."""
        return _plain(self.name)

    @property
    def text(self) -> str:
        """All of it but the numbers, in one line."""
        return " ".join([self.title, *(self._line(each) for each in self.sentences)])

    def html(self, what: str = "picture") -> str:
        """Return sentences and numbers as HTML behind "Describe this picture", or what else it is."""
        items = "".join(f"<li>{item}</li>" for item in map(_item, self.sentences))
        tables = "".join(each.html() for each in self.numbers)
        return (
            f'<details class="cnn-description"><summary>Describe this {what}</summary>'
            f"<ul>{items}</ul>{tables}</details>"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can say."""
        return {
            "name": self.title,
            "sentences": [
                {"heading": _plain(each.heading), "sentences": list(map(_plain, each.sentences))}
                if isinstance(each, Part)
                else _plain(each)
                for each in self.sentences
            ],
            "numbers": [
                {
                    "title": _plain(each.title),
                    "rows": list(each.rows),
                    "columns": list(each.columns),
                    "values": each.texts,
                }
                for each in self.numbers
            ],
        }

    @staticmethod
    def _line(sentence: str | Part) -> str:
        if isinstance(sentence, Part):
            return f"{_plain(sentence.heading)}: {' '.join(map(_plain, sentence.sentences))}"
        return _plain(sentence)

    def walk(self) -> Iterator[str]:
        """Yield what is heard, piece by piece: the name, headings, sentences."""
        yield self.title
        for each in self.sentences:
            if isinstance(each, Part):
                yield _plain(each.heading)
                yield from map(_plain, each.sentences)
            else:
                yield _plain(each)


def _plain(text: str) -> str:
    return typeset(" ".join(text.split()))


def _item(sentence: str | Part) -> str:
    if isinstance(sentence, Part):
        inner = "".join(f"<li>{escape(_plain(each))}</li>" for each in sentence.sentences)
        return f"<strong>{escape(_plain(sentence.heading))}</strong><ul>{inner}</ul>"
    return escape(_plain(sentence))
