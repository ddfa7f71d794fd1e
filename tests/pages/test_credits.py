"""Everybody whose work ships or is needed is named, with the licence that they gave."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "credits.md").read_text("utf-8").split())
LIBRARIES = PAGE[PAGE.index("## Libraries") : PAGE.index("## The tutorial itself")]
MANIFEST = tomllib.loads((ROOT / "cnnfigs" / "data" / "manifest.toml").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NEEDED = sorted(
    {
        re.match(r"[A-Za-z0-9.-]+", line)[0]
        for line in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["site"]]
    }
    - {"tensorflow-cpu"}  # the same as tensorflow, for one platform
)
LICENCES = ("Apache 2.0", "BSD-3-Clause", "BSD-2-Clause", "MIT-CMU", "MIT", "after that of Python")


def sentences(name):
    """Return the sentences that name a library."""
    return [
        each for each in re.split(r"(?<=\.) (?=[A-Z])", LIBRARIES) if re.search(rf"\b{name}\b", each, re.IGNORECASE)
    ]


@pytest.mark.parametrize("file", MANIFEST)
def test_licence_and_authors_of_each_data_file(file):
    assert MANIFEST[file]["licence"] in PAGE
    origin = re.split(r"[,;']", MANIFEST[file]["origin"])[0]
    assert origin.split()[-1] in PAGE


@pytest.mark.parametrize("name", NEEDED)
def test_each_library_is_named_with_its_licence(name):
    told = sentences(name)
    assert told, f"{name} is not named"
    try:
        known = metadata(name)
    except PackageNotFoundError:
        known = metadata("tensorflow-cpu")
    stated = " ".join(
        [
            known.get("License-Expression") or "",
            (known.get("License") or "")[:200],
            *(known.get_all("Classifier") or []),
        ]
    )
    family = next(
        family
        for pattern, family in [
            ("Apache", "Apache 2.0"),
            ("BSD-2", "BSD-2-Clause"),
            ("BSD", "BSD-3-Clause"),
            ("MIT-CMU", "MIT-CMU"),
            ("MIT", "MIT"),
            ("matplotlib|Python Software Foundation", "after that of Python"),
        ]
        if re.search(pattern, stated)
    )
    after = told[0][re.search(rf"\b{name}\b", told[0], re.IGNORECASE).end() :]
    first = min((licence for licence in LICENCES if licence in after), key=after.index)
    assert family == first, stated
