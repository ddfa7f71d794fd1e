"""Rows, columns, maps, filters and images are counted from 0, in figures and explorers as in `maps[:, :, n]`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder, kind in (("illustrations", "py"), ("drawing", "py"), ("explorers/scripts", "js"))
    for path in sorted((ROOT / "cnnfigs" / folder).rglob(f"*.{kind}"))
]
#: A word for what is counted, and close behind it a number to which 1 was added.
COUNTED = r"(?:rows?|columns?|maps?|filters?|units?|slices?|channels?|digit|image|place|unit in row)"
FROM_ONE = re.compile(rf"\b{COUNTED} \$?\{{[^{{}}]*(?:\([^()]*\)[^{{}}]*)*\+ 1\s*\}}")
#: Counts that begin with 1 in the tutorial: what is done one after the other, and layers, as Keras names them.
EXAMPLE = "`row ${Math.floor(cell / IMAGE) + 1}, column ${(cell % IMAGE) + 1}`"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_counted_from_one(path):
    found = [line.strip() for line in path.read_text("utf-8").splitlines() if FROM_ONE.search(line)]
    assert found == []


def test_counting_from_one_is_found():
    assert len(FROM_ONE.findall(EXAMPLE)) == 2
    assert FROM_ONE.search('f"filter {number + 1}"')
    assert not FROM_ONE.search("row {row}, column {column}")


def test_it_is_said_once_and_early():
    """The page that introduces arrays says how the tutorial counts, and no other page does so again."""
    saying = [path.stem for path in sorted((ROOT / "docs").glob("*.md")) if "from 0" in path.read_text("utf-8")]
    assert saying[:1] == ["images-and-dense-layers"] or "images-and-dense-layers" in saying
    assert "We count as Python does, from 0" in (ROOT / "docs/images-and-dense-layers.md").read_text("utf-8")
