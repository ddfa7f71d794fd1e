"""Build the site twice from nothing, in different folders and with more processes and one, and compare byte by byte.

Usage: python tests/bench/reproducible.py COMMAND, where COMMAND builds docs/ into site/ and says -j NUMBER.
"""

import sys
import tempfile
from pathlib import Path

from builds import build, copy_checkout


def differing(first: Path, second: Path) -> list[str]:
    """Return the relative paths of the files that are in one folder only, or differ between both.

    Raises
    ------
    ValueError
        If a folder holds no file: two empty folders prove nothing.
    """
    contents = [
        {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (first, second)
    ]
    if not all(contents):
        raise ValueError(f"nothing to compare: {first} or {second} holds no file")
    names = sorted(contents[0].keys() | contents[1].keys())
    return [name for name in names if contents[0].get(name) != contents[1].get(name)]


def main(command: list[str]) -> int:
    """Build twice, print what differs, and return the exit status."""
    processes = command.index("-j") + 1
    with tempfile.TemporaryDirectory() as folder:
        sites = []
        for name, number in (("first", command[processes]), ("second", "1")):
            checkout = copy_checkout(Path(folder) / name)
            took = build(checkout, [*command[:processes], number, *command[processes + 1 :]]).seconds
            print(f"{name} build, -j {number}, took {took:.0f} s", flush=True)
            sites.append(checkout / "site")
        different = differing(*sites)
    print("\n".join(f"differs: {name}" for name in different) or "The two builds are the same, byte by byte.")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
