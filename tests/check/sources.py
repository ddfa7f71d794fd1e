"""What is asked of the sources of the pages. Each check yields mistakes, with file and line.

The pages are read as Sphinx reads them, by MyST's parser, so that code, formulas and quoted numbers are not taken for
prose.
"""

import ast
import difflib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import yaml
from lxml import html
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from cnnfigs import catalog
from cnnfigs.commands.skeletons import skeletons

EXTENSIONS = {"amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"}

#: A paragraph below a comment that begins like this may type its numbers; the comment says why.
EXCUSE = "typed:"
SHARE = re.compile(r"(?<![\w.,])\d[\d,.]*\s*%")
NUMBER = re.compile(r"(?<![\w.,×\-−])\d[\d,.]*\d(?![\w×])")
CLAIM = re.compile(
    r"\b(accura\w+|error\w*|wrong|mistake\w*|misread|probabilit\w+|sure|confiden\w+|fails?|gets? right"
    r"|faster|slower|seconds?)\b"
)


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
    options: dict
    code: str
    is_excused: bool = False

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
    def asks(self) -> bool:
        """Whether it shows an exercise, which speaks for itself."""
        entry = catalog.entries().get(re.sub(r"\(.*", "", self.code.strip().rsplit("\n", 1)[-1]))
        return entry is not None and entry.kind == "Exercise"

    @property
    def figure(self) -> dict:
        return (self.options.get("mystnb") or {}).get("figure") or {}


@dataclass(frozen=True)
class Piece:
    """A run of text or a role within a paragraph, with its line."""

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
        return any(piece.role.startswith("cite") for piece in self.pieces)


@dataclass
class Source:
    """One page."""

    root: Path
    path: Path
    text: str = ""
    tokens: list[Token] = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.text or self.path.read_text("utf-8")
        self.tokens = parse(self.text)

    @property
    def file(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @property
    def name(self) -> str:
        """The page's name as Sphinx knows it."""
        return self.path.relative_to(self.root / "docs").with_suffix("").as_posix()

    def mistake(self, line: int, text: str) -> Mistake:
        return Mistake(self.file, line, text)

    @cached_property
    def cells(self) -> list[Cell]:
        found = []
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.type == "fence" and token.info.startswith("{code-cell}"):
                options, code = split_options(token.content)
                found.append(Cell(token.map[0] + 1, options, code, excuses(before)))
        return found

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        found = list(paragraphs(self.tokens))
        lines = self.text.splitlines()
        for cell in self.cells:
            caption = str(cell.figure.get("caption") or "")
            start = next((number for number in range(cell.line, len(lines)) if "caption:" in lines[number]), cell.line)
            offset = start + 1 if lines[start].rstrip().endswith(("|", ">", "|-", ">-")) else start
            found += (replace(each, is_excused=cell.is_excused) for each in paragraphs(parse(caption), offset))
        for token in self.tokens:  # directives hold pages' text too
            if token.type in {"fence", "colon_fence"} and re.match(
                r"\{(note|tip|warning|admonition|dropdown)", token.info
            ):
                found += paragraphs(parse(token.content), token.map[0] + 1)
        return found

    @cached_property
    def labels(self) -> set[str]:
        """Names that references may point at."""
        named = re.findall(
            r"(?m)^\((?P<name>[\w-]+)\)=|^\$\$\s*\(([\w-]+)\)|^:(?:name|label):\s*(\S+)|^\s+name:\s*(\S+)", self.text
        )
        return {name.strip("\"'") for names in named for name in names if name}

    def directives(self, name: str) -> Iterator[Token]:
        yield from (
            token
            for token in self.tokens
            if token.type in {"fence", "colon_fence"} and token.info.startswith(f"{{{name}}}")
        )


def parse(text: str) -> list[Token]:
    """Read MyST Markdown into tokens."""
    return create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML).parse(text)


def excuses(token: Token | None) -> bool:
    """Whether a token is a comment that says why the next paragraph, or cell, types its numbers."""
    return token is not None and token.type == "myst_line_comment" and token.content.strip().startswith(EXCUSE)


def split_options(content: str) -> tuple[dict, str]:
    """Separate a cell's options, in either of MyST's two forms, from its code."""
    lines = content.splitlines()
    if lines and lines[0].strip() == "---":
        end = next(number for number, line in enumerate(lines) if number and line.strip() == "---")
        return yaml.safe_load("\n".join(lines[1:end])) or {}, "\n".join(lines[end + 1 :])
    options = [line for line in lines if line.startswith(":")]
    return {}, "\n".join(lines[len(options) :]) if options else content


def paragraphs(tokens: Iterable[Token], offset: int = 0) -> Iterator[Paragraph]:
    """Yield the text of tokens; ``offset`` is the number of lines above them."""
    excused, excused_until = False, -1
    for token in tokens:
        if token.level == 0 and token.map and token.map[0] >= excused_until:
            excused_until = token.map[1] if excused else -1
            excused = excuses(token)
        if token.type != "inline" or token.map is None:
            continue
        line = token.map[0] + 1 + offset
        start, pieces = line, []
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


# Checks


def captions(page: Source) -> Iterator[Mistake]:
    """A cell that shows something has a name and a caption."""
    for cell in page.cells:
        named = cell.figure.get("name") and cell.figure.get("caption")
        if cell.is_shown and cell.shows_result and not named and not cell.asks:
            yield page.mistake(
                cell.line,
                "the code cell shows something without a caption: give it the option `mystnb: figure:` with a `name` "
                "and a `caption`, or hide what it shows with `tags: [remove-output]`",
            )


def typed_numbers(page: Source) -> Iterator[Mistake]:
    """A measured number is quoted, not typed."""
    for paragraph in page.paragraphs:
        if paragraph.is_cited or paragraph.is_excused:
            continue
        for sentence in sentences(paragraph):
            claims = CLAIM.search("".join(piece.text for piece in sentence if piece.kind in {"text", "space"}))
            for piece in sentence:
                pattern = re.compile(f"{SHARE.pattern}|{NUMBER.pattern}") if claims else SHARE
                found = pattern.search(piece.text) if piece.kind == "text" else None
                if found:
                    yield page.mistake(
                        piece.line,
                        f"the number {found[0]!r} is typed in a sentence that claims something: quote a fact of an "
                        f"illustration with {{fact}}, cite where it comes from, or say why above it: "
                        f"`% {EXCUSE} because …`",
                    )
                    break


def sentences(paragraph: Paragraph) -> Iterator[list[Piece]]:
    """Split a paragraph at full stops, question and exclamation marks."""
    sentence: list[Piece] = []
    for piece in paragraph.pieces:
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z“*])", piece.text) if piece.kind == "text" else [piece.text]
        for number, part in enumerate(parts):
            if number:
                yield sentence
                sentence = []
            sentence.append(Piece(piece.line, piece.kind, part, piece.role))
        if piece.kind == "text" and piece.text.rstrip().endswith((".", "!", "?")):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def citations(page: Source, known: set[str]) -> Iterator[Mistake]:
    """What is cited is in the bibliography."""
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            if piece.role.startswith("cite"):
                for key in piece.text.split(","):
                    if key.strip() not in known:
                        yield page.mistake(
                            piece.line, f"{key.strip()!r} is cited and not in docs/references.bib: add it"
                        )


def references(page: Source, pages: dict[str, Source], site: Path) -> Iterator[Mistake]:
    """Links and references within the site lead somewhere."""
    labels = {label for each in pages.values() for label in each.labels}
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            target = re.sub(r"^.*<(.*)>$", r"\1", piece.text.strip())
            if piece.role in {"ref", "numref", "eq"} and target not in labels:
                yield page.mistake(piece.line, f"{{{piece.role}}} points at {target!r}, which no page names")
            elif piece.role == "doc" and target.lstrip("/") not in pages:
                yield page.mistake(piece.line, f"{{doc}} points at {target!r}, which is no page in docs/")
            elif piece.kind == "link" and (wrong := broken(page, target, pages, labels, site)):
                yield page.mistake(piece.line, wrong)


def broken(page: Source, target: str, pages: dict[str, Source], labels: set[str], site: Path) -> str | None:
    """Say what is wrong with a link within the site, if anything is."""
    if re.match(r"[a-z][a-z+.-]*:", target):
        return None
    path, _, fragment = target.partition("#")
    file = (page.path.parent / path).resolve() if path else page.path
    if not file.exists():
        return f"the link to {target!r} leads nowhere: there is no {path}"
    if fragment and fragment not in labels:
        name = file.relative_to(page.root / "docs").with_suffix("").as_posix() if file.suffix == ".md" else None
        built = site / f"{name}.html"
        if name in pages and built.is_file() and fragment not in html.parse(built).getroot().xpath("//@id"):
            return f"the link to {target!r} leads nowhere: {name} has no place {fragment!r}"
    return None


def outside(pages: dict[str, Source]) -> Iterator[Mistake]:
    """Every page is in a table of contents."""
    listed = {"index"}
    for page in pages.values():
        for token in page.directives("toctree"):
            entries = [line.strip() for line in token.content.splitlines() if line.strip() and not line.startswith(":")]
            listed |= {re.sub(r"^.*<(.*)>$", r"\1", entry).removesuffix(".md").lstrip("/") for entry in entries}
    for name, page in pages.items():
        front = re.match(r"---\n(.*?)\n---\n", page.path.read_text("utf-8"), re.DOTALL)
        if name not in listed and not (front and (yaml.safe_load(front[1]) or {}).get("orphan")):
            yield page.mistake(
                1, "the page is in no table of contents: add its name to the `{toctree}` of docs/index.md"
            )


#: Pages whose figures are not there to teach one thing: they need no goals and no summary.
FREE = {"index", "playground"}
#: How many words of the glossary any other page links at least.
TERMS = 4


def parts(page: Source) -> Iterator[Mistake]:
    """A page with figures says what the reader will be able to do, links its terms, and ends with a summary."""
    if page.name in FREE or not any(cell.figure for cell in page.cells):
        return
    if not any(True for _ in page.directives("goals")):
        yield page.mistake(1, "the page has no goals: say above its pictures, in `:::{goals}`, what it enables to do")
    if "In short" not in headings(page):
        yield page.mistake(1, "the page has no summary: end it with a section `## In short`")
    linked = sum(piece.role == "term" for paragraph in page.paragraphs for piece in paragraph.pieces)
    if linked < TERMS:
        how = f"link {TERMS} or more with {{term}}`word`, where it uses them first"
        yield page.mistake(1, f"the page links {linked} of the glossary's words: {how}")


def headings(page: Source) -> set[str]:
    """Return the words of a page's headings."""
    pairs = zip(page.tokens, page.tokens[1:], strict=False)
    return {inner.content for token, inner in pairs if token.type == "heading_open"}


def terms(page: Source, known: set[str]) -> Iterator[Mistake]:
    """What is linked as a term is in the glossary."""
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            term = re.sub(r"^.*<(.*)>$", r"\1", " ".join(piece.text.split()))
            if piece.role == "term" and term not in known:
                near = difflib.get_close_matches(term, known, n=3)
                meant = f": did you mean {', '.join(near)}?" if near else ": add it to docs/glossary.md"
                yield page.mistake(piece.line, f"{term!r} is linked and not in the glossary{meant}")


def spelling(
    root: Path, folders: Iterable[str] = ("docs", "cnnfigs", "README.md", "CONTRIBUTING.md")
) -> Iterator[Mistake]:
    """No usual misspelling."""
    there = [folder for folder in folders if (root / folder).exists()]
    result = subprocess.run([sys.executable, "-m", "codespell_lib", *there], cwd=root, capture_output=True, text=True)
    for line in result.stdout.splitlines():
        if found := re.match(r"(?:\./)?(.+?):(\d+): (\S+) ==> (.*)", line):
            yield Mistake(found[1], int(found[2]), f"{found[3]!r} is misspelled: {found[4]}")


#: What a page keeps of its skeleton.
KEPT = {"In short"}


def untouched(root: Path, pages: dict[str, Source]) -> Iterator[Mistake]:
    """Nothing of what a skeleton says is left: that would be published."""
    begun = skeletons()
    said = {words for _, words in page_sentences(Source(root, root / "docs", begun["docs"]))} - KEPT
    for page in pages.values():
        for line, words in page_sentences(page):
            if words in said:
                yield page.mistake(
                    line, f"{words!r} is left from the skeleton: say what your page has to say, or delete it"
                )
    for folder in begun.keys() - {"docs"}:
        said = {words for _, words in code_sentences(begun[folder])}
        for path in sorted((root / folder).rglob("*.py")):
            for line, words in code_sentences(path.read_text("utf-8")):
                if words in said:
                    text = f"{words!r} is left from the skeleton: say what yours does, or delete it"
                    yield Mistake(path.relative_to(root).as_posix(), line, text)


def page_sentences(page: Source) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a page that are more than a word, without what is quoted and linked in them."""
    inside = [each for token in page.directives("goals") for each in paragraphs(parse(token.content), token.map[0] + 1)]
    for paragraph in [*page.paragraphs, *inside]:
        for sentence in sentences(paragraph):
            words = " ".join("".join(piece.text for piece in sentence if piece.kind in {"text", "space"}).split())
            if " " in words:
                line = next(piece.line for piece in sentence if piece.kind == "text" and piece.text.strip())
                yield line, words


def code_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences with which docstrings begin, and the other texts of four words or more."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = (ast.get_docstring(node) or "").partition("\n\n")[0]
            if first:
                yield from ((node.body[0].lineno, each) for each in re.split(r"(?<=\.)\s+", " ".join(first.split())))
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                words = " ".join(part.value.split()) if isinstance(part, ast.Constant) else ""
                if len(words.split()) >= 4:
                    yield node.lineno, words


def check_sources(root: Path) -> Iterator[Mistake]:
    """Run all checks of the sources below ``root``; the built site in ``root/site`` knows the places on pages."""
    pages = {page.name: page for path in sorted((root / "docs").rglob("*.md")) for page in [Source(root, path)]}
    pages = {name: page for name, page in pages.items() if not name.startswith("_")}
    known = set(re.findall(r"(?m)^@\w+\{([^,\s]+),", (root / "docs/references.bib").read_text("utf-8")))
    glossary = root / "docs" / "glossary.md"
    explained = re.findall(r"(?m)^(\w[\w -]*)\n  \S", glossary.read_text("utf-8")) if glossary.is_file() else []
    for page in pages.values():
        yield from parts(page)
        yield from terms(page, set(explained))
        yield from captions(page)
        yield from typed_numbers(page)
        yield from citations(page, known)
        yield from references(page, pages, root / "site")
    yield from outside(pages)
    yield from untouched(root, pages)
    yield from spelling(root)
