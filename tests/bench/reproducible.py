"""Build the site twice from nothing, in different folders, and compare byte by byte.

Usage: python tests/bench/reproducible.py COMMAND, where COMMAND builds docs/ into site/.
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
    with tempfile.TemporaryDirectory() as folder:
        checkouts = [copy_checkout(Path(folder) / name) for name in ("first", "second")]
        for checkout in checkouts:
            print(f"{checkout.name} build took {build(checkout, command).seconds:.0f} s")
        different = differing(*(checkout / "site" for checkout in checkouts))
    print("\n".join(f"differs: {name}" for name in different) or "The two builds are the same, byte by byte.")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
