"""Refuse a release whose files do not agree on it; print what CHANGELOG.md says of it.

Usage: release_ready.py TAG
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def check(root: Path, tag: str) -> str:
    """Return the section of the changelog; raise ValueError with what is to mend."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise ValueError(f"the tag: expected v{version}, the version in pyproject.toml, got {tag}")
    section = re.search(
        rf"^## {re.escape(version)} \(([^)\n]+)\)\n(.*?)(?=^## |\Z)",
        (root / "CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if not section or not re.fullmatch(r"\d{4}-\d\d-\d\d", section[1]):
        raise ValueError(f"CHANGELOG.md: expected a section '## {version} (YEAR-MONTH-DAY)'")
    citation = (root / "CITATION.cff").read_text("utf-8")
    for line in (f"version: {version}", f"date-released: {section[1]}"):
        if line not in citation.splitlines():
            raise ValueError(f"CITATION.cff: expected the line '{line}'")
    return section[2].strip()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: release_ready.py TAG")
    try:
        print(check(ROOT, sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))
