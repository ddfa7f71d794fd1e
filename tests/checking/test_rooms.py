"""The picture of the rooms shows the imports as they are, read here off the sources by another way."""

import ast
import re
from itertools import takewhile
from pathlib import Path

from cnnfigs.checking.rooms import PLACE, imports, picture, rows

ROOT = Path(__file__).resolve().parents[2]


def statements(node: ast.AST):
    """Yield the import statements of a module, but for those that only a type checker sees."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from statements(child)


def imported() -> set[tuple[str, str]]:
    """Return which room imports which."""
    package = ROOT / "cnnfigs"
    names = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    pairs = set()
    for path in package.rglob("*.py"):
        if path.parent == package and path.stem == "__init__":
            continue  # the package itself is no room
        room = path.relative_to(package).parts[0].removesuffix(".py")
        for node in statements(ast.parse(path.read_text("utf-8"))):
            modules = [each.name for each in node.names]
            if isinstance(node, ast.ImportFrom):
                modules = [node.module, *(f"{node.module}.{name}" for name in modules)]
            pairs |= {(room, name) for name in (each.split(".")[1] for each in modules if each.startswith("cnnfigs."))}
    return {(room, name) for room, name in pairs if room != name and name in names}


def shown(text: str) -> set[tuple[str, str]]:
    """Read the pairs back from a picture: a dot stands below the first letter of the name that imports."""
    names, pairs = {}, set()
    for line in text.splitlines():
        if name := re.search(r"\w+$", line):
            places = (place for place, sign in enumerate(line[: name.start()]) if sign == "●")
            pairs |= {(names[place], name[0]) for place in places}
            names[name.start()] = name[0]
    return pairs


def test_the_picture_in_the_guide_shows_the_imports_as_they_are():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (drawn,) = PLACE.findall(text)
    assert shown(drawn) == imported()
    assert drawn == picture(rows(ROOT), imports()) + "\n", "draw it again with `nox -s rooms`"


def test_every_room_stands_in_its_row():
    (drawn,) = PLACE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    lines = iter(drawn.splitlines())
    groups = []
    while group := [re.search(r"\w+$", line)[0] for line in takewhile(lambda line: re.search(r"\w", line), lines)]:
        groups.append(group)
    assert groups == rows(ROOT)
    package = ROOT / "cnnfigs"
    there = {path.parent.name for path in package.glob("*/__init__.py")} | {path.stem for path in package.glob("*.py")}
    assert {name for group in groups for name in group} == there - {"__init__"}


def test_a_line_ends_at_its_last_dot():
    drawn = picture([["a"], ["b", "c"], ["d"]], {"a": {"b"}, "b": {"d"}, "c": set(), "d": set()})
    assert drawn == "a\n│\n● b\n  │ c\n  │\n  ●   d"
    assert shown(drawn) == {("a", "b"), ("b", "d")}
