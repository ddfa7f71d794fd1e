"""Pages that run again when what they depend on has changed, and only then.

MyST-NB keeps executed pages and finds them again by their code cells and kernel specification, so it does not see an
edit in a module, a data file or a new version of a library. This extension takes the digest of everything that the
names imported in a page's cells can reach (:mod:`cnnfigs.provenance`) into the page's kernel specification. Prose does
not enter, so an edit there runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import sys
from collections.abc import Collection, Iterable, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from myst_nb.core.read import MystMetadataParsingError, is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.environment.collectors import EnvironmentCollector

from cnnfigs import provenance
from cnnfigs.files import kept
from cnnfigs.sphinxext.reading.cells import with_metadata

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


#: The file that a cell's option ``load`` takes its code from.
LOADED = re.compile(r"(?m)^:?load:\s+(\S+)\s*$")


@dataclass(frozen=True)
class Uses:
    """What the code cells of a page use.

    Parameters
    ----------
    targets
        Definitions and modules of the followed packages, as :func:`cnnfigs.provenance.digest` takes them, sorted.
    libraries
        Top-level names of other libraries, sorted.
    verbatim
        Whether the cells may show docstrings, comments or source code.
    files
        Files beside the page that the cells run, import or name, each with the digest of its content.
    """

    targets: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    verbatim: bool = False
    files: tuple[tuple[str, str], ...] = ()

    def digest(self, file: Path) -> str:
        """Digest all that the used names can reach and the versions of the libraries, as hexadecimal text.

        A name that does not exist, or a module that cannot be read, gives a digest too: the cell itself fails then,
        and is run again once the name exists.

        Parameters
        ----------
        file
            Remembers what was reached, and is written when that is worked out.
        """
        try:
            reached = provenance.remembered(file, *self.targets, verbatim=self.verbatim)
        except (LookupError, SyntaxError) as error:
            reached = str(error)
        lines = [reached, *(f"{name}=={version}" for name, version in (*self._versions(), *self.files))]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def parts(self) -> dict[str, str]:
        """Digest the same part by part: for each module, file and library."""
        try:
            reached = provenance.parts(*self.targets, verbatim=self.verbatim)
        except (LookupError, SyntaxError):
            reached = {}
        return {**reached, **dict(self._versions()), **dict(self.files)}

    def _versions(self) -> Iterable[tuple[str, str]]:
        return provenance.library_versions(self.libraries).items()


def uses(code: str, packages: Collection[str]) -> Uses:
    r"""Find what code imports.

    Parameters
    ----------
    code
        Python code; IPython's magic commands may stand in it.
    packages
        Names of the packages whose sources are followed.

    Examples
    --------
    >>> uses("from cnnfigs.arithmetic import output_size\nimport numpy as np, os", ["cnnfigs"])
    Uses(targets=('cnnfigs.arithmetic:output_size',), libraries=('numpy',), verbatim=False, files=())
    """
    try:
        tree = ast.parse(_without_magic(code))
    except SyntaxError:  # what it imports is not to be known
        return Uses(targets=tuple(sorted(packages)), verbatim=True)
    imported: set[str] = set()
    mentioned: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                imported.update(each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                imported.update(module if each.name == "*" else f"{module}:{each.name}" for each in names)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                mentioned.add(name)
    if not mentioned.isdisjoint({"import_module", "__import__"}):
        imported.update(packages)
    roots = {name: re.split("[.:]", name)[0] for name in imported}
    return Uses(
        targets=tuple(sorted(name for name in imported if roots[name] in packages)),
        libraries=tuple(sorted({*roots.values()} - {*packages} - sys.stdlib_module_names)),
        verbatim=not mentioned.isdisjoint(provenance.READS_SOURCE),
    )


def beside(code: str, folder: Path) -> dict[Path, str]:
    """Find the files beside a page that its code depends on, and their contents as far as they are code.

    Those are the files that ``%run`` names, modules that lie in the page's folder and are imported from there, files
    that any of these depend on in the same way, and whatever file a text in the code is the path of.

    Parameters
    ----------
    code
        Python code; IPython's magic commands may stand in it.
    folder
        The page's folder, in which its cells are run.

    Returns
    -------
    dict
        The code of each file, "" for those that are no code.
    """
    files: dict[Path, str] = {}
    waiting = [code]
    while waiting:
        for path, is_code in _named(waiting.pop(), folder):
            if path not in files and path.is_file():
                files[path] = path.read_text("utf-8", errors="replace") if is_code else ""
                waiting.append(files[path])
    return files


def _named(code: str, folder: Path) -> Iterable[tuple[Path, bool]]:
    """Name what may be a file in the folder, and whether it is code."""
    for run in re.findall(r"(?m)^\s*%run\s+(?:-\S+\s+)*(\S+)", code):
        yield folder / run, True
        yield folder / f"{run}.py", True
    try:
        tree = ast.parse(_without_magic(code))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                roots = [each.name for each in names]
            case ast.ImportFrom(module=str(module)):
                roots = [module]
            case ast.Constant(value=str(text)) if 0 < len(text) < 200 and "\0" not in text:
                yield folder / text, False
                continue
            case _:
                continue
        for name in roots:
            path = folder.joinpath(*name.split("."))
            yield path.with_suffix(".py"), True
            yield path / "__init__.py", True


def _without_magic(code: str) -> str:
    return re.sub(r"(?m)^(\s*)[%!].*", r"\1pass", code)


@dataclass
class Memory:
    """What is kept with the pages from one build to the next."""

    #: What pages used when they were last read, and its digest.
    pages: dict[str, tuple[Uses, str]] = field(default_factory=dict)
    #: What the digests of pages that have been run were made of.
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    #: How all files and libraries looked when this build began; empty where that is not known.
    glance: str = ""


def memory(env: BuildEnvironment) -> Memory:
    """Return what is kept with the pages."""
    if not hasattr(env, "freshness"):
        env.freshness = Memory()  # type: ignore[attr-defined]
    return env.freshness  # type: ignore[attr-defined, no-any-return]


def digest(app: Sphinx, name: str, used: Uses) -> str:
    """Digest what a page uses. Working that out takes longer than all else when little has changed, so it is kept."""
    folder = app.doctreedir.parent / "digests"
    reached = folder / ".reached" / name
    if not (glance := memory(app.env).glance):
        return used.digest(reached)
    return kept(folder / name, f"{glance} {used}", lambda: used.digest(reached).encode()).decode()


def marked(app: Sphinx, name: str, text: str) -> str:
    """Return the text of a page with the digest of what its cells use in its metadata.

    Raises
    ------
    myst_nb.core.read.MystMetadataParsingError
        If the page cannot be read.
    """
    page = Path(app.env.doc2path(name))
    notebook = (
        nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        if page.suffix == ".ipynb"
        else read_myst_markdown_notebook(text, path=str(page))
    )
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    files = beside(code, page.parent)
    for file in [*files, *(page.parent / loaded for loaded in LOADED.findall(text))]:
        app.env.note_dependency(str(file), docname=name)
    used = uses("\n".join([code, *files.values()]), app.config.freshness_packages)
    digests = {os.path.relpath(file, page.parent): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    used = replace(
        used,
        libraries=tuple(each for each in used.libraries if f"{each}.py" not in digests),
        files=tuple(sorted(digests.items())),
    )
    now = digest(app, name, used)
    memory(app.env).pages[name] = used, now
    # The page's name keeps pages with equal cells apart, which parallel readers would else write at one time.
    freshness = f"{name} {now}"
    if page.suffix == ".ipynb":
        kernel = {"name": "python3", "display_name": "Python 3", **notebook.metadata.get("kernelspec", {})}
        notebook.metadata["kernelspec"] = {**kernel, "freshness": freshness}
        return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    return with_metadata(text, "kernelspec", freshness=freshness)


def mark(app: Sphinx, name: str, source: list[str]) -> None:
    """Write the digest into a page that is being read."""
    suffix = Path(app.env.doc2path(name)).suffix
    if suffix == ".ipynb" or (suffix == ".md" and is_myst_markdown_notebook(source[0])):
        with suppress(MystMetadataParsingError, nbformat.reader.NotJSONError):  # the parser warns of it
            source[0] = marked(app, name, source[0])


def modules(code: str) -> set[str]:
    """Name the modules of this package that code imports."""
    return {target.partition(":")[0] for target in uses(code, ["cnnfigs"]).targets}


def reasons(env: BuildEnvironment, names: Collection[str]) -> dict[str, str]:
    """Return for each page that :func:`marked` has looked at why its cells are run; remember it for the next time."""
    known, sentences = memory(env), {}
    for name in names:
        before, now = known.parts.get(name), known.pages[name][0].parts()
        if before is None:
            sentences[name] = "new"
            known.parts[name] = now
            continue
        changed = sorted(part for part in {**before, **now} if before.get(part) != now.get(part))
        if not changed:
            sentences[name] = "its cells"
        else:
            sentences[name] = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        known.parts[name] = now
    return sentences


class Collector(EnvironmentCollector):
    """Keeps what pages use, and names those that must be read again although they have not been edited."""

    def get_outdated_docs(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Name the pages that use what has changed."""
        known = memory(env)
        try:
            known.glance = provenance.glance(*app.config.freshness_packages)
        except LookupError:  # a package that is not there: the page that imports it says so
            known.glance = ""
        gone = changed | removed
        return [
            name
            for name, (used, before) in known.pages.items()
            if name not in gone and digest(app, name, used) != before
        ]

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Do nothing: what a page uses is read off its source."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        memory(env).pages.pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment) -> None:
        """Take over the pages of a parallel reader."""
        memory(env).pages.update({name: page for name, page in memory(other).pages.items() if name in docnames})


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.reading.cells")
    app.add_config_value("freshness_packages", ["cnnfigs"], "env", [list, tuple])
    app.add_env_collector(Collector)
    app.connect("source-read", mark)
    return {"env_version": 6, "parallel_read_safe": True, "parallel_write_safe": True}
