"""What is asked of the sources of the pages. Each check yields mistakes, with file and line."""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import html
from myst_nb.core.config import NbParserConfig, Section

from cnnfigs.checking.pages import (
    EXCUSE,
    Mistake,
    Page,
    Paragraph,
    blocks,
    first_line,
    mapping,
    paragraphs,
    parse,
    read_options,
    sentences,
    words_of,
)
from cnnfigs.commands.skeletons import skeletons

_SHARE = r"(?<![\w.,])\d[\d,.]*\s*%"
_NUMBER = r"(?<![\w.,×\-−])\d[\d,.]*\d(?![\w×])"
_CLAIM = re.compile(
    r"\b(accura\w+|error\w*|wrong|mistake\w*|misread|probabilit\w+|sure|confiden\w+|fails?|gets? right"
    r"|faster|slower|seconds?)\b"
)
#: Pages whose figures are not there to teach one thing: they need no goals and no summary.
FREE = {"index", "playground"}
#: How many words of the glossary any other page links at least.
TERMS = 4
#: What a page keeps of its skeleton.
KEPT = {"In short", "Write it yourself", "It prints", "What to expect."}
#: Pages of the first part, on how a network works, that need no task to write, each with the reason.
NO_TASK = {"computer-vision": "it is about history, and has nothing to write yet"}
#: Tags of cells that MyST-NB and nbclient know, with hyphens as pages spell them.
TAGS = {
    *(f"{what}-{part}" for what in ("hide", "remove") for part in ("cell", "input", "output")),
    *("remove-stdout", "remove-stderr", "scroll-output", "raises-exception", "skip-execution"),
}
#: What MyST-NB knows under the options of a cell.
OPTIONS = {
    "": {"tags", "mystnb", "load"},
    "mystnb": {
        each.metadata.get("cell_key", each.name)
        for each in NbParserConfig.get_fields()
        if Section.cell_lvl in each.metadata.get("sections", ())
    },
    "figure": {"name", "caption", "caption_before", "classes", "align"},
}


def check_sources(root: Path) -> Iterator[Mistake]:
    """Run all checks of the sources below ``root``; the built site in ``root/site`` knows the places on pages."""
    every = (Page(root, path) for path in sorted((root / "docs").rglob("*.md")))
    pages = {page.name: page for page in every if not page.name.startswith("_")}
    known = set(re.findall(r"(?m)^@\w+\{([^,\s]+),", (root / "docs/references.bib").read_text("utf-8")))
    glossary = pages["glossary"].text if "glossary" in pages else ""
    explained = set(re.findall(r"(?m)^(\w[\w -]*)\n  \S", glossary))
    for page in pages.values():
        yield from parts(page)
        yield from terms(page, explained)
        yield from first_uses(page)
        yield from unknown_options(page)
        yield from captions(page)
        yield from alternatives(page)
        yield from typed_numbers(page)
        yield from citations(page, known)
        yield from references(page, pages, root / "site")
    yield from namesakes(pages)
    yield from outside(pages)
    yield from tasks(pages)
    yield from untouched(root, pages)
    yield from spelling(root)


def captions(page: Page) -> Iterator[Mistake]:
    """Report cells that show something without a name and a caption."""
    for cell in page.cells:
        named = cell.figure.get("name") and cell.figure.get("caption")
        if cell.is_shown and cell.shows_result and not named and not cell.is_exercise:
            yield page.mistake(
                cell.line,
                "the code cell shows something without a caption: give it the option `mystnb: figure:` with a `name` "
                "and a `caption`, or hide what it shows with `tags: [remove-output]`",
            )


def unknown_options(page: Page) -> Iterator[Mistake]:
    """Report tags and options of cells that nothing knows: they would be left out silently."""
    lines = page.text.splitlines()
    for cell in page.cells:
        if cell.problem:
            yield page.mistake(cell.line, f"the options of the cell cannot be read: {cell.problem}")
        given = {"": cell.options, "mystnb": mapping(cell.options.get("mystnb")), "figure": cell.figure}
        for place, names in (("mystnb", given[""]), ("figure", given["mystnb"])):
            if not isinstance(names.get(place, {}), dict | None):
                yield page.mistake(cell.line, f"{place}: expected options below it, got {names[place]!r}")
        tags = cell.options.get("tags") or []
        named = [("option", str(name), OPTIONS[place]) for place, names in given.items() for name in names]
        named += [("tag", str(tag), TAGS) for tag in (tags if isinstance(tags, list) else [tags])]
        for kind, name, known in named:
            if name not in known:
                advice = meant(name, known, most=1) or f"expected one of {', '.join(sorted(known))}"
                word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
                there = (number for number in range(cell.line, len(lines)) if word.search(lines[number]))
                yield page.mistake(next(there, cell.line - 1) + 1, f"unknown {kind} {name!r}: {advice}")


def alternatives(page: Page) -> Iterator[Mistake]:
    """Report pictures without alternative text, in whichever way they are shown."""
    for line, source, words in pictures(page):
        if not words.strip():
            name = source.rpartition("/")[2]
            yield page.mistake(line, f"the picture {name} has no alternative text: say in words what it shows")


def pictures(page: Page) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the address and the alternative text of each picture that is a file."""
    for line, token in blocks(page.tokens):
        if directive := re.match(r"\{(?:figure|image)\}\s*(\S+)", token.info):
            words = re.search(r"""(?m)^:?alt:[ \t]*["']?([^"'\n]*)""", token.content)
            yield line, directive[1], words[1] if words else ""
        elif token.type == "html_block":
            yield from tagged_pictures(line, token.content)
        for child in token.children or []:
            if child.type == "image":
                yield line, str(child.attrs["src"]), child.content
            elif child.type == "html_inline":
                yield from tagged_pictures(line, child.content)
            line += child.type in {"softbreak", "hardbreak"}
            line += child.content.count("\n")


def tagged_pictures(line: int, text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the same of the pictures in some HTML, which begins on ``line``."""
    for tag in re.finditer(r"<img\b[^>]*>", text):
        (picture,) = html.fragments_fromstring(tag[0])
        yield line + text[: tag.start()].count("\n"), picture.get("src", ""), picture.get("alt", "")


def typed_numbers(page: Page) -> Iterator[Mistake]:
    """Report measured numbers that are typed, not quoted."""
    for paragraph in page.paragraphs:
        if paragraph.is_cited or paragraph.is_excused:
            continue
        for sentence in sentences(paragraph):
            pattern = f"{_SHARE}|{_NUMBER}" if _CLAIM.search(words_of(sentence)) else _SHARE
            for piece in sentence:
                if piece.kind == "text" and (number := re.search(pattern, piece.text)):
                    yield page.mistake(
                        piece.line,
                        f"the number {number[0]!r} is typed in a sentence that claims something: quote a fact of an "
                        f"illustration with {{fact}}, cite where it comes from, or say why above it: "
                        f"`% {EXCUSE} because …`",
                    )
                    break


def citations(page: Page, known: set[str]) -> Iterator[Mistake]:
    """Report what is cited and not in the bibliography."""
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            if piece.role.startswith("cite"):
                for key in map(str.strip, piece.text.split(",")):
                    if key not in known:
                        advice = meant(key, known, "Otherwise add it") or "add it"
                        yield page.mistake(piece.line, f"{key!r} is cited and not in docs/references.bib: {advice}")


def meant(word: str, known: Iterable[str], otherwise: str = "", most: int = 3) -> str:
    """Return a question after the ``most`` known words that are like ``word``, and what else to do; else nothing."""
    near = difflib.get_close_matches(word, known, n=most)
    return f"did you mean {' or '.join(near)}? {otherwise}".rstrip() if near else ""


def references(page: Page, pages: Mapping[str, Page], site: Path) -> Iterator[Mistake]:
    """Report links and references within the site that lead nowhere."""
    labels = {label for each in pages.values() for label in each.labels}
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            target = _target(piece.text)
            if piece.role in {"ref", "numref", "eq"} and target not in labels:
                advice = meant(target, labels) or "give the figure or the place this name, or mend it here"
                yield page.mistake(piece.line, f"{{{piece.role}}} points at {target!r}, which no page names: {advice}")
            elif piece.role == "doc" and target.lstrip("/") not in pages:
                advice = meant(target, pages) or "write the name of a page, without .md"
                yield page.mistake(piece.line, f"{{doc}} points at {target!r}, which is no page in docs/: {advice}")
            elif piece.kind == "link" and (reason := broken(page, target, pages, labels, site)):
                yield page.mistake(piece.line, f"the link to {target!r} leads nowhere: {reason}")


def namesakes(pages: Mapping[str, Page]) -> Iterator[Mistake]:
    """Report what is called by a name that something before it has, on the same page or on another."""
    first: dict[str, tuple[str, str]] = {}
    for page in pages.values():
        for line, kind, name in page.named:
            here = f"{page.name}.md:{line}"
            other_kind, there = first.setdefault(name, (kind, here))
            if there != here:
                kinds = f"two {kind}s are" if kind == other_kind else f"one {other_kind} and one {kind} are"
                yield page.mistake(line, f"{kinds} called {name}, at {there} and {here}: give one another name")


def _target(text: str) -> str:
    """Return what a role or an entry of contents points at: what stands in angle brackets, or all of it."""
    return re.sub(r"^.*<(.*)>$", r"\1", " ".join(text.split()))


def broken(page: Page, target: str, pages: Mapping[str, Page], labels: set[str], site: Path) -> str | None:
    """Return why a link within the site leads nowhere; None if it leads somewhere."""
    if re.match(r"[a-z][a-z+.-]*:", target):
        return None
    path, _, fragment = target.partition("#")
    file = (page.path.parent / path).resolve() if path else page.path
    if not file.exists():
        beside = (each.name for each in file.parent.iterdir()) if file.parent.is_dir() else ()
        return ", ".join(filter(None, (f"there is no {path}", meant(file.name, beside))))
    if fragment and fragment not in labels:
        name = file.relative_to(page.root / "docs").with_suffix("").as_posix() if file.suffix == ".md" else None
        built = site / f"{name}.html"
        places = html.parse(built).getroot().xpath("//@id") if name in pages and built.is_file() else [fragment]
        if fragment not in places:
            return ", ".join(filter(None, (f"{name} has no place {fragment!r}", meant(fragment, {*places, *labels}))))
    return None


def outside(pages: Mapping[str, Page]) -> Iterator[Mistake]:
    """Report pages that are in no table of contents."""
    listed = {"index"}
    for page in pages.values():
        for token in page.directives("toctree"):
            entries = (line for line in token.content.splitlines() if line.strip() and not line.startswith(":"))
            listed |= {_target(entry).removesuffix(".md").lstrip("/") for entry in entries}
    for name, page in pages.items():
        if name not in listed and not front_matter(page).get("orphan"):
            yield page.mistake(
                1, "the page is in no table of contents: add its name to the `{toctree}` of docs/index.md"
            )


def front_matter(page: Page) -> dict[str, Any]:
    """Return what stands above a page's words; nothing where it cannot be read, of which Sphinx warns."""
    front = re.match(r"---\n(.*?)\n---\n", page.text, re.DOTALL)
    return read_options(front[1])[0] if front else {}


def tasks(pages: Mapping[str, Page]) -> Iterator[Mistake]:
    """Report pages that teach how a network works and have no task to write."""
    for name in taught(pages) - set(NO_TASK):
        if name in pages and not any(True for _ in pages[name].directives("task")):
            yield pages[name].mistake(
                1,
                f"{name}.md has no {{task}}: give it a section `## Write it yourself` with code that the reader "
                "changes, as docs/page-template.md has one",
            )


def taught(pages: Mapping[str, Page]) -> set[str]:
    """Return the names of the pages that teach how a network works: those listed under *Learn*."""
    tables = pages["index"].directives("toctree") if "index" in pages else ()
    learn = (table for table in tables if re.search(r"(?m)^:caption: Learn$", table.content))
    return {name for table in learn for name in table.content.split() if name in pages}


def parts(page: Page) -> Iterator[Mistake]:
    """Report what a page with figures lacks: its place, what the reader will be able to do, terms, a summary."""
    if page.name in FREE or not any(cell.figure for cell in page.cells):
        return
    if not any(True for _ in page.directives("goals")):
        yield page.mistake(1, "the page has no goals: say above its pictures, in `:::{goals}`, what it enables to do")
    if not front_matter(page).get("about"):
        how = (
            "give its front matter `about:` with the layers that it is about, such as `about: Conv2D`, or `about: all`"
        )
        yield page.mistake(1, f"the page does not say where in the network it is: {how}")
    if "In short" not in headings(page):
        yield page.mistake(1, "the page has no summary: end it with a section `## In short`")
    linked = sum(piece.role == "term" for paragraph in page.paragraphs for piece in paragraph.pieces)
    if linked < TERMS:
        how = f"link {TERMS} or more with {{term}}`word`, where it uses them first"
        yield page.mistake(1, f"the page links {linked} of the glossary's words: {how}")


def headings(page: Page) -> set[str]:
    """Return the words of a page's headings."""
    pairs = zip(page.tokens, page.tokens[1:], strict=False)
    return {inner.content for token, inner in pairs if token.type == "heading_open"}


def terms(page: Page, known: set[str]) -> Iterator[Mistake]:
    """Report what is linked as a term and not in the glossary."""
    for paragraph in page.paragraphs:
        for piece in paragraph.pieces:
            term = _target(piece.text)
            if piece.role == "term" and term not in known:
                advice = meant(term, known) or "add it to docs/glossary.md"
                yield page.mistake(piece.line, f"{term!r} is linked and not in the glossary: {advice}")


def first_uses(page: Page) -> Iterator[Mistake]:
    """Report words of the glossary that a page to be read uses before it links them, or links twice."""
    if not any(True for _ in page.directives("goals")):
        return
    said = ""
    linked: dict[str, int] = {}
    for paragraph in running_text(page):
        said += "\n"
        for piece in paragraph.pieces:
            if piece.role != "term":
                said += piece.text if piece.kind in {"text", "space"} else ""
                continue
            term, shown = _target(piece.text), " ".join(re.sub(r"<.*", "", piece.text, flags=re.DOTALL).split())
            if term in linked:
                yield page.mistake(
                    piece.line, f"{term!r} is linked in line {linked[term]} already: link it there alone"
                )
            elif re.search(rf"(?<![\w-]){re.escape(shown)}(?![\w-])", said):
                yield page.mistake(piece.line, f"{shown!r} is used before its link: link it where it is used first")
            linked.setdefault(term, piece.line)


def running_text(page: Page) -> Iterator[Paragraph]:
    """Yield a page's paragraphs without headings, captions and what stands in directives."""
    for before, token in zip(page.tokens, page.tokens[1:], strict=False):
        if before.type != "heading_open":
            yield from paragraphs([token])


def spelling(
    root: Path, folders: Iterable[str] = ("docs", "cnnfigs", "README.md", "CONTRIBUTING.md")
) -> Iterator[Mistake]:
    """Report usual misspellings."""
    there = [folder for folder in folders if (root / folder).exists()]
    result = subprocess.run([sys.executable, "-m", "codespell_lib", *there], cwd=root, capture_output=True, text=True)
    for line in result.stdout.splitlines():
        if match := re.match(r"(?:\./)?(.+?):(\d+): (\S+) ==> (.*)", line):
            yield Mistake(match[1], int(match[2]), f"{match[3]!r} is misspelled: {match[4]}")


def untouched(root: Path, pages: Mapping[str, Page]) -> Iterator[Mistake]:
    """Report what is left of a skeleton: it would be published."""
    begun = skeletons()
    skeleton = {words for _, words in page_sentences(Page(root, root / "docs", begun.pop("docs")))} - KEPT
    for page in pages.values():
        for line, words in page_sentences(page):
            if words in skeleton:
                yield page.mistake(
                    line, f"{words!r} is left from the skeleton: say what your page has to say, or delete it"
                )
    for folder, text in begun.items():
        skeleton = {words for _, words in code_sentences(text)}
        for path in sorted((root / folder).rglob("*.py")):
            for line, words in code_sentences(path.read_text("utf-8")):
                if words in skeleton:
                    message = f"{words!r} is left from the skeleton: say what yours does, or delete it"
                    yield Mistake(path.relative_to(root).as_posix(), line, message)


def page_sentences(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a page that are more than a word, without what is quoted and linked in them."""
    goals = (paragraphs(parse(token.content), first_line(token)) for token in page.directives("goals"))
    for paragraph in [*page.paragraphs, *(each for several in goals for each in several)]:
        for sentence in sentences(paragraph):
            words = " ".join(words_of(sentence).split())
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
                words = " ".join(str(part.value).split()) if isinstance(part, ast.Constant) else ""
                if len(words.split()) >= 4:
                    yield node.lineno, words
