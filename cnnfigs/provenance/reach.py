"""The way from a target to everything that it can reach."""

from __future__ import annotations

import ast
import functools
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cnnfigs.provenance.files import PackagedFiles
from cnnfigs.provenance.sources import FIELDS, MODULE, Chain, Code, Function, Import, Module, chain_of

Definition = tuple[Module, str]

_SEES_ALL_GLOBALS = {"globals", "eval", "exec"}


class Reach:
    """Everything that some targets can reach: see :func:`cnnfigs.provenance.dependencies`."""

    def __init__(self, targets: Iterable[str]) -> None:
        #: The code of each definition, by module and qualified name.
        self.codes: dict[Definition, Code] = {}
        #: What names of modules mean that are bound by imports.
        self.imports: set[str] = set()
        #: Other libraries, by their top-level import name.
        self.libraries: set[str] = set()
        #: Data files by their path from the folder that holds the package.
        self.files: dict[str, Path] = {}
        #: When each file that was looked at, code and data, was last changed, and its size.
        self.looked_at: dict[Path, tuple[int, int]] = {}
        self._attributes: set[str] = set()
        self._partial: set[Definition] = set()  # classes of which only mentioned members count
        self._whole: set[str] = set()
        self._entered: set[Module] = set()
        self._modules: dict[str, Module | None] = {}
        self._waiting: list[Definition] = []
        targets = sorted({*targets})
        # What others build on this package depends on it too.
        self._roots = {name.partition(":")[0].partition(".")[0] for name in [*targets, __name__]}
        self._places = {root: place_of(root) for root in self._roots}
        self._packaged = {root: PackagedFiles.of(place) for root, place in self._places.items()}
        for target in targets:
            self._start(target)
        self._finish()

    # Targets

    def _start(self, target: str) -> None:
        name, _, qualified_name = target.partition(":")
        module = self._load(name)
        if module is None:
            raise LookupError(f"{target}: there is no module {name}")
        first, _, member = qualified_name.partition(".")
        if not first:
            self._reach_module(name)
        elif not {first, "*"} & module.bindings.keys() and self._load(f"{name}.{first}") is None:
            raise LookupError(f"{target}: the module {name} defines no {first}")
        elif not member:
            for definition in self._follow_import(Import(name, first)):
                self._reach(*definition)
        else:
            classes = [each for definition in self._follow(module, (first,)) for each in self._with_bases(definition)]
            if not any(member in holder.members(each) for holder, each in classes):
                raise LookupError(f"{target}: the class {first} has no member {member}")
            self._partial.update(classes)
            self._attributes.add(member)

    def _with_bases(self, definition: Definition) -> Iterator[Definition]:
        module, name = definition
        statement = module.class_statement(name)
        if statement is None:
            return
        yield definition
        for base in statement.bases:
            if chain := chain_of(base.value if isinstance(base, ast.Subscript) else base):
                for each in self._follow(module, chain):
                    yield from self._with_bases(each)

    def _finish(self) -> None:
        """Follow everything that waits, until nothing new is reached."""
        self._reach_members()
        while self._waiting:
            module, name = self._waiting.pop()
            self._follow_code(module, self.codes[module, name])
            if not self._waiting:
                self._reach_members()
        self.looked_at.update({path: look(path) for path in self.files.values()})

    def _reach_members(self) -> None:
        for module, name in self._partial:
            self._reach(module, f"{name}.{FIELDS}")
            for member in module.members(name):
                if member in self._attributes or (member.startswith("__") and member.endswith("__")):
                    self._reach(module, f"{name}.{member}")

    # What is reached

    def _reach(self, module: Module, qualified_name: str) -> None:
        if (module, qualified_name) not in self.codes:
            self.codes[module, qualified_name] = module.code(qualified_name)
            self._waiting.append((module, qualified_name))
            self._enter(module)

    def _enter(self, module: Module) -> None:
        """Reach what runs when a module is imported: its own statements and those of the packages around it."""
        if module in self._entered:
            return
        self._entered.add(module)
        if module.effects:
            self._reach(module, MODULE)
        for name, decorator in module.decorators:  # @register: what the decorator gets, it may keep
            if any(self._is_ours(bound) for bound in module.bindings.get(decorator[0], [])):
                self._reach(module, name)
        for star in module.bindings.get("*", []):
            if isinstance(star, Import):
                self.imports.add(f"{module.name}:* is {star.module}")
                for definition in self._follow_import(Import(star.module)):
                    self._reach(*definition)
        around = self._load(module.name.rpartition(".")[0])
        if around is not None:
            self._enter(around)

    def _is_ours(self, bound: ast.stmt | Import) -> bool:
        return not isinstance(bound, Import) or bound.module.partition(".")[0] in self._roots

    def _reach_module(self, name: str) -> None:
        """Reach everything in a module and, if it is a package, in the modules below it."""
        module = self._load(name)
        if module is None or name in self._whole:
            return
        self._whole.add(name)
        self._enter(module)
        for each in module.bindings:
            for definition in self._follow(module, (each,)):
                self._reach(*definition)
        if module.path.name == "__init__.py":
            for path in module.path.parent.iterdir():
                is_package = path.is_dir() and path.name.isidentifier()
                if (path.suffix == ".py" or is_package) and not path.name.startswith("__"):
                    self._reach_module(f"{name}.{path.stem}")

    # Where names lead

    def _follow_code(self, module: Module, code: Code) -> None:
        self._attributes |= code.attributes
        definitions = [each for chain in code.names for each in self._follow(module, chain)]
        definitions += [each for imported, chain in code.imported for each in self._follow_import(imported, chain)]
        for each in definitions:
            if each not in self._partial:
                self._reach(*each)
        for chain in code.annotated:
            for holder, name in self._follow(module, chain, quiet=True):
                if not any(isinstance(node, Function | ast.ClassDef) for node in holder.bindings[name]):
                    self._reach(holder, name)
        if {chain[0] for chain in code.names} & _SEES_ALL_GLOBALS:
            self._reach_module(module.name)
        for pattern in code.dynamic_imports:
            self._follow_dynamic_import(module, pattern)
        for text in code.texts:
            self.files.update(self._packaged[module.name.partition(".")[0]].named(text, module.path.parent))

    def _follow(self, module: Module, chain: Chain, quiet: bool = False) -> Iterator[Definition]:
        """Yield the definitions that a dotted name in a module leads to; none for a built-in name.

        What is passed on the way counts as reached (imports, libraries, modules used whole), unless ``quiet``.
        """
        head, *rest = chain
        bound = module.bindings.get(head, [])
        if bound and not quiet:
            self._enter(module)
        for each in bound:
            if isinstance(each, Import):
                if not quiet:
                    self.imports.add(f"{module.name}:{head} is {each.module}:{each.attribute or ''}")
                yield from self._follow_import(each, tuple(rest), quiet)
        if any(isinstance(each, ast.stmt) for each in bound):
            if not quiet:
                self._attributes.update(rest)
            yield module, head

    def _follow_import(self, imported: Import, chain: Chain = (), quiet: bool = False) -> Iterator[Definition]:
        """Yield the definitions that a dotted name behind an import leads to."""
        name = imported.module
        root = name.partition(".")[0]
        if root not in self._roots:
            self.libraries.update(set() if quiet else {root} - sys.stdlib_module_names)
            return
        if imported.attribute:
            chain = (imported.attribute, *chain)
        while chain:
            module = self._load(name)
            if module is not None and not quiet:
                self._enter(module)
            if module is not None and chain[0] in module.bindings:
                yield from self._follow(module, chain, quiet)
                return
            if self._load(f"{name}.{chain[0]}") is None:
                break
            name, chain = f"{name}.{chain[0]}", chain[1:]
        if not quiet:  # the module is used as a value, or has the name from somewhere unseen
            self._reach_module(name)

    def _follow_dynamic_import(self, module: Module, pattern: str) -> None:
        name = pattern.partition("*")[0].rstrip(".")
        root = name.partition(".")[0]
        if not root:  # relative, or computed altogether
            self._reach_module(module.name.partition(".")[0])
        elif root not in self._roots:
            self.libraries.update({root} - sys.stdlib_module_names)
        else:
            while self._load(name) is None:
                name = name.rpartition(".")[0]
            self._reach_module(name)

    # Sources

    def _load(self, name: str) -> Module | None:
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def _find(self, name: str) -> Module | None:
        root, *rest = name.split(".")
        place = self._places.get(root)
        if place is None:
            return None
        path = place.joinpath(*rest)
        for source in [path / "__init__.py", path.with_name(f"{path.name}.py") if rest else path]:
            if source.is_file():
                self.looked_at[source] = look(source)
                return _parsed(name, source, *self.looked_at[source])
        # A folder without an __init__.py is a package too.
        return _parsed(name, path / "__init__.py", 0, 0) if path.is_dir() else None


def look(path: Path | str) -> tuple[int, int]:
    """Return when a file was last changed, and its size; what is not there has neither."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of a text too, since to make paths of hundreds takes longer than to look
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@functools.cache
def _parsed(name: str, path: Path, modified: int, size: int) -> Module:
    return Module(name, path, path.read_text(encoding="utf-8") if size else "")


def place_of(root: str) -> Path | None:
    """Find a package's folder, or a module's one file; nothing is imported for that."""
    try:
        spec = importlib.util.find_spec(root)
    except ValueError:  # __main__ at a prompt: no file to read
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations is not None:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.origin else None
