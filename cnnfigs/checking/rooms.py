"""A picture of which room of the package imports which, drawn from the imports, for CONTRIBUTING.md.

Run by ``nox -s rooms``. A test compares what stands there with the imports.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import grimp

from cnnfigs.files import update

#: Where the picture stands in the text.
PLACE = re.compile(r"(?<=```text\n)__main__\n.*?(?=```)", re.DOTALL)


def rows(root: Path) -> list[list[str]]:
    """Return the rooms in their rows, from the top, as import-linter's contract of the direction has them."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "direction")
    return [re.findall(r"\w+", layer) for layer in layers]


def imports() -> dict[str, set[str]]:
    """Return for each room those that it imports."""
    graph = grimp.build_graph("cnnfigs", exclude_type_checking_imports=True)
    rooms = graph.find_children("cnnfigs")
    for room in rooms:
        graph.squash_module(room)

    def name(room: str) -> str:
        return room.removeprefix("cnnfigs.")

    return {name(room): set(map(name, graph.find_modules_directly_imported_by(room))) for room in rooms}


def picture(rows: Sequence[Sequence[str]], imports: Mapping[str, Set[str]]) -> str:
    """Draw a staircase of rooms: from each a line goes down, with a dot beside every room that it imports.

    Parameters
    ----------
    rows
        The rooms; none imports from its own row or one above it.
    imports
        For each room those that it imports.

    Examples
    --------
    >>> rows = [["pages"], ["texts", "pictures"], ["words"]]
    >>> print(picture(rows, {"pages": {"pictures"}, "texts": {"words"}, "pictures": set(), "words": set()}))
    pages
    │
    │ texts
    ● │ pictures
      │
      ●   words
    """
    order = [room for row in rows for room in row]
    lines: list[str] = []
    for row in rows:
        if lines:
            lines.append(_stretch(order, order.index(row[0]), imports))
        for room in row:
            place = order.index(room)
            lines.append(_stretch(order, place, imports, room).ljust(2 * place) + room)
    return "\n".join(lines)


def _stretch(order: Sequence[str], place: int, imports: Mapping[str, Set[str]], room: str = "") -> str:
    """Draw the lines that come down to a place: with a dot from who imports this room, on to rooms further down."""
    signs = (
        "●" if room in imports[above] else "│" if imports[above] & {*order[place:]} else " " for above in order[:place]
    )
    return " ".join(signs).rstrip()


def main() -> None:
    """Write the picture into CONTRIBUTING.md."""
    root = Path()
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    drawn = f"{picture(rows(root), imports())}\n"
    print(f"CONTRIBUTING.md: {update(root / 'CONTRIBUTING.md', PLACE.sub(lambda _: drawn, text).encode())}")


if __name__ == "__main__":
    main()
