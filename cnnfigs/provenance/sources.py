"""One module's source: what its top level defines, and what each definition mentions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cnnfigs.provenance.files import Text

#: The dotted name ``a.b.c`` as ``("a", "b", "c")``.
Chain = tuple[str, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

#: A module's own statements, named as Python names them in tracebacks.
MODULE = "<module>"
#: A class without its methods.
FIELDS = "<fields>"
#: Code that mentions one of these may show docstrings, comments and formatting of what it reaches.
READS_SOURCE = frozenset({"__doc__", "getdoc", "getcomments", "getsource", "getsourcelines"})

_NEVER_RUNS = {"TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'"}
_IMPORTS_BY_NAME = {"import_module", "__import__"}
_NAMES_ATTRIBUTES = {"getattr", "hasattr", "attrgetter", "methodcaller"}


@dataclass(frozen=True)
class Import:
    """What an import statement binds a name to: a module, or ``attribute`` of it."""

    module: str
    attribute: str | None = None


@dataclass
class Code:
    """What a piece of code mentions, and the code itself in two forms to digest."""

    canonical: str
    verbatim: str
    names: set[Chain] = field(default_factory=set)
    annotated: set[Chain] = field(default_factory=set)
    imported: set[tuple[Import, Chain]] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    texts: set[Text] = field(default_factory=set)
    dynamic_imports: set[str] = field(default_factory=set)

    @property
    def reads_source(self) -> bool:
        """Whether the code may show docstrings, comments or formatting."""
        chains = self.names | {chain for _, chain in self.imported}
        return not self.attributes.union(*chains).isdisjoint(READS_SOURCE)


class Module:
    """The top level of one source file: the dotted name of the module, its file and its source.

    Raises
    ------
    SyntaxError
        If the source cannot be parsed; the message names file and line.
    """

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name = name
        self.path = path
        #: What each name of the module is bound to.
        self.bindings: dict[str, list[ast.stmt | Import]] = {}
        #: Statements that do more than bind names.
        self.effects: list[ast.stmt] = []
        #: Decorators of functions, each with the function's name.
        self.decorators: list[tuple[str, Chain]] = []
        self._package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self._lines = text.splitlines()
        self._codes: dict[str, Code] = {}
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise SyntaxError(f"{path}:{error.lineno}: {error.msg}") from error
        self._collect(tree.body)

    def _collect(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, ast.If) and ast.unparse(statement.test) in _NEVER_RUNS:
                self._collect(statement.orelse)
                continue
            for name, bound in _bindings([statement], self._package):
                self.bindings.setdefault(name, []).append(bound or statement)
                for decorator in bound.decorator_list if isinstance(bound, Function) else []:
                    if chain := chain_of(decorator.func if isinstance(decorator, ast.Call) else decorator):
                        self.decorators.append((name, chain))
            if _has_effect(statement):
                self.effects.append(statement)

    def class_statement(self, name: str) -> ast.ClassDef | None:
        """Return the last class statement of that name, which is the one that stays."""
        classes = [node for node in self.bindings.get(name, []) if isinstance(node, ast.ClassDef)]
        return classes[-1] if classes else None

    def members(self, name: str) -> dict[str, list[ast.stmt]]:
        """Return the methods and inner classes of a class by name; a property has several statements."""
        members: dict[str, list[ast.stmt]] = {}
        statement = self.class_statement(name)
        for node in statement.body if statement else []:
            if isinstance(node, Function | ast.ClassDef):
                members.setdefault(node.name, []).append(node)
        return members

    def code(self, qualified_name: str) -> Code:
        """Analyse a definition, once."""
        if qualified_name not in self._codes:
            self._codes[qualified_name] = self._analyse(qualified_name)
        return self._codes[qualified_name]

    def _analyse(self, qualified_name: str) -> Code:
        name, _, member = qualified_name.partition(".")
        bases: list[ast.expr] = []  # followed one by one, not as names
        nodes: Sequence[ast.stmt | ast.expr | ast.keyword]
        if qualified_name == MODULE:
            nodes = self.effects
        elif not member:
            nodes = [node for node in self.bindings[name] if isinstance(node, ast.stmt)]
        elif member != FIELDS:
            nodes = self.members(name)[member]
        else:
            statement = self.class_statement(name)
            assert statement is not None
            fields = [node for node in statement.body if not isinstance(node, Function | ast.ClassDef)]
            bases, nodes = statement.bases, [*statement.decorator_list, *statement.keywords, *fields]
        whole = [*bases, *nodes]
        code = Code(canonical=canonical(whole), verbatim="\n".join(map(self._source, whole)))
        visitor = _Visitor(code, self._package)
        for node in nodes:
            visitor.visit(node)
        if member == FIELDS:  # x = property(get_x): the names in a class's body may be its members
            code.attributes.update(chain[0] for chain in code.names)
        return code

    def _source(self, node: ast.stmt | ast.expr | ast.keyword) -> str:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        return "\n".join(self._lines[first - 1 : node.end_lineno])


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


def _bindings(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[str, ast.stmt | Import | None]]:
    """Yield the names that nodes bind in their own scope, each with its import or definition if it has one."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                for each in names:
                    top = each.name.partition(".")[0]
                    yield each.asname or top, Import(each.name if each.asname else top)
                continue
            case ast.ImportFrom(names=names):
                for each in names:
                    yield each.asname or each.name, Import(_absolute(node, package), each.name)
                continue
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for inner in ast.walk(node):  # only ``:=`` binds outside of them
                    if isinstance(inner, ast.NamedExpr):
                        yield inner.target.id, None
                continue
            case (
                ast.Name(id=str(name), ctx=ast.Store())
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                yield name, None
        yield from _bindings(ast.iter_child_nodes(node), package)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that a ``from`` import names."""
    if not node.level:
        return node.module or ""
    around = package.split(".")
    return ".".join([*around[: len(around) - node.level + 1], *([node.module] if node.module else [])])


def chain_of(node: ast.AST) -> Chain:
    """Read the dotted name off a node: ``a.b.c`` gives ``("a", "b", "c")``; anything else gives nothing."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else ()


class _Visitor(ast.NodeVisitor):
    """Collects what a piece of code mentions, telling global names from local ones."""

    def __init__(self, code: Code, package: str) -> None:
        self.code = code
        self.package = package
        self.scopes: list[dict[str, list[Import]]] = []
        self.in_annotation = False

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
        if chain := chain_of(node):
            self._mention(chain)
        else:
            self.code.attributes.add(node.attr)
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in _IMPORTS_BY_NAME:
            self.code.dynamic_imports.add(_pattern(node.args[0]) if node.args else "*")
        if called in _NAMES_ATTRIBUTES:
            for argument in map(_pattern, node.args):
                self.code.attributes.update(argument.split("."))
        self.generic_visit(node)

    # Texts, which may name files

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not self.in_annotation:
            self.code.texts.add(Text((node.value,)))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.code.texts.add(Text((_pattern(node),)))
        self._visit_computed(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
            parts.insert(0, left.right)
            left = left.left
        patterns = tuple(map(_pattern, parts))
        if {*patterns} <= {"*"}:
            self.generic_visit(node)
            return
        self.code.texts.add(Text(patterns, is_path=True))
        for part in [left, *parts]:
            self._visit_computed(part)

    def _visit_computed(self, node: ast.expr) -> None:
        """Visit a part of a text, of which the constants are already noted."""
        if isinstance(node, ast.JoinedStr):
            for value in node.values:
                self._visit_computed(value)
        elif not isinstance(node, ast.Constant):
            self.visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not _is_docstring(node):
            self.generic_visit(node)

    # Annotations

    def _visit_annotation(self, node: ast.expr | None) -> None:
        if node is not None:
            before, self.in_annotation = self.in_annotation, True
            self.visit(node)
            self.in_annotation = before

    def visit_arg(self, node: ast.arg) -> None:
        self._visit_annotation(node.annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_annotation(node.annotation)
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    # Scopes

    def _visit_scope(self, parameters: Iterable[str], bound: Iterable[ast.AST], visited: Iterable[ast.AST]) -> None:
        """Visit nodes in a scope where parameters are local, and what ``bound`` binds."""
        scope: dict[str, list[Import]] = {name: [] for name in parameters}
        for name, what in _bindings(bound, self.package):
            imports = scope.setdefault(name, [])
            if isinstance(what, Import):
                imports.append(what)
        for node in bound:
            for inner in ast.walk(node):
                for name in inner.names if isinstance(inner, ast.Global) else []:
                    scope.pop(name, None)
        self.scopes.append(scope)
        for node in visited:
            self.visit(node)
        self.scopes.pop()

    def _visit_function(self, node: Function | ast.Lambda) -> None:
        self.visit(node.args)  # annotations and defaults belong to the scope around
        if isinstance(node, Function):
            self._visit_annotation(node.returns)
            for decorator in node.decorator_list:
                self.visit(decorator)
        parameters = [inner.arg for inner in ast.iter_child_nodes(node.args) if isinstance(inner, ast.arg)]
        body = node.body if isinstance(node, Function) else [node.body]
        self._visit_scope(parameters, body, body)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _visit_function  # noqa: N815

    def _visit_comprehension(self, node: Comprehension) -> None:
        first, *others = node.generators
        self.visit(first.iter)  # the scope around, too
        result = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        targets = [each.target for each in node.generators]
        self._visit_scope([], targets, [*targets, *first.ifs, *others, *result])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension  # noqa: N815


def _pattern(node: ast.expr) -> str:
    """Write a text expression down, with ``*`` for what is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(_pattern, values))
    return "*"


def _is_docstring(node: object) -> bool:
    """Whether a statement is only a text: a docstring of a module, class, function or attribute."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def canonical(value: object) -> str:
    """Write a syntax tree down without docstrings and positions, the same on every supported version of Python.

    Fields that are empty are left out, since newer versions add some; adjoining texts of an f-string are joined,
    since versions split them differently. ``ascii``, because what ``repr`` escapes changes with Unicode.

    Examples
    --------
    >>> print(canonical(ast.parse("x = 1  # one").body))
    [Assign(targets=[Name(id='x')],value=Constant(value=1))]
    """
    match value:
        case ast.JoinedStr(values=values):
            parts: list[str] = []
            text = ""
            for each in values:
                if isinstance(each, ast.Constant):
                    text += str(each.value)
                else:
                    parts += [ascii(text), canonical(each)]
                    text = ""
            return f"JoinedStr({','.join([*parts, ascii(text)])})"
        case ast.AST():
            fields = []
            for name in value._fields:
                item = getattr(value, name, None)
                empty = item is None or item == [] or (isinstance(item, ast.JoinedStr) and not item.values)
                if not empty and name not in {"ctx", "kind", "type_comment"}:
                    fields.append(f"{name}={canonical(item)}")
            return f"{type(value).__name__}({','.join(fields)})"
        case list():
            return f"[{','.join(canonical(each) for each in value if not _is_docstring(each))}]"
    return ascii(value)
