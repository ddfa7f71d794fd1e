"""Pages as the Markdown that notebooks show: CommonMark with tables and formulas, nothing of MyST's own.

What roles and directives have become stands in the page's tree of nodes: a quoted number is text there, a citation a
link, a reference to a figure its number. So this writes what the reader of the page sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import indent

from docutils import nodes
from sphinx import addnodes

#: What Markdown would take for markup.
SPECIAL = re.compile(r"[\\`*_$<]")
#: Nodes that nobody sees.
UNSEEN = (nodes.comment, nodes.raw, nodes.system_message, nodes.substitution_definition, addnodes.index)


@dataclass
class Writer:
    """Writes nodes as Markdown.

    Parameters
    ----------
    link
        Gives the address that a reference leads to from the notebook, or ``""`` where it leads nowhere: it is then
        written as plain words.
    equation_number
        Gives the number of an equation, or ``""``.
    """

    link: Callable[[nodes.Element], str]
    equation_number: Callable[[nodes.math_block], str]
    depth: int = field(default=0, init=False)

    def blocks(self, node: nodes.Node) -> Iterator[str]:
        """Yield the blocks of a node: paragraphs, lists, tables and so on."""
        match node:
            case nodes.section():
                self.depth += 1
                yield from self.blocks_of(node.children)
                self.depth -= 1
            case nodes.title():
                yield f"{'#' * self.depth} {self.inline(node)}"
            case nodes.paragraph() | nodes.caption() | nodes.rubric() | addnodes.compact_paragraph():
                if any(isinstance(child, nodes.bullet_list) for child in node.children):
                    yield from self.blocks_of(node.children)
                else:
                    yield self.inline(node)
            case nodes.literal_block() | nodes.doctest_block():
                yield fenced(node.astext().strip("\n"), node.get("language", ""))
            case nodes.math_block():
                number = self.equation_number(node)
                yield "\n".join(["$$", node.astext().strip(), *([rf"\tag{{{number}}}"] if number else []), "$$"])
            case nodes.bullet_list() | nodes.enumerated_list():
                numbered = isinstance(node, nodes.enumerated_list)
                items = enumerate(node.children, 1)
                yield "\n".join(self._item(f"{number}." if numbered else "-", item) for number, item in items)
            case nodes.definition_list_item():
                terms = [self.inline(child) for child in node.children if isinstance(child, nodes.term)]
                yield f"**{', '.join(terms)}**"
                yield from self.blocks_of(child for child in node.children if isinstance(child, nodes.definition))
            case nodes.Element() if isinstance(node, nodes.Admonition):
                yield quoted(self._with_title(node))
            case nodes.block_quote():
                yield quoted(self.blocks_of(node.children))
            case nodes.table():
                yield from self._table(node)
            case nodes.transition():
                yield "---"
            case nodes.image():
                yield f"*({node['alt']})*" if node.get("alt") else ""
            case nodes.Text() | nodes.Inline():
                yield self.inline(node)
            case nodes.Element() if not isinstance(node, UNSEEN):
                yield from self.blocks_of(node.children)

    def blocks_of(self, children: Iterable[nodes.Node]) -> Iterator[str]:
        """Yield the blocks of several nodes, empty ones left out."""
        for child in children:
            yield from filter(None, self.blocks(child))

    def inline(self, node: nodes.Node) -> str:
        """Write a node on one line."""
        return " ".join(self._inline(node).split())

    def _inline(self, node: nodes.Node) -> str:
        match node:
            case nodes.Text():
                return escaped(node.astext())
            case nodes.emphasis() | nodes.title_reference():
                return around("*", self._inlines(node))
            case nodes.strong():
                return around("**", self._inlines(node))
            case nodes.literal():
                return code(node.astext())
            case nodes.math():
                return f"${node.astext().strip()}$"
            case nodes.reference():
                words, address = self._inlines(node), self.link(node)
                return f"[{words}]({address})" if address else words
            case nodes.superscript() | nodes.subscript():
                tag = "sup" if isinstance(node, nodes.superscript) else "sub"
                return f"<{tag}>{self._inlines(node)}</{tag}>"
            case nodes.Element() if not isinstance(node, UNSEEN):
                return self._inlines(node)
        return ""

    def _inlines(self, node: nodes.Element) -> str:
        return "".join(map(self._inline, node.children))

    def _item(self, sign: str, item: nodes.Node) -> str:
        return indent("\n\n".join(self.blocks_of(item.children)), " " * (len(sign) + 1)).replace(
            " " * len(sign), sign, 1
        )

    def _with_title(self, node: nodes.Element) -> Iterator[str]:
        titles = [child for child in node.children if isinstance(child, nodes.title)]
        words = self.inline(titles[0]) if titles else type(node).__name__.capitalize()
        yield f"**{words}**"
        yield from self.blocks_of(child for child in node.children if child not in titles)

    def _table(self, table: nodes.table) -> Iterator[str]:
        for title in table.findall(nodes.title):
            yield f"**{self.inline(title)}**"
        rows = [[self.inline(entry).replace("|", r"\|") for entry in row.children] for row in table.findall(nodes.row)]
        yield "\n".join(f"| {' | '.join(row)} |" for row in [*rows[:1], ["---"] * max(map(len, rows)), *rows[1:]])


def escaped(text: str) -> str:
    r"""Keep Markdown from taking signs for markup.

    Examples
    --------
    >>> print(escaped("2 * 3 < 7"))
    2 \* 3 \< 7
    """
    return SPECIAL.sub(r"\\\g<0>", text)


def fenced(text: str, language: str) -> str:
    """Write lines of code, between more backticks than they have.

    Examples
    --------
    >>> print(fenced("1 + 1", "python"))
    ```python
    1 + 1
    ```
    """
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def code(text: str) -> str:
    """Write code within a line.

    Examples
    --------
    >>> code("a`b")
    '`` a`b ``'
    """
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (1 + max(map(len, re.findall("`+", text))))
    return f"{fence} {text} {fence}"


def around(sign: str, text: str) -> str:
    """Put a sign around words; Markdown wants it to touch them.

    Examples
    --------
    >>> around("*", "where ")
    '*where* '
    """
    words = text.strip()
    if not words:
        return text
    start = text.index(words)
    return f"{text[:start]}{sign}{words}{sign}{text[start + len(words) :]}"


def quoted(blocks: Iterable[str]) -> str:
    """Write blocks as a quotation.

    Examples
    --------
    >>> print(quoted(["**Note**", "Mind the gap."]))
    > **Note**
    >
    > Mind the gap.
    """
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))
