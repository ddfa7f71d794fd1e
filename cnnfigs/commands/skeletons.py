"""The beginning of a page, an illustration or an exercise: files that work as they are, to be changed bit by bit."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from string import Template

from cnnfigs.catalog import PACKAGE, Entry, entries, find, source
from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.parameters import require

_TEMPLATES = Path(__file__).parent / "templates"
#: The room of exercises, which are begun otherwise.
_EXERCISES = "exercises"
_QUOTED = "A number is quoted, never typed: {{fact}}`{label} {fact}`."


def new_illustration(root: Path, name: str, room: str) -> list[str]:
    """Write an illustration, its run and its test.

    Parameters
    ----------
    root
        The repository.
    name
        Name of the class, such as ``"GroupedFilters"``.
    room
        Its topic, one of :func:`rooms`.

    Returns
    -------
    list of str
        What was made and what to do next, a line each.

    Raises
    ------
    CommandError or ParameterError
        If the name does not fit or is taken, there is no such room, this is no repository of cnnfigs, or a file
        cannot be written.
    """
    module = _new_module(root, name)
    require(room in rooms(), "--room", room, ", ".join(rooms()))
    values = {"name": name, "module": f"{room}.{module}"}
    made = _write(
        root,
        {
            f"cnnfigs/runs/{room}/{module}.py": _filled("run.py.txt", values),
            f"cnnfigs/illustrations/{room}/{module}.py": _filled("illustration.py.txt", values),
            f"tests/illustrations/{room}/test_{module}.py": _filled("test_illustration.py.txt", values),
        },
    )
    return [
        *made,
        f"Look at it:  cnnfigs render {name} -o .cache/{module}.svg",
        f"Test it:     python -m pytest tests/illustrations -k '{module} or {name}'",
        f"Show it:     cnnfigs new page NAME --shows {name}",
    ]


def new_exercise(root: Path, name: str) -> list[str]:
    """Write an exercise, its run and its test.

    Parameters
    ----------
    root
        The repository.
    name
        Name of the class, such as ``"RowsLeft"``.

    Returns
    -------
    list of str
        What was made and what to do next, a line each.

    Raises
    ------
    CommandError or ParameterError
        If the name does not fit or is taken, this is no repository of cnnfigs, or a file cannot be written.
    """
    module = _new_module(root, name)
    values = {"name": name, "module": module}
    made = _write(
        root,
        {
            f"cnnfigs/runs/{_EXERCISES}/{module}.py": _filled("exercise_run.py.txt", values),
            f"cnnfigs/illustrations/{_EXERCISES}/{module}.py": _filled("exercise.py.txt", values),
            f"tests/illustrations/{_EXERCISES}/test_{module}.py": _filled("test_exercise.py.txt", values),
        },
    )
    return [
        *made,
        f"Look at it:  cnnfigs render {name} -o .cache/{module}.html",
        f"Test it:     python -m pytest tests/illustrations -k '{module} or {name}'",
        f"Show it:     a cell of a page: from cnnfigs.illustrations.{_EXERCISES}.{module} import {name}, then {name}()",
    ]


def new_page(root: Path, page: str, shows: str) -> list[str]:
    """Write a page with one illustration, its test, and its line in the contents.

    Parameters
    ----------
    root
        The repository.
    page
        Name of the page, such as ``"grouped-filters"``.
    shows
        Name of the illustration.

    Returns
    -------
    list of str
        What was made and what to do next, a line each.

    Raises
    ------
    CommandError or ParameterError
        If a name does not fit, this is no repository of cnnfigs, or a file cannot be written.
    """
    _require_repository(root)
    is_address = re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", page) is not None
    require(is_address, "name", page, "small letters, digits and hyphens, such as grouped-filters")
    entry = find(shows)
    fact = _first_fact(entry)
    label = _free_label(root / "docs", f"fig-{page}")
    values = {
        "page": page,
        "title": page.replace("-", " ").capitalize(),
        "label": label,
        "name": entry.name,
        "module": entry.module.removeprefix("cnnfigs.illustrations."),
        "quoted": _QUOTED.format(label=label, fact=fact) if fact else "",
    }
    contents = root / "docs" / "index.md"
    made = _write(
        root,
        {
            f"docs/{page}.md": _filled("page.md.txt", values),
            f"tests/pages/test_{page.replace('-', '_')}.py": _filled("test_page.py.txt", values),
        },
    )
    _overwrite(contents, _with_entry(contents.read_text(encoding="utf-8"), page))
    return [
        *made,
        f"docs/index.md: {page} is last in the contents; move the line to where a reader should come to it",
        "Look at it:  nox -s live",
        f"Test it:     python -m pytest tests/pages/test_{page.replace('-', '_')}.py",
    ]


def rooms() -> list[str]:
    """Return the rooms that a new illustration can have: those that hold its run and itself."""
    folders = (
        {path.parent.name for path in (PACKAGE / each).glob("*/__init__.py")} for each in ("illustrations", "runs")
    )
    return sorted(set.intersection(*folders) - {_EXERCISES})


def skeletons() -> dict[str, str]:
    """Return what new files begin with, by the folder that they are written into: what is left of it is unfinished."""
    values = dict.fromkeys(("page", "title", "label", "name", "module"), "skeleton")
    values["quoted"] = _QUOTED.format(label="skeleton", fact="fact")
    files = {
        "docs": "page.md.txt",
        "cnnfigs/runs": "run.py.txt",
        "cnnfigs/illustrations": "illustration.py.txt",
        "tests/illustrations": "test_illustration.py.txt",
        "tests/pages": "test_page.py.txt",
        f"cnnfigs/runs/{_EXERCISES}": "exercise_run.py.txt",
        f"cnnfigs/illustrations/{_EXERCISES}": "exercise.py.txt",
        f"tests/illustrations/{_EXERCISES}": "test_exercise.py.txt",
    }
    return {folder: _filled(template, values) for folder, template in files.items()}


def _first_fact(entry: Entry) -> str | None:
    """Read the name of an illustration's first fact off its source, without computing anything."""
    for node in ast.walk(ast.parse(source(entry.module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name == entry.name:
            facts = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "state_facts"]
            tables = [each for function in facts for each in ast.walk(function) if isinstance(each, ast.Dict)]
            keys = [key.value for table in tables for key in table.keys if isinstance(key, ast.Constant)]
            return next((key for key in keys if isinstance(key, str)), None)
    return None


def _free_label(docs: Path, wanted: str) -> str:
    """Add a number to a label that another page has."""
    taken = {label for path in docs.rglob("*.md") for label in re.findall(r"fig-[\w-]+", path.read_text("utf-8"))}
    numbered = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(label for label in numbered if label not in taken)


def _new_module(root: Path, name: str) -> str:
    """Return the name of the module for a new class, whose name must be free."""
    _require_repository(root)
    is_class_name = bool(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name)) and not keyword.iskeyword(name)
    require(is_class_name, "name", name, "a class name, such as GroupedFilters")
    if name in entries():
        raise CommandError(f"name: expected a new one, got {name!r}, which is in {entries()[name].module}")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _require_repository(root: Path) -> None:
    project = root / "pyproject.toml"
    named = project.is_file() and 'name = "cnnfigs"' in project.read_text(encoding="utf-8", errors="replace")
    if not named or not (root / "docs" / "index.md").is_file():
        raise CommandError(f"{root.resolve()} is not the repository of cnnfigs: go there, or add --root FOLDER")


def _filled(template: str, values: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)


def _write(root: Path, files: Mapping[str, str]) -> list[str]:
    """Write new files, all or none."""
    for name in files:
        if (root / name).exists():
            raise CommandError(f"{root / name} is there already: choose another name")
    for name, content in files.items():
        _overwrite(root / name, content)
    return [f"{name}: new" for name in files]


def _overwrite(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}") from error


def _with_entry(text: str, page: str) -> str:
    """Add a page at the end of the first table of contents."""
    table = re.search(r"(?ms)^(`{3,}|:{3,})\{toctree\}.*?(?=^\1\s*$)", text)
    if table is None:
        raise CommandError("docs/index.md has no table of contents: add one with ```{toctree}")
    return f"{text[: table.end()]}{page}\n{text[table.end() :]}"
