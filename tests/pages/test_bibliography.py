"""Whoever reads a citation knows which entry of the bibliography is meant."""

import re
from collections import defaultdict
from pathlib import Path

from pybtex.database import parse_file

ENTRIES = parse_file(Path(__file__).parents[2] / "docs" / "references.bib").entries


def said(key, entry) -> str:
    """What a page says of an entry: up to two authors, or the first of more, and the year."""
    names = [" ".join(person.last_names) for person in entry.persons["author"]]
    authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{authors}, {entry.fields.get('year', key)}"


def test_no_two_entries_are_cited_by_the_same_words():
    """Of one year's entries with the same first author each has a letter behind the year, and no other has one."""
    keys = defaultdict(list)
    for key, entry in ENTRIES.items():
        keys[said(key, entry)].append(key)
    assert len(keys) > 100
    assert [each for each in keys.values() if len(each) > 1] == []
    lettered = defaultdict(str)
    for words in keys:
        if re.search(r"\d{4}[a-z]$", words):
            lettered[words[:-1]] += words[-1]
    assert lettered
    for words, letters in lettered.items():
        assert "".join(sorted(letters)) == "abcdef"[: len(letters)] != "a", words
        assert words not in keys
