"""What every report is made of: sections, captioned pictures, and the page around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from cnnfigs.drawing.document import document
from cnnfigs.drawing.layout import Piece, two_drawings
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import inline_svg
from cnnfigs.telling import one_line

#: The option for the range of values, as reports name it.
RANGE = "--range LOW-HIGH"
#: How long a reason may be why something does not apply.
REASON = 300
#: Rows of a table that is shown without a click.
OPEN_ROWS = 40


@dataclass(frozen=True)
class Drawn:
    """A picture and what it shows, for those who cannot see it."""

    piece: Piece
    description: str

    def svg(self, prefix: str) -> str:
        """Write the picture as SVG for two widths, with ids that begin with a prefix of its own."""
        wide, narrow = two_drawings(self.piece)
        return inline_svg(wide, self.description, prefix, narrow)


@dataclass
class Report:
    """What is gathered for a report.

    Attributes
    ----------
    sections
        Heading and HTML of each section.
    left_out
        What does not apply, and why.
    """

    sections: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def add(self, heading: str, make: Callable[[], str]) -> None:
        """Add a section, or name it with the reason why it does not apply.

        What a stranger's model makes impossible is not known beforehand, so every failure is a reason.
        """
        try:
            with style():
                self.sections.append((heading, make()))
        except ValueError as error:
            self.leave_out(heading, str(error))
        except Exception as error:
            self.leave_out(heading, f"{type(error).__name__}: {error}")

    def leave_out(self, heading: str, why: str) -> None:
        """Name what does not apply."""
        self.left_out.append((heading, one_line(why, REASON)))


def captioned(svg: str, caption: str) -> str:
    """Give a picture a caption."""
    return f"<figure>\n{svg}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def folded(table: str, rows: int) -> str:
    """Show a long table at a click only."""
    if rows <= OPEN_ROWS:
        return table
    return f"<details><summary>All {rows:,} layers</summary>\n{table}\n</details>"


def as_document(report: Report, network: str, words: Sequence[str]) -> str:
    """Write a report on a network, with words about it first, as a page."""
    title = f"The network {network}"
    begin = escape(" ".join(words)).replace(RANGE, f'<code class="whole">{RANGE}</code>')
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{begin}</p>",
        "<nav aria-label='Contents'><ul>",
        *(f'<li><a href="#{_id(heading)}">{escape(heading)}</a></li>' for heading, _ in report.sections),
        *(['<li><a href="#left-out">What does not apply</a></li>'] if report.left_out else []),
        "</ul></nav>",
    ]
    parts += [_section(_id(heading), heading, content) for heading, content in report.sections]
    if report.left_out:
        items = "\n".join(f"<li><strong>{escape(what)}</strong>: {escape(why)}</li>" for what, why in report.left_out)
        parts.append(_section("left-out", "What does not apply", f"<ul>\n{items}\n</ul>"))
    return document(title, "\n".join(parts))


def _section(name: str, heading: str, content: str) -> str:
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(heading)}</h2>\n{content}\n</section>'


def _id(heading: str) -> str:
    return heading.partition(":")[0].lower().replace(" ", "-")
