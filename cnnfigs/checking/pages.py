"""Pages as Sphinx reads them, so that code, formulas and quoted numbers are not taken for prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from cnnfigs import catalog
from cnnfigs.sphinxext.reading import MYST_EXTENSIONS

#: A paragraph below a comment that begins like this may type its numbers; the comment says why.
EXCUSE = "typed:"
#: Directives whose content is no Markdown.
VERBATIM = re.compile(r"code|sourcecode|math|parsed-literal|raw|toctree|eval-rst")

#: What directives that can have a name show.
KINDS = {"code-cell": "figure", "figure": "figure", "image": "figure", "math": "equation"}


@dataclass(frozen=True, order=True)
class Mistake:
    """Something wrong, and where.

    Parameters
    ----------
    file
        Path from the root of the repository.
    line
        From 1.
    text
        What is wrong and what would be right.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Cell:
    """A code cell: the line that it begins on, its options and its code."""

    line: int
    options: dict[str, Any]
    code: str
    is_excused: bool = False
    #: What is wrong with its options, none of which is taken then.
    problem: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether its output stands in the page."""
        return not {"remove-cell", "remove-output"} & set(self.options.get("tags") or [])

    @property
    def shows_result(self) -> bool:
        """Whether its last line is an expression, whose value is shown."""
        last = self.code.strip().splitlines()[-1] if self.code.strip() else ""
        return bool(re.match(r"[A-Z]\w*\(|\)|\]|[a-z_]\w*(\.\w+)*(\(.*\))?$", last))

    @property
    def is_exercise(self) -> bool:
        """Whether it asks something, which speaks for itself."""
        entry = catalog.entries().get(re.sub(r"\(.*", "", self.code.strip().rsplit("\n", 1)[-1]))
        return entry is not None and entry.kind in catalog.ASKING

    @property
    def figure(self) -> dict[str, Any]:
        """The name and the caption of its figure, as far as it has them."""
        return mapping(mapping(self.options.get("mystnb")).get("figure"))


@dataclass(frozen=True)
class Piece:
    """Some text or a role within a paragraph, with its line."""

    line: int
    kind: str
    text: str
    role: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, heading, list item, table cell or caption."""

    line: int
    pieces: tuple[Piece, ...]
    is_excused: bool = False

    @property
    def is_cited(self) -> bool:
        """Whether it cites anything."""
        return any(piece.role.startswith("cite") for piece in self.pieces)


@dataclass
class Page:
    """One page.

    Parameters
    ----------
    root
        The repository.
    path
        The page's file.
    text
        Its Markdown; the content of the file when it is not given.
    """

    root: Path
    path: Path
    text: str = ""
    tokens: list[Token] = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.text or self.path.read_text("utf-8")
        self.tokens = parse(self.text)

    @property
    def name(self) -> str:
        """The page's name as Sphinx knows it."""
        return self.path.relative_to(self.root / "docs").with_suffix("").as_posix()

    def mistake(self, line: int, text: str) -> Mistake:
        """Return a mistake on this page."""
        return Mistake(self.path.relative_to(self.root).as_posix(), line, text)

    @cached_property
    def cells(self) -> list[Cell]:
        """Its code cells."""
        cells = []
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.type == "fence" and token.info.startswith("{code-cell}"):
                text, code = split_options(token.content)
                options, problem = read_options(text)
                cells.append(Cell(first_line(token), options, code, is_excuse(before), problem))
        return cells

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        """Its paragraphs, those of captions and of directives with text among them."""
        found = list(paragraphs(self.tokens))
        lines = self.text.splitlines()
        for cell in self.cells:
            caption = str(cell.figure.get("caption") or "")
            start = next((number for number in range(cell.line, len(lines)) if "caption:" in lines[number]), cell.line)
            offset = start + 1 if lines[start].rstrip().endswith(("|", ">", "|-", ">-")) else start
            found += (replace(each, is_excused=cell.is_excused) for each in paragraphs(parse(caption), offset))
        for name in ("note", "tip", "warning", "admonition", "dropdown", "task", "folded", "tour"):
            for token in self.directives(name):
                found += paragraphs(parse(token.content), first_line(token))
        return found

    @cached_property
    def named(self) -> list[tuple[int, str, str]]:
        """The lines, kinds and names of what references may point at."""
        found = []
        for line, token in blocks(self.tokens):
            if token.type == "myst_target":
                found.append((line, "place", token.content))
            elif token.type == "math_block_label":
                found.append((line, "equation", token.info))
            elif token.type in {"fence", "colon_fence"} and token.info.startswith("{"):
                kind = KINDS.get(token.info[1:].partition("}")[0], "place")
                options = re.match(r"---\n(?s:.*?)\n---|(?::.*\n?)*", token.content)
                for match in re.finditer(r"(?m)^(?::| *)(?:name|label):[ \t]*(\S+)", options[0] if options else ""):
                    above = token.content[: match.start()].count("\n")
                    found.append((line + 1 + above, kind, match[1].strip("\"'")))
        return found

    @property
    def labels(self) -> set[str]:
        """Names that references may point at."""
        return {name for _, _, name in self.named}

    def directives(self, name: str) -> Iterator[Token]:
        """Yield the directives of a name."""
        for token in self.tokens:
            if token.type in {"fence", "colon_fence"} and token.info.startswith(f"{{{name}}}"):
                yield token


def parse(text: str) -> list[Token]:
    """Read MyST Markdown into tokens."""
    return create_md_parser(MdParserConfig(enable_extensions=set(MYST_EXTENSIONS)), RendererHTML).parse(text)


def blocks(tokens: Iterable[Token], offset: int = 0) -> Iterator[tuple[int, Token]]:
    """Yield tokens with their lines, and those within directives too; ``offset`` is the number of lines above them."""
    for token in tokens:
        line = first_line(token) + offset
        yield line, token
        if token.type in {"fence", "colon_fence"} and token.info.startswith("{") and not VERBATIM.match(token.info[1:]):
            yield from blocks(parse(token.content), line)


def first_line(token: Token) -> int:
    """Return the line, from 1, on which a block begins."""
    return token.map[0] + 1 if token.map else 1


def is_excuse(token: Token | None) -> bool:
    """Whether a token is a comment that says why the next paragraph, or cell, types its numbers."""
    return token is not None and token.type == "myst_line_comment" and token.content.strip().startswith(EXCUSE)


def split_options(content: str) -> tuple[str, str]:
    """Separate a cell's options, in either of MyST's two forms, from its code."""
    lines = content.splitlines()
    if lines and lines[0].strip() == "---":
        end = next((number for number, line in enumerate(lines) if number and line.strip() == "---"), len(lines))
        return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
    options = list(takewhile(lambda line: line.startswith(":"), lines))
    return "\n".join(line[1:] for line in options), "\n".join(lines[len(options) :])


def read_options(text: str) -> tuple[dict[str, Any], str]:
    """Return options that are written as YAML, and what is wrong with them; then there are none.

    Examples
    --------
    >>> read_options("tags: [hide-input]")
    ({'tags': ['hide-input']}, '')
    >>> read_options("tags: [hide-input")
    ({}, "they are no YAML: expected ',' or ']', but got '<stream end>'")
    >>> read_options("hide-input")
    ({}, "expected a name and a value, such as tags: [hide-input], got 'hide-input'")
    """
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return {}, f"they are no YAML: {getattr(error, 'problem', None) or error}"
    if read is None or isinstance(read, dict):
        return read or {}, ""
    return {}, f"expected a name and a value, such as tags: [hide-input], got {read!r}"


def mapping(value: Any) -> dict[str, Any]:
    """Return options below an option; none where there is something else."""
    return value if isinstance(value, dict) else {}


def paragraphs(tokens: Iterable[Token], offset: int = 0) -> Iterator[Paragraph]:
    """Yield the text of tokens; ``offset`` is the number of lines above them."""
    excused, excused_until = False, -1
    for token in tokens:
        if token.level == 0 and token.map and token.map[0] >= excused_until:
            excused_until = token.map[1] if excused else -1
            excused = is_excuse(token)
        if token.type != "inline" or token.map is None:
            continue
        start = line = token.map[0] + 1 + offset
        pieces = []
        for child in token.children or []:
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
                pieces.append(Piece(line, "space", " "))
            elif child.type == "myst_role":
                pieces.append(Piece(line, "role", child.content, child.meta["name"]))
                line += child.content.count("\n")
            elif child.type == "link_open":
                pieces.append(Piece(line, "link", str(child.attrs.get("href", ""))))
            elif child.type == "text":
                pieces.append(Piece(line, "text", child.content))
            elif child.type in {"code_inline", "math_inline"}:
                pieces.append(Piece(line, "code", child.content))
        yield Paragraph(start, tuple(pieces), token.map[0] < excused_until)


def sentences(paragraph: Paragraph) -> Iterator[list[Piece]]:
    """Split a paragraph at full stops, question and exclamation marks."""
    sentence: list[Piece] = []
    for piece in paragraph.pieces:
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z“*])", piece.text) if piece.kind == "text" else [piece.text]
        for number, part in enumerate(parts):
            if number:
                yield sentence
                sentence = []
            sentence.append(replace(piece, text=part))
        if piece.kind == "text" and piece.text.rstrip().endswith((".", "!", "?")):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def words_of(sentence: Iterable[Piece]) -> str:
    """Return the words of a sentence without what is quoted and linked in it."""
    return "".join(piece.text for piece in sentence if piece.kind in {"text", "space"})
