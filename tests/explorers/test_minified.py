"""What minifying takes from the explorers' scripts: bytes, and nothing else. Other tests here run what is left."""

import gzip
import re
import subprocess
import sys

import pytest

from cnnfigs.explorers.assets import LOADER, SCRIPTS, content, minified, texts
from cnnfigs.explorers.registry import BUNDLES, EXPLORERS, SHARED

SOURCES = sorted(path.name for path in SCRIPTS.glob("*.js"))


def test_every_script_belongs_to_an_explorer():
    assert {*SOURCES} <= {*SHARED, *LOADER}.union(*(explorer.scripts for explorer in EXPLORERS.values()))


def test_each_script_is_in_one_file_at_most():
    """A script that ran twice would name its element twice."""
    bundled = [script for scripts in BUNDLES.values() for script in scripts]
    assert sorted(bundled) == sorted({*bundled})


def test_they_are_smaller_by_a_fifth():
    before = sum(len(gzip.compress(text.encode(), 9)) for text in texts().values())
    after = sum(len(gzip.compress(content(name), 9)) for name in texts())
    assert after < 0.8 * before


def test_they_are_the_same_each_time_and_in_every_process():
    told = "import sys; from cnnfigs.explorers.assets import content, texts; print(*map(content, texts()), sep='\\n')"
    again = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", told],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert again.stdout.splitlines() == [str(content(name)) for name in texts()]


def texts_in(code):
    """Give the texts that stand in code, those in the gaps of other texts too: `a ${b ? `c ${d}` : "e"} f`."""
    found, gaps, at = [], [], 0
    while at < len(code):
        if match := re.compile(r"//[^\n]*|/\*.*?\*/|(?<=[(=:,]) */(?![*/])(?:\\.|[^/\\\n])+/", re.DOTALL).match(
            code, at
        ):
            at = match.end()  # a comment, or a regular expression
        elif code[at] == '"':
            match = re.compile(r'"((?:\\.|[^"\\])*)"').match(code, at)
            found.append(match[1])
            at = match.end()
        elif code[at] == "`" or (code[at] == "}" and gaps and gaps[-1] == 0):
            if code[at] == "}":
                gaps.pop()
            match = re.compile(r"((?:\\.|(?!\$\{)[^`\\])*)(`|\$\{)").match(code, at + 1)
            found.append(match[1])
            at = match.end()
            if match[2] == "${":
                gaps.append(0)
        else:
            if gaps and code[at] in "{}":
                gaps[-1] += 1 if code[at] == "{" else -1
            at += 1
    return found


def test_texts_are_found_in_texts():
    code = 'say(`a ${b ? `c ${{ d }.d}, (e) ` : "f"} g`, /`/.test(h), "i\\"j"); // `k`'
    assert texts_in(code) == ["a ", "c ", ", (e) ", "f", " g", 'i\\"j']


@pytest.mark.parametrize("name", SOURCES)
def test_every_text_stays(name):
    """Letter by letter, also one that stands in the gap of another, which simpler minifiers take for code."""
    source = (SCRIPTS / name).read_text("utf-8")
    small = minified(source)
    found = [text for text in texts_in(source) if re.search(r"[A-Za-z]", text) and "\\" not in text]
    assert found
    sheets = [text for text in found if "\n" in text and ";" in text]
    assert [text for text in found if text not in sheets and text not in small] == []
    # Style sheets are rid of comments, of spaces, and of signs that mean nothing.
    bare = re.compile(r"/\*.*?\*/|\s|;(?=\s*})|\b0(?=\.\d)", re.DOTALL)
    rest = bare.sub("", small)
    assert [text for text in sheets if bare.sub("", text) not in rest] == []


@pytest.mark.parametrize("name", SOURCES)
def test_no_default_in_a_pattern_names_a_variable(name):
    """The minifier puts patterns first in a declaration, and may so move one before the variable that it names."""
    source = (SCRIPTS / name).read_text("utf-8")
    patterns = re.findall(r"\b(?:const|let) ([\[{][^;=]*(?:=(?!>)[^;=]*)*?[\]}]) = ", source)
    found = [pattern for pattern in patterns if re.search(r"[\w\]}] = (?!true|false|null|undefined)[A-Za-z_]", pattern)]
    assert found == []


def test_ends_of_lines_stay_where_they_mean_something():
    """The minifier writes them as they are, so any text may have two lines: only sheets have semicolons."""
    for text in ('["a  b","c"].join("\\n")', "`a(\n    ${b},\n)\n`"):
        small = minified(f"window.code = (b) => {text}")
        assert "\n" in small, small
    assert minified("window.code = (b) => `a(\n    ${b},\n)`") == "window.code=e=>`a(\n    ${e},\n)`"


def test_the_sources_stay_readable():
    """They have the comments and the names that the site's files are rid of."""
    assert "/**" in texts()["core.js"]
    assert all(b"/**" not in content(name) for name in texts())
    assert all(
        len(line) < 180 for name in (*SOURCES, *LOADER) for line in (SCRIPTS / name).read_text("utf-8").splitlines()
    )
