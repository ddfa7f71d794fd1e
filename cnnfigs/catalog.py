"""Every illustration and the page that shows it, read off the sources, so that it takes no time.

The gallery and the command line tell of the illustrations from here. Their code is imported only when one is drawn;
what a declaration of a parameter names is imported when somebody asks what it accepts.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnfigs.errors import ParameterError
from cnnfigs.parameters import Parameter, declared

if TYPE_CHECKING:
    from cnnfigs.illustrations.base import Illustration

PACKAGE = Path(__file__).parent
#: Where the pages are when the package is used from its repository.
PAGES = PACKAGE.parent / "docs"
#: Kinds of illustrations that ask, and speak for themselves: no picture, and no caption.
ASKING = ("Exercise", "Questionnaire")

_CODE_CELL = re.compile(r"(?ms)^(`{3,})\{code-cell\}[^\n]*\n(?:---\n.*?^---\n)?(.*?)^\1\s*$")
_OPTION = re.compile(r"(?m)^:[\w-]+:.*\n")
_LABEL = re.compile(r"(?m)^[ ]{4}name:[ ]*(\S+)[ ]*$")


@dataclass(frozen=True)
class Field:
    """A parameter of an illustration, as its source writes it.

    Attributes
    ----------
    name
        Its name.
    default
        What it is when it is not given, as Python writes it; empty where the source only names it.
    hint, module
        Its type hint, and the module where that stands.
    """

    name: str
    default: str
    hint: str
    module: str

    @cached_property
    def declared(self) -> Parameter:
        """What it means and what it can be, see :mod:`cnnfigs.parameters`."""
        return declared(self.name, _Names(self.module)[self.hint])


@dataclass(frozen=True)
class Entry:
    """An illustration as its source describes it.

    Attributes
    ----------
    name, module
        Its class and the module that defines it.
    line
        What it shows: the first line of the docstring.
    kind
        The base that it comes from: ``"Picture"``, ``"Animation"``, ``"Table"``,
        ``"Exercise"`` or ``"Questionnaire"``.
    parameters
        Its parameters in order.
    """

    name: str
    module: str
    line: str
    kind: str
    parameters: tuple[Field, ...]

    @property
    def import_line(self) -> str:
        """The line of Python that brings it into a notebook."""
        return f"from {self.module} import {self.name}"

    def load(self) -> type[Illustration]:
        """Import the illustration."""
        return getattr(importlib.import_module(self.module), self.name)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Use:
    """A code cell that shows an illustration.

    Attributes
    ----------
    page
        Name of the page, such as ``"padding-and-strides"``.
    code
        The cell's last line, such as ``"Padding(size=6)"``.
    label
        Name of the numbered figure around it; empty where there is none.
    """

    page: str
    code: str
    label: str


@cache
def entries() -> Mapping[str, Entry]:
    """Read every illustration of the package, by name in alphabetical order.

    Examples
    --------
    >>> entries()["Padding"].line
    'Where a kernel can stand on its input, with and without padding.'
    """
    classes = dict(_classes())
    illustrations = {}
    for name, (module, node) in classes.items():
        kind = _kind(name, classes)
        if kind and not name.startswith("_") and not _is_abstract(node):
            lineage = reversed(_lineage(name, classes))
            fields = tuple(field for each in lineage for field in _fields(each, classes[each.name][0]))
            line = (ast.get_docstring(node) or "").partition("\n")[0]
            illustrations[name] = Entry(name, module, line, kind, fields)
    return dict(sorted(illustrations.items()))


def find(name: str) -> Entry:
    """Return the illustration of that name, in whatever case and with or without hyphens.

    Raises
    ------
    ParameterError
        If there is none; names like it are given.

    Examples
    --------
    >>> find("max-pooling").name
    'MaxPooling'
    >>> find("Pading")
    Traceback (most recent call last):
        ...
    cnnfigs.errors.ParameterError: there is no illustration 'Pading': did you mean Padding?
    """
    known = {_plain(each): entry for each, entry in entries().items()}
    if _plain(name) in known:
        return known[_plain(name)]
    near = similar(name)
    advice = f"did you mean {' or '.join(near)}?" if near else "`cnnfigs list` names all"
    raise ParameterError(f"there is no illustration {name!r}: {advice}")


def source(module: str) -> Path:
    """Return the file of a module of the package."""
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


def similar(name: str) -> list[str]:
    """Return the names of illustrations that are like this one, the most similar first, three at most.

    Examples
    --------
    >>> similar("pading")
    ['Padding']
    """
    known = {_plain(each): each for each in entries()}
    return [known[each] for each in difflib.get_close_matches(_plain(name), known, n=3, cutoff=0.6)]


def uses(folder: Path = PAGES) -> Mapping[str, tuple[Use, ...]]:
    """Return the code cells that show an illustration as their result, by the illustration's name.

    Parameters
    ----------
    folder
        Where the pages are, as Markdown. Pages come in the order of the contents on ``index.md``.
    """
    by_name: dict[str, list[Use]] = {}
    for path in _in_reading_order(folder):
        for name, use in page_uses(path.stem, path.read_text(encoding="utf-8")):
            if name in entries():
                by_name.setdefault(name, []).append(use)
    return {name: tuple(uses) for name, uses in by_name.items()}


def page_uses(page: str, text: str) -> Iterator[tuple[str, Use]]:
    r"""Find the calls that are the results of a page's code cells, each with the name that is called.

    Parameters
    ----------
    page
        Name of the page.
    text
        Its Markdown.

    Examples
    --------
    >>> text = "```{code-cell} ipython3\nfrom cnnfigs.illustrations.relu import Relu\n\nRelu(index=3)\n```\n"
    >>> list(page_uses("first", text))
    [('Relu', Use(page='first', code='Relu(index=3)', label=''))]
    """
    for cell in _CODE_CELL.finditer(text):
        try:
            statements = ast.parse(_OPTION.sub("", cell[2])).body
        except SyntaxError:  # the page's build says so
            continue
        match statements[-1:]:
            case [ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)]:
                label = _LABEL.search(cell[0])
                yield name, Use(page, ast.unparse(call), label[1] if label else "")


def _in_reading_order(folder: Path) -> list[Path]:
    paths = {path.stem: path for path in sorted(folder.glob("*.md"))}
    contents = paths["index"].read_text(encoding="utf-8").splitlines() if "index" in paths else []
    order = ["index", *(line.strip() for line in contents if line.strip() in paths)]
    return sorted(paths.values(), key=lambda path: order.index(path.stem) if path.stem in order else len(order))


Classes = Mapping[str, tuple[str, ast.ClassDef]]


def _classes() -> Iterator[tuple[str, tuple[str, ast.ClassDef]]]:
    for path in sorted((PACKAGE / "illustrations").rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield node.name, (module, node)


def _lineage(name: str, classes: Classes) -> list[ast.ClassDef]:
    """Return a class and those that it comes from, within the illustrations."""
    if name not in classes:
        return []
    node = classes[name][1]
    return [node, *(each for base in node.bases for each in _lineage(ast.unparse(base).split(".")[-1], classes))]


def _kind(name: str, classes: Classes) -> str:
    lineage = [node.name for node in _lineage(name, classes)][1:]
    return next((kind for kind in ("Picture", "Animation", "Table", *ASKING) if kind in lineage), "")


def _is_abstract(node: ast.ClassDef) -> bool:
    functions = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    return any("abstractmethod" in ast.unparse(each) for function in functions for each in function.decorator_list)


def _fields(node: ast.ClassDef, module: str) -> Iterator[Field]:
    for each in node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=hint, value=ast.expr() as value):
                if not ast.unparse(hint).startswith("ClassVar"):
                    yield Field(name, ast.unparse(value) if _is_literal(value) else "", ast.unparse(hint), module)


class _Names(dict[str, Any]):
    """What expressions of a module's source mean, without importing it where its imports and constants say enough."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._statements = ast.parse(source(module).read_text(encoding="utf-8")).body

    def __missing__(self, expression: str) -> Any:
        if not expression.isidentifier():
            return eval(expression, {}, self)
        for statement in self._statements:
            match statement:
                case ast.ImportFrom(module=str(source), names=names):
                    for alias in names:
                        if expression == (alias.asname or alias.name):
                            return getattr(importlib.import_module(source), alias.name)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == expression:
                    return self[f"({ast.unparse(value)})"]
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if name == expression:
                    return getattr(importlib.import_module(self._module), name)
        raise KeyError(expression)


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _plain(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()
