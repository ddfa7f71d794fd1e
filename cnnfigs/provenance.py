"""What a result depends on: the code that can run, the packaged files it reads, the libraries it calls.

A picture is stale when anything that made it has changed, and only then. This module finds, from a *target* such as
``"cnnfigs.models.convnet:build"``, everything that the target can reach: definitions of its own package, found by
reading the syntax trees of the sources (nothing is imported or run), files beside the code that the code names, and
the libraries that it calls. :func:`digest` turns that into one short text which changes when any of it changes.
Comments, docstrings and formatting do not count, except where reached code reads them.

How names are followed, in short:

- A global name leads to its definition, through imports and re-exports. A class reached by its name counts whole.
- A target ``Class.method`` counts the class's fields, its special methods, and of all other members, inherited ones
  included, those whose names reached code mentions as an attribute. So ``run`` does not depend on ``draw``.
- A name that stands only in an annotation is followed to a type alias, not into a class.
- Statements that run when a module is imported count with every definition of the module.
- What cannot be followed counts whole: star imports, a module passed around as a value, dynamic imports.
- A text constant that names a packaged file, or a folder beside the module, counts as reading it.

Not seen: attributes reached through a computed name (``getattr(thing, name)``) and functions that another module
puts into a registry. A test compares with what really runs.
"""

from __future__ import annotations

import ast
import fnmatch
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

__all__ = ["READS_SOURCE", "Dependencies", "dependencies", "digest", "file_digest", "library_versions"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Chain = tuple[str, ...]  # the dotted name a.b.c as ("a", "b", "c")

MODULE = "<module>"  # a module's own statements, named as Python names them in tracebacks
FIELDS = "<fields>"  # a class without its methods

#: Code that mentions one of these may show docstrings, comments and formatting of what it reaches.
READS_SOURCE = frozenset({"__doc__", "getdoc", "getcomments", "getsource", "getsourcelines"})
_IMPORTS_BY_NAME = {"import_module", "__import__"}
_SEES_ALL_GLOBALS = {"globals", "eval", "exec"}
# Keras hands all computing to its backend without importing it where we could see it.
_COMPUTES_WITH = {"keras": "tensorflow"}


@dataclass(frozen=True)
class Dependencies:
    """Everything that some targets can reach.

    Parameters
    ----------
    definitions
        Sorted, each ``"module:qualified name"``. ``module:Class`` is a whole class, ``module:Class.member`` one
        member of it, ``module:Class.<fields>`` a class without its methods, ``module:<module>`` the statements that
        run when the module is imported.
    files
        Packaged data files that the code names, sorted.
    libraries
        Top-level import names of the other libraries used, sorted; the standard library is left out.
    """

    definitions: tuple[str, ...]
    files: tuple[Path, ...]
    libraries: tuple[str, ...]

    def covers(self, module: str, qualified_name: str) -> bool:
        """Whether the code object ``qualified_name`` of ``module`` is among the definitions.

        A function covers the functions nested in it, a whole class its methods.
        """
        parts = qualified_name.split(".")
        return any(f"{module}:{'.'.join(parts[:end])}" in self.definitions for end in range(1, len(parts) + 1))


def dependencies(*targets: str) -> Dependencies:
    """Find what the targets can reach in their own packages, and which files and libraries that uses.

    Parameters
    ----------
    targets
        Each ``"package.module:Name"``, ``"package.module:Class.member"`` or, for everything in a module,
        ``"package.module"``.

    Raises
    ------
    LookupError
        If a target does not exist.
    """
    walk = _walk(targets)
    return Dependencies(
        definitions=tuple(sorted(f"{module.name}:{name}" for module, name in walk.codes)),
        files=tuple(sorted(walk.files.values())),
        libraries=tuple(sorted(_with_backends(walk.libraries))),
    )


def digest(*targets: str, libraries: bool = True, verbatim: bool = False) -> str:
    """Digest everything that the targets can reach.

    Parameters
    ----------
    targets
        As for :func:`dependencies`.
    libraries
        Whether the installed versions of the libraries used count too.
    verbatim
        Whether docstrings, comments and formatting count too. They do anyway where reached code reads them.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256), the same on every supported version of Python.

    Raises
    ------
    LookupError
        If a target does not exist.
    """
    walk = _walk(targets)
    verbatim = verbatim or any(code.reads_source for code in walk.codes.values())
    lines = [
        f"{module.name}:{name} {code.verbatim if verbatim else code.canonical}"
        for (module, name), code in walk.codes.items()
    ]
    lines += walk.imports
    lines += [f"{name} {file_digest(path)}" for name, path in walk.files.items()]
    if libraries:
        lines += [f"{name}=={version}" for name, version in library_versions(walk.libraries).items()]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Look up the installed version of each library, by its top-level import name.

    A library that is not installed has the version ``"absent"``: whether it is there may decide what code does. With
    Keras comes TensorFlow, which computes for it.
    """
    return {name: _version(name) for name in sorted(_with_backends(names))}


def _with_backends(libraries: Iterable[str]) -> set[str]:
    libraries = set(libraries)
    return libraries | {backend for library, backend in _COMPUTES_WITH.items() if library in libraries}


def file_digest(path: Path) -> str:
    """Digest a file's content (SHA-256, hexadecimal); read again only when its time or size has changed."""
    status = path.stat()
    return _content_digest(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _content_digest(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # import name and distribution differ: PIL, tensorflow-cpu
        distributions = _distributions().get(name, [])
    return " ".join(sorted({importlib.metadata.version(each) for each in distributions})) or "absent"


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return {name: list(found) for name, found in importlib.metadata.packages_distributions().items()}


# --- One module ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Import:
    """A name that an import statement binds: to a module, or to ``attribute`` of it."""

    module: str
    attribute: str | None = None


@dataclass(frozen=True)
class _Text:
    """A text constant, or the constants of a path ``a / "b" / "c"``; ``*`` stands for what is computed."""

    parts: tuple[str, ...]
    is_path: bool


@dataclass
class _Code:
    """What a piece of code mentions, and the code itself in a form to digest."""

    canonical: str
    verbatim: str
    names: set[Chain] = field(default_factory=set)
    annotated: set[Chain] = field(default_factory=set)
    imported: set[tuple[_Import, Chain]] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    texts: set[_Text] = field(default_factory=set)
    dynamic_imports: set[str] = field(default_factory=set)

    @property
    def mentioned(self) -> set[str]:
        chains = self.names | {chain for _, chain in self.imported}
        return self.attributes.union(*chains)

    @property
    def reads_source(self) -> bool:
        return not self.mentioned.isdisjoint(READS_SOURCE)


class _Module:
    """The top level of one source file."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name = name
        self.path = path
        self.lines = text.splitlines()
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.bindings: dict[str, list[ast.stmt | _Import]] = {}
        self.effects: list[ast.stmt] = []
        self.decorators: list[tuple[str, Chain]] = []  # of functions
        self._codes: dict[str, _Code] = {}
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise SyntaxError(f"{path}:{error.lineno}: {error.msg}") from error
        self._collect(tree.body)

    def _collect(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if _never_runs(statement):
                self._collect(statement.orelse)
                continue
            for name, bound in _bindings([statement], self.package):
                self.bindings.setdefault(name, []).append(bound or statement)
                for decorator in bound.decorator_list if isinstance(bound, Function) else []:
                    if chain := _chain(decorator.func if isinstance(decorator, ast.Call) else decorator):
                        self.decorators.append((name, chain))
            if _has_effect(statement):
                self.effects.append(statement)

    def class_statement(self, name: str) -> ast.ClassDef | None:
        """Return the last class statement of that name, which is the one that stays."""
        classes = [node for node in self.bindings.get(name, []) if isinstance(node, ast.ClassDef)]
        return classes[-1] if classes else None

    def code(self, qualified_name: str) -> _Code:
        if qualified_name not in self._codes:
            self._codes[qualified_name] = self._analyse(qualified_name)
        return self._codes[qualified_name]

    def _analyse(self, qualified_name: str) -> _Code:
        name, _, member = qualified_name.partition(".")
        nodes: Sequence[ast.AST]
        visited: Sequence[ast.AST]
        if qualified_name == MODULE:
            nodes = visited = [*self.effects]
        elif not member:
            nodes = visited = [node for node in self.bindings[name] if isinstance(node, ast.stmt)]
        else:
            statement = self.class_statement(name)
            assert statement is not None
            if member == FIELDS:
                fields = [node for node in statement.body if not isinstance(node, Function | ast.ClassDef)]
                visited = [*statement.decorator_list, *statement.keywords, *fields]
                nodes = [*statement.bases, *visited]
            else:
                nodes = visited = [node for node in statement.body if getattr(node, "name", None) == member]
        code = _Code(canonical=_canonical([*nodes]), verbatim="\n".join(map(self._source, nodes)))
        visitor = _Visitor(code, self.package)
        for node in visited:
            visitor.visit(node)
        if member == FIELDS:  # x = property(get_x): the names of a class's body may be its members
            code.attributes.update(chain[0] for chain in code.names)
        return code

    def _source(self, node: ast.AST) -> str:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])  # type: ignore[attr-defined]
        return "\n".join(self.lines[first - 1 : node.end_lineno])  # type: ignore[attr-defined]


def _never_runs(statement: ast.stmt) -> TypeGuard[ast.If]:
    """``if TYPE_CHECKING:`` and ``if __name__ == "__main__":``."""
    if not isinstance(statement, ast.If):
        return False
    test = statement.test
    return _last_name(test.left if isinstance(test, ast.Compare) else test) in {"TYPE_CHECKING", "__name__"}


def _has_effect(statement: ast.stmt) -> bool:
    """Whether a top-level statement does more than bind names."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.Pass():
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return False
        case ast.Assign(targets=targets):
            return any(isinstance(node, ast.Attribute | ast.Subscript) for node in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return not isinstance(target, ast.Name)
    return True


def _bindings(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[str, ast.stmt | _Import | None]]:
    """Names that the nodes bind in their own scope, each with its import or definition if it has one."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                for each in names:
                    if each.asname:
                        yield each.asname, _Import(each.name)
                    else:
                        yield each.name.partition(".")[0], _Import(each.name.partition(".")[0])
            case ast.ImportFrom(names=names):
                module = _absolute(node, package)
                for each in names:
                    yield each.asname or each.name, _Import(module, each.name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for inner in ast.walk(node):
                    if isinstance(inner, ast.NamedExpr):
                        yield inner.target.id, None
            case _:
                match node:
                    case ast.Name(id=str(name), ctx=ast.Store()):
                        yield name, None
                    case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                        yield name, None
                    case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                        yield name, None
                yield from _bindings(ast.iter_child_nodes(node), package)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parent = package.split(".")
    parent = parent[: len(parent) - node.level + 1]
    return ".".join([*parent, *([node.module] if node.module else [])])


def _last_name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _chain(node: ast.AST) -> Chain:
    """Read the dotted name off a node: ``a.b.c`` gives ``("a", "b", "c")``; anything else nothing."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else ()


class _Visitor(ast.NodeVisitor):
    """Collects what a piece of code mentions, telling global names from local ones."""

    def __init__(self, code: _Code, package: str) -> None:
        self.code = code
        self.package = package
        self.scopes: list[dict[str, list[_Import]]] = []
        self.in_annotation = False

    def _enter(self, parameters: Iterable[str], bound: Iterable[ast.AST], visited: Iterable[ast.AST]) -> None:
        scope: dict[str, list[_Import]] = {name: [] for name in parameters}
        for name, what in _bindings(bound, self.package):
            imports = scope.setdefault(name, [])
            if isinstance(what, _Import):
                imports.append(what)
        for node in bound:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global):
                    for name in inner.names:
                        scope.pop(name, None)
        self.scopes.append(scope)
        for node in visited:
            self.visit(node)
        self.scopes.pop()

    def _mention(self, chain: Chain) -> None:
        for scope in reversed(self.scopes):
            if chain[0] in scope:
                self.code.attributes.update(chain[1:])
                self.code.imported.update((each, chain[1:]) for each in scope[chain[0]])
                return
        (self.code.annotated if self.in_annotation else self.code.names).add(chain)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._mention((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if chain := _chain(node):
            self._mention(chain)
        else:
            self.code.attributes.add(node.attr)
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = _last_name(node.func)
        if name in _IMPORTS_BY_NAME:
            self.code.dynamic_imports.add(_pattern(node.args[0]) if node.args else "*")
        if name in {"getattr", "hasattr", "attrgetter", "methodcaller"}:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    self.code.attributes.update(argument.value.split("."))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not self.in_annotation:
            self.code.texts.add(_Text((node.value,), is_path=False))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.code.texts.add(_Text((_pattern(node),), is_path=False))
        self._visit_values(node)

    def _visit_values(self, node: ast.JoinedStr) -> None:
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
            parts.insert(0, left.right)
            left = left.left
        patterns = tuple(map(_pattern, parts))
        if any(pattern != "*" for pattern in patterns):
            self.code.texts.add(_Text(patterns, is_path=True))
            self.visit(left)
            for part in parts:
                if isinstance(part, ast.JoinedStr):
                    self._visit_values(part)
                elif not isinstance(part, ast.Constant):
                    self.visit(part)
        else:
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not _is_docstring(node):
            self.generic_visit(node)

    def _visit_annotation(self, node: ast.expr | None) -> None:
        if node is not None:
            before, self.in_annotation = self.in_annotation, True
            self.visit(node)
            self.in_annotation = before

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_annotation(node.annotation)
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def _visit_function(self, node: Function | ast.Lambda) -> None:
        parameters = [
            each
            for each in [
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            ]
            if each
        ]
        outside = [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
        if not isinstance(node, ast.Lambda):
            outside += node.decorator_list
            self._visit_annotation(node.returns)
        for parameter in parameters:
            self._visit_annotation(parameter.annotation)
        for each in outside:
            self.visit(each)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        self._enter([parameter.arg for parameter in parameters], body, body)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _visit_function  # noqa: N815

    def _visit_comprehension(self, node: Comprehension) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        result = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        targets = [each.target for each in node.generators]
        self._enter([], targets, [*targets, *first.ifs, *others, *result])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension  # noqa: N815


def _pattern(node: ast.expr) -> str:
    """Write a text expression down, with ``*`` for what is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_pattern(value) for value in values)
    return "*"


def _is_docstring(node: ast.AST) -> bool:
    """Whether a statement is only a text: a docstring of a module, class, function or attribute."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _canonical(value: object) -> str:
    """Write a syntax tree down without docstrings and positions, the same on every supported version of Python.

    Fields that are empty are left out, since newer versions add some; adjoining texts of an f-string are joined,
    since versions split them differently. ``ascii``, because what ``repr`` escapes changes with Unicode.
    """
    match value:
        case ast.JoinedStr(values=values):
            parts: list[str] = []
            text = ""
            for each in values:
                if isinstance(each, ast.Constant):
                    text += str(each.value)
                else:
                    parts += [ascii(text), _canonical(each)]
                    text = ""
            return f"JoinedStr({','.join([*parts, ascii(text)])})"
        case ast.AST():
            fields = []
            for name in value._fields:
                item = getattr(value, name, None)
                empty = item is None or item == [] or (isinstance(item, ast.JoinedStr) and not item.values)
                if not empty and name not in {"ctx", "kind", "type_comment"}:
                    fields.append(f"{name}={_canonical(item)}")
            return f"{type(value).__name__}({','.join(fields)})"
        case list():
            return f"[{','.join(_canonical(each) for each in value if not _is_docstring(each))}]"
    return ascii(value)


# --- The walk --------------------------------------------------------------------------------------------------------


@functools.cache
def _parsed(name: str, path: Path, modified: int, size: int) -> _Module:
    return _Module(name, path, path.read_text(encoding="utf-8") if size else "")


def _package_path(root: str) -> Path | None:
    """Where a package's folder, or a module's one file, is; nothing is imported for that."""
    try:
        spec = importlib.util.find_spec(root)
    except ValueError:  # __main__ at a prompt: no file to read
        spec = None
    if spec is None:
        return None
    if spec.submodule_search_locations is not None:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.origin else None


class _Walk:
    """Everything reached so far."""

    def __init__(self, roots: set[str]) -> None:
        self.roots = roots
        self.codes: dict[tuple[_Module, str], _Code] = {}
        self.imports: set[str] = set()
        self.libraries: set[str] = set()
        self.files: dict[str, Path] = {}
        self.attributes: set[str] = set()
        self._partial: set[tuple[_Module, str]] = set()  # classes of which only mentioned members count
        self._whole: set[str] = set()
        self._entered: set[_Module] = set()
        self._modules: dict[str, _Module | None] = {}
        self._waiting: list[tuple[_Module, str]] = []
        self._places = {root: _package_path(root) for root in roots}
        self._packaged = {root: _PackagedFiles(place) for root, place in self._places.items()}

    def _load(self, name: str) -> _Module | None:
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def _find(self, name: str) -> _Module | None:
        root, *rest = name.split(".")
        place = self._places.get(root)
        if place is None:
            return None
        path = place.joinpath(*rest)
        for source in [path / "__init__.py", path.with_name(f"{path.name}.py") if rest else path]:
            if source.is_file():
                status = source.stat()
                return _parsed(name, source, status.st_mtime_ns, status.st_size)
        # A folder without an __init__.py is a package too.
        return _parsed(name, path / "__init__.py", 0, 0) if path.is_dir() else None

    def start(self, target: str) -> None:
        """Reach a target."""
        name, _, qualified_name = target.partition(":")
        module = self._load(name)
        if module is None:
            raise LookupError(f"{target}: there is no module {name}")
        first, _, member = qualified_name.partition(".")
        if not qualified_name:
            self._reach_whole(name)
        elif not self._has(module, first):
            raise LookupError(f"{target}: the module {name} defines no {first}")
        elif not member:
            for found in self._import_definitions(_Import(name, first), ()):
                self._reach(*found)
        elif not self._start_member(module, first, member):
            raise LookupError(f"{target}: the class {first} has no member {member}")

    def _start_member(self, module: _Module, name: str, member: str) -> bool:
        classes: list[tuple[_Module, str]] = []
        for found in self._definitions(module, (name,)):
            self._add_bases(found, classes)
        self._partial.update(classes)
        self.attributes.add(member)
        return any(member in _members(module, name) for module, name in classes)

    def _add_bases(self, found: tuple[_Module, str], classes: list[tuple[_Module, str]]) -> None:
        statement = found[0].class_statement(found[1])
        if statement is None or found in classes:
            return
        classes.append(found)
        for base in statement.bases:
            base = base.value if isinstance(base, ast.Subscript) else base
            if chain := _chain(base):
                for each in self._definitions(found[0], chain):
                    self._add_bases(each, classes)

    def finish(self) -> None:
        """Follow everything that waits, until nothing new is reached."""
        while True:
            while self._waiting:
                self._follow_code(*self._waiting.pop())
            for module, name in self._partial:
                self._reach(module, f"{name}.{FIELDS}")
                for member in _members(module, name):
                    if member in self.attributes or (member.startswith("__") and member.endswith("__")):
                        self._reach(module, f"{name}.{member}")
            if not self._waiting:
                break

    def _reach(self, module: _Module, qualified_name: str) -> None:
        if (module, qualified_name) not in self.codes:
            self.codes[module, qualified_name] = module.code(qualified_name)
            self._waiting.append((module, qualified_name))
            self._enter(module)

    def _enter(self, module: _Module) -> None:
        """Reach what runs when a module is imported: its own statements and those of the packages around it."""
        if module in self._entered:
            return
        self._entered.add(module)
        if module.effects:
            self._reach(module, MODULE)
        for name, decorator in module.decorators:  # @register: what the decorator gets, it may keep
            if any(True for _ in self._definitions(module, decorator, silent=True)):
                self._reach(module, name)
        for star in module.bindings.get("*", []):
            if isinstance(star, _Import):
                self.imports.add(f"{module.name}:* is {star.module}")
                self._follow_import(_Import(star.module), ())
        parent = self._load(module.name.rpartition(".")[0])
        if parent is not None:
            self._enter(parent)

    def _reach_whole(self, name: str) -> None:
        """Reach everything in a module and, if it is a package, in the modules below it."""
        module = self._load(name)
        if module is None or name in self._whole:
            return
        self._whole.add(name)
        self._enter(module)
        for each in module.bindings:
            for found in self._definitions(module, (each,)):
                self._reach(*found)
        if module.path.name == "__init__.py" and module.path.parent.is_dir():
            for path in sorted(module.path.parent.iterdir()):
                below = f"{name}.{path.stem}"
                is_package = path.is_dir() and path.name.isidentifier()
                if (path.suffix == ".py" or is_package) and not path.name.startswith("__"):
                    self._reach_whole(below)

    def _follow_code(self, module: _Module, qualified_name: str) -> None:
        code = self.codes[module, qualified_name]
        self.attributes |= code.attributes
        for chain in code.names:
            self._follow(module, chain)
            if chain[0] in _SEES_ALL_GLOBALS:
                self._reach_whole(module.name)
        for chain in code.annotated:
            for found, name in self._definitions(module, chain, silent=True):
                if not any(isinstance(node, Function | ast.ClassDef) for node in found.bindings[name]):
                    self._reach(found, name)
        for imported, chain in code.imported:
            self._follow_import(imported, chain)
        for pattern in code.dynamic_imports:
            self._follow_dynamic_import(module, pattern)
        for text in code.texts:
            root = module.name.partition(".")[0]
            self.files.update(self._packaged[root].named(text, module))

    def _follow(self, module: _Module, chain: Chain) -> None:
        for found, name in self._definitions(module, chain):
            if (found, name) not in self._partial:
                self._reach(found, name)

    def _follow_import(self, imported: _Import, chain: Chain) -> None:
        for found, name in self._import_definitions(imported, chain):
            if (found, name) not in self._partial:
                self._reach(found, name)

    def _follow_dynamic_import(self, module: _Module, pattern: str) -> None:
        name = pattern.partition("*")[0].rstrip(".")
        root = name.partition(".")[0]
        if root in self.roots:
            while self._load(name) is None:
                name = name.rpartition(".")[0]
            self._reach_whole(name)
        elif not root:  # relative, or computed altogether
            self._reach_whole(module.name.partition(".")[0])
        elif root not in sys.stdlib_module_names:
            self.libraries.add(root)

    def _has(self, module: _Module, name: str) -> bool:
        return name in module.bindings or "*" in module.bindings or self._load(f"{module.name}.{name}") is not None

    def _definitions(self, module: _Module, chain: Chain, silent: bool = False) -> Iterator[tuple[_Module, str]]:
        """Definitions that a dotted name in a module leads to; nothing for a built-in or unknown name.

        Imports passed on the way are noted, libraries and whole modules too, unless ``silent``.
        """
        head, *rest = chain
        bound = module.bindings.get(head, [])
        if bound and not silent:
            self._enter(module)
        for each in bound:
            if isinstance(each, _Import):
                if not silent:
                    self.imports.add(f"{module.name}:{head} is {each.module}:{each.attribute or ''}")
                yield from self._import_definitions(each, tuple(rest), silent)
        if any(isinstance(each, ast.stmt) for each in bound):
            if not silent:
                self.attributes.update(rest)
            yield module, head

    def _import_definitions(
        self, imported: _Import, chain: Chain, silent: bool = False
    ) -> Iterator[tuple[_Module, str]]:
        root = imported.module.partition(".")[0]
        if root not in self.roots:
            if not silent and root not in sys.stdlib_module_names:
                self.libraries.add(root)
            return
        if imported.attribute:
            chain = (imported.attribute, *chain)
        name = imported.module
        while chain:
            module = self._load(name)
            if module is not None and not silent:
                self._enter(module)
            if module is not None and chain[0] in module.bindings:
                yield from self._definitions(module, chain, silent)
                return
            if self._load(f"{name}.{chain[0]}") is None:
                break
            name, chain = f"{name}.{chain[0]}", chain[1:]
        if not silent:  # the module itself is used as a value, or has the name from somewhere unseen
            self._reach_whole(name)


def _members(module: _Module, name: str) -> set[str]:
    statement = module.class_statement(name)
    assert statement is not None
    return {node.name for node in statement.body if isinstance(node, Function | ast.ClassDef)}


class _PackagedFiles:
    """The data files in a package's folder, by relative path."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}
        self.by_name: dict[str, list[str]] = {}
        self.folders: set[str] = set()
        for place, folders, names in os.walk(folder or ""):
            folders[:] = sorted(each for each in folders if each != "__pycache__" and not each.startswith("."))
            for name in sorted(names):
                path = Path(place, name)
                if folder and path.suffix not in {".py", ".pyc"} and not name.startswith("."):
                    relative = path.relative_to(folder.parent).as_posix()
                    self.paths[relative] = path
                    self.by_name.setdefault(name, []).append(relative)
                    self.folders.update(parent.as_posix() for parent in Path(relative).parents)

    def named(self, text: _Text, module: _Module) -> dict[str, Path]:
        """Files that a text names: itself, by a pattern, or by the folder they are in."""
        joined = "/".join(text.parts)
        names = self._find(joined, text.is_path, module)
        if not names and len(text.parts) > 1:
            names = {name for part in text.parts for name in self._find(part, True, module)}
        return {name: self.paths[name] for name in names}

    def _find(self, text: str, is_path: bool, module: _Module) -> set[str]:
        if not text.strip("./*") or len(text) > 200 or "\n" in text or self.folder is None:
            return set()
        if "*" in text:
            if not re.search(r"\.[A-Za-z]\w*$", text):  # only what ends like a file's name
                return set()
            return {name for name in self.paths if fnmatch.fnmatchcase(f"/{name}", f"*/{text}")}
        found = {name for name in self.by_name.get(posixpath.basename(text), []) if f"/{name}".endswith(f"/{text}")}
        if not found:
            here = module.path.parent.relative_to(self.folder.parent)
            for place in [here, *here.parents] if is_path else [here]:
                folder = posixpath.normpath((place / text).as_posix())
                if folder in self.folders and folder != ".":
                    found |= {name for name in self.paths if name.startswith(f"{folder}/")}
        return found


def _walk(targets: Iterable[str]) -> _Walk:
    targets = sorted(set(targets))
    roots = {name.partition(":")[0].partition(".")[0] for name in targets}
    walk = _Walk({*roots, __name__.partition(".")[0]})  # what others build on this package depends on it too
    for target in targets:
        walk.start(target)
    walk.finish()
    return walk
