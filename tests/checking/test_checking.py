"""Mistakes planted in a copy of a small checkout are found, each with its file and line; a sound one has none."""

import re
import subprocess
import sys

import pytest

from cnnfigs.checking.pictures import check_pictures
from cnnfigs.checking.sources import check_sources
from cnnfigs.commands.skeletons import skeletons

INDEX = """# Index

```{toctree}
one
two
glossary
```
"""

GLOSSARY = """# Glossary

```{glossary}
feature map
  What one filter makes of its input.

kernel
  A grid of weights.

strides
  The steps of a window.

window
  What a unit sees.
```
"""

ONE = """---
file_format: mystnb
about: Conv2D
---

# One

:::{goals}
- find mistakes.
:::

(place)=
## A place

A {term}`feature map` has 26 rows, as {cite}`known` tells; it makes 81 errors in 10,000 {cite}`known`.
The build says {fact}`facts errors` errors, for images of 28×28 pixels, in `0.5 %` and $0.5 %$.

% typed: 99 % is the threshold that we ask for

Of the answers, some are 99 % sure.

```{code-cell} ipython3
---
tags: [remove-cell]
---
from somewhere import Facts

Facts()
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-one
    caption: |
      A picture of {fact}`facts maps` maps.
---
from somewhere import Picture

Picture(size=5)
```

```{code-cell} ipython3
from cnnfigs.illustrations.exercises.values import GreyWall

GreyWall(kernel_size=5)
```

See {numref}`fig-one`, {doc}`two`, [the other page](two.md), [its place](two.md#there) and [here](#place).

## In short

- Nothing is wrong with a {term}`kernel`, the {term}`strides` of its {term}`window`, and so on.
"""

TWO = """# Two

## There

Nothing but words; [elsewhere](https://example.org/nowhere).
"""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="A picture of a map with 2 cells." width="300"
 height="100" viewBox="0 0 300 100" font-size="12"><text x="10" y="20" fill="var(--cnn-text, #000000)">one</text>
<text x="100" y="20" fill="var(--cnn-text, #000000)">two</text><text x="10" y="80">three</text></svg>"""

BUILT = """<!doctype html><html lang="en"><title>{title}</title><body><main><h1>{title}</h1><h2 id="there">There</h2>
<p>{words}</p><figure id="fig-one">{svg}</figure></main></body></html>"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "site").mkdir()
    for name, text in {"index": INDEX, "one": ONE, "two": TWO, "glossary": GLOSSARY}.items():
        (tmp_path / f"docs/{name}.md").write_text(text, encoding="utf-8")
        built = BUILT.format(title=name, words="Nothing but words", svg=SVG)
        (tmp_path / f"site/{name}.html").write_text(built, encoding="utf-8")
    (tmp_path / "docs/references.bib").write_text("@book{known,\n title = {Known}\n}\n", encoding="utf-8")
    return tmp_path


def plant(root, name, old, new):
    path = root / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def line(root, name, words):
    lines = (root / name).read_text("utf-8").splitlines()
    (number,) = (number for number, text in enumerate(lines, 1) if words in text)
    return name, number


def test_a_sound_checkout_has_no_mistake(root, browser):
    assert list(check_sources(root)) == []
    assert list(check_pictures(root, browser=browser)) == []


MISSPELLED = "sep" + "erate"  # in two pieces, so that it is not found here
PLANTED = {
    "caption": (
        "    caption: |\n      A picture of {fact}`facts maps` maps.\n",
        "",
        "name: fig-one",
        -4,
        "without a caption",
    ),
    "share": ("Nothing but words;", "It gets 98.7 % right;", "98.7 %", 0, "'98.7 %' is typed"),
    "count": ("Nothing but words;", "Words,\nand it makes 202 errors;", "202", 0, "'202' is typed"),
    "caption number": (
        "A picture of {fact}`facts maps` maps",
        "Its accuracy is 0.987",
        "0.987",
        0,
        "'0.987' is typed",
    ),
    "citation": ("as {cite}`known` tells", "as {cite}`unknown` tells", "unknown", 0, "'unknown' is cited"),
    "page": ("[the other page](two.md)", "[the other page](three.md)", "three.md", 0, "there is no three.md"),
    "place": ("(two.md#there)", "(two.md#nowhere)", "#nowhere", 0, "two has no place 'nowhere'"),
    "figure": ("{numref}`fig-one`", "{numref}`fig-two`", "fig-two", 0, "points at 'fig-two'"),
    "term": ("{term}`feature map`", "{term}`feature maps`", "feature maps", 0, "did you mean feature map?"),
    "document": ("{doc}`two`", "{doc}`three`", "{doc}`three`", 0, "points at 'three'"),
    "spelling": ("Nothing but words;", f"A layer is a {MISSPELLED} thing;", MISSPELLED, 0, f"'{MISSPELLED}' is missp"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_mistake_is_found_where_it_is(root, planted):
    old, new, words, offset, message = PLANTED[planted]
    name = "docs/two.md" if "Nothing but" in old else "docs/one.md"
    plant(root, name, old, new)
    (mistake,) = check_sources(root)
    file, number = line(root, name, words)
    assert (mistake.file, mistake.line) == (file, number + offset)
    assert message in mistake.text


ALIKE = {
    "citation": ("as {cite}`known`", "as {cite}`known2`", "did you mean known? Otherwise add it"),
    "figure": ("{numref}`fig-one`", "{numref}`fig-onne`", "'fig-onne', which no page names: did you mean fig-one?"),
    "figure with words": ("{numref}`fig-one`", "{ref}`this <fig-onne>`", "did you mean fig-one?"),
    "document": ("{doc}`two`", "{doc}`two2`", "'two2', which is no page in docs/: did you mean two?"),
    "page": ("(two.md)", "(two2.md)", "there is no two2.md, did you mean two.md"),
    "place": ("(two.md#there)", "(two.md#their)", "two has no place 'their', did you mean there?"),
    "place here": ("(#place)", "(#plaec)", "one has no place 'plaec', did you mean place?"),
}
UNLIKE = {
    "citation": ("as {cite}`known`", "as {cite}`x`", "'x' is cited and not in docs/references.bib: add it"),
    "figure": ("{numref}`fig-one`", "{numref}`x`", "give the figure or the place this name"),
    "document": ("{doc}`two`", "{doc}`x`", "write the name of a page"),
    "page": ("(two.md)", "(x/y.md)", "there is no x/y.md"),
}


@pytest.mark.parametrize("what", ALIKE)
def test_what_is_like_something_known_is_asked_after(root, what):
    old, new, message = ALIKE[what]
    plant(root, "docs/one.md", old, new)
    (mistake,) = check_sources(root)
    assert message in mistake.text


@pytest.mark.parametrize("what", UNLIKE)
def test_what_is_like_nothing_known_is_told_with_what_helps(root, what):
    old, new, message = UNLIKE[what]
    plant(root, "docs/one.md", old, new)
    (mistake,) = check_sources(root)
    assert message in mistake.text
    assert "did you mean" not in mistake.text


FIGURE = """::::{{note}}
Look.

```{{figure}} mine.png
:alt: A picture
:name: {name}
```
::::

"""
CELL = """```{{code-cell}} ipython3
---
mystnb:
  figure:
    name: {name}
    caption: A picture.
---
Picture()
```

"""


@pytest.mark.parametrize("shown", [FIGURE, CELL], ids=["figure in a note", "cell"])
@pytest.mark.parametrize("page", ["one", "two"])
def test_two_figures_of_one_name_are_found(root, page, shown):
    before = {"one": "## In short", "two": "## There"}[page]
    plant(root, f"docs/{page}.md", before, f"{shown.format(name='fig-one')}{before}")
    (mistake,) = (each for each in check_sources(root) if "called" in each.text)
    lines = (root / f"docs/{page}.md").read_text("utf-8").splitlines()
    second = max(number for number, text in enumerate(lines, 1) if "name: fig-one" in text)
    first = (root / "docs/one.md").read_text("utf-8").splitlines().index("    name: fig-one") + 1
    places = f"one.md:{first} and {page}.md:{second}"
    assert str(mistake) == (
        f"docs/{page}.md:{second}: two figures are called fig-one, at {places}: give one another name"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(place)=\n", "two places are called place,"),
        ("$$\na\n$$ (place)\n\n", "one place and one equation are called place,"),
        (FIGURE.format(name="place"), "one place and one figure are called place,"),
    ],
)
def test_other_things_of_one_name_are_found(root, text, told):
    plant(root, "docs/two.md", "## There", f"{text}## There")
    (mistake,) = check_sources(root)
    assert mistake.text.startswith(told)


def test_a_name_in_code_or_above_the_page_is_no_name_of_a_figure(root):
    plant(root, "docs/one.md", "about: Conv2D\n", "about: Conv2D\nkernelspec:\n  name: fig-one\n")
    plant(root, "docs/one.md", "Facts()\n", "Facts()\nclass A:\n    name: fig-one\n")
    assert list(check_sources(root)) == []


UNKNOWN = {
    "tag": ("tags: [remove-cell]", "tags: [remove-cell, hide-inputs]", "hide-inputs", "did you mean hide-input"),
    "tag like none": (
        "tags: [remove-cell]",
        "tags: [remove-cell, x]",
        ", x]",
        "expected one of hide-cell, hide-input, ",
    ),
    "option of a figure": ("    name: fig-one", "    captoin: x\n    name: fig-one", "captoin", "did you mean caption"),
    "option of MyST-NB": ("mystnb:\n", "mystnb:\n  figrue: x\n", "figrue", "did you mean figure?"),
    "option": ("tags: [remove-cell]", "tags: [remove-cell]\ntag: [x]", "tag: [x]", "did you mean tags?"),
}


BROKEN = {
    "no YAML": (
        "tags: [remove-cell]",
        "tags: [remove-cell",
        "the options of the cell cannot be read: they are no YAML: ",
    ),
    "no names": ("tags: [remove-cell]", "remove-cell", "the options of the cell cannot be read: "),
    "no options below": (
        "mystnb:\n  figure:\n",
        "mystnb: x\nother:\n  figure:\n",
        "mystnb: expected options below it, got 'x'",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_options_that_cannot_be_read_are_told_and_the_check_goes_on(root, what):
    old, new, words = BROKEN[what]
    plant(root, "docs/one.md", old, new)
    plant(root, "docs/one.md", "\n# ", "\n{cite}`nobody`\n\n# ")
    told = [mistake.text for mistake in check_sources(root) if mistake.file == "docs/one.md"]
    assert any(words in text for text in told), told
    assert any(text.startswith("'nobody' is cited") for text in told), told


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_unknown_tag_or_option_of_a_cell_is_found(root, what):
    old, new, words, advice = UNKNOWN[what]
    plant(root, "docs/one.md", old, new)
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == line(root, "docs/one.md", words)
    assert re.match(r"unknown (tag|option) '[\w-]+': ", mistake.text)
    assert advice in mistake.text


def test_options_in_the_short_form_are_read_too(root):
    plant(root, "docs/one.md", "---\ntags: [remove-cell]\n---\n", ":tags: [remove-cell, hide-inputs]\n")
    (mistake,) = check_sources(root)
    assert mistake.text == "unknown tag 'hide-inputs': did you mean hide-input?"


@pytest.mark.parametrize("known", ["tags: [remove-cell, skip-execution]", "tags: [remove-cell]\nmystnb:\n  image: {}"])
def test_what_no_page_uses_and_myst_nb_knows_is_no_mistake(root, known):
    plant(root, "docs/one.md", "tags: [remove-cell]", known)
    assert list(check_sources(root)) == []


MISSING = {
    "place": ("about: Conv2D\n", "does not say where in the network it is"),
    "goals": (":::{goals}\n- find mistakes.\n:::\n", "no goals"),
    "summary": ("## In short\n", "no summary"),
    "terms": ("{term}`feature map`", "links 3 of the glossary's words: link 4 or more"),
}


@pytest.mark.parametrize("part", MISSING)
def test_a_part_that_every_page_has_is_missed(root, part):
    text, message = MISSING[part]
    plant(root, "docs/one.md", text, "")
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == ("docs/one.md", 1)
    assert message in mistake.text


TASK = "## Write it yourself\n\n::::{task} Count\nCount them.\n::::\n\n"


def test_a_page_that_teaches_and_has_no_task_is_found(root):
    plant(root, "docs/index.md", "{toctree}\n", "{toctree}\n:caption: Learn\n\n")
    plant(root, "docs/index.md", "glossary\n", "```\n\n```{toctree}\nglossary\n")
    plant(root, "docs/two.md", "## There", f"{TASK}## There")
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == ("docs/one.md", 1)
    assert "one.md has no {task}" in mistake.text
    plant(root, "docs/one.md", "## In short", f"{TASK}## In short")
    assert list(check_sources(root)) == []


def test_a_task_is_asked_of_no_page_that_teaches_otherwise(root):
    plant(root, "docs/index.md", "{toctree}\n", "{toctree}\n:caption: Judge\n\n")
    assert list(check_sources(root)) == []


def test_a_word_of_the_glossary_that_is_used_before_its_link_is_found(root):
    plant(root, "docs/one.md", "makes 81 errors", "has a kernel and makes 81 errors")
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == line(root, "docs/one.md", "{term}`kernel`")
    assert "'kernel' is used before its link" in mistake.text


def test_a_word_of_the_glossary_that_is_linked_twice_is_found(root):
    plant(root, "docs/one.md", "and so on.", "and its\n  {term}`kernels <kernel>`.")
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == line(root, "docs/one.md", "{term}`kernels")
    assert f"'kernel' is linked in line {mistake.line - 1} already" in mistake.text


def test_code_formulas_headings_and_captions_use_no_word(root):
    plant(root, "docs/one.md", "(place)=", "## A kernel\n\nIn `kernel` and $kernel$.\n\n(place)=")
    plant(root, "docs/one.md", "A picture of", "A kernel and a picture of")
    assert list(check_sources(root)) == []


WITHOUT_WORDS = {
    "Markdown": "![](_static/mine.png)",
    "attributes": "Here\nit is: ![](_static/mine.png){width=300}",
    "figure": "```{figure} _static/mine.png\n:width: 300\n\nIts caption.\n```",
    "empty option": ":::{image} _static/mine.png\n:alt:\n:::",
    "options in YAML": '```{figure} _static/mine.png\n---\nalt: ""\n---\n```',
    "in a note": "::::{note}\nLook.\n\n:::{figure} _static/mine.png\n:::\n::::",
    "in a list": "- one\n- two\n\n  ```{image} _static/mine.png\n  ```",
    "HTML": '<p>\n<img width="300"\nsrc="_static/mine.png"></p>',
    "HTML in words": 'Here\nit is: <img src="_static/mine.png" alt="">',
}


@pytest.mark.parametrize("way", WITHOUT_WORDS)
def test_a_picture_without_alternative_text_is_found(root, way):
    plant(root, "docs/two.md", "Nothing but words;", f"{WITHOUT_WORDS[way]}\n\nNothing but words;")
    (mistake,) = check_sources(root)
    file, number = line(root, "docs/two.md", "mine.png")
    # A tag over several lines is named where it begins.
    assert (mistake.file, mistake.line) == (file, number - (way == "HTML"))
    assert mistake.text == "the picture mine.png has no alternative text: say in words what it shows"


def test_a_picture_with_alternative_text_is_no_mistake(root):
    shown = (
        "![A digit](a.png)",
        "```{figure} a.png\n:alt: A digit\n```",
        "```{image} a.png\n---\nalt: |\n  A digit\n---\n```",
        '<img src="a.png" alt="A digit">',
        "```{code-block} markdown\n![](a.png)\n```",
    )
    plant(root, "docs/two.md", "Nothing but words;", "\n\n".join([*shown, "Nothing but words;"]))
    assert list(check_sources(root)) == []


#: What a skeleton says to whoever fills it in, as far as it is known by heart here.
INSTRUCTIONS = {
    "docs/two.md": (
        *(
            "Begin with what",
            "Say what the page needs",
            "tell what the reader will be able",
            "The idea of this section",
        ),
        *(
            "One sentence that says what",
            "First the picture, then",
            "Words of the glossary are",
            "Begin with code that runs",
            "Say which line the reader",
            "What the reader should",
        ),
    ),
    "cnnfigs/runs/new.py": (
        "Replace it by what your illustration computes",
        "A digit and the averages",
        "Pool a test digit",
    ),
    "cnnfigs/illustrations/new.py": (
        "Say here in one sentence",
        "Arrange the digit and its averages",
        "cells: each is the",
    ),
    "tests/pages/test_new.py": ("add a test for each claim",),
}


def test_every_sentence_of_a_skeleton_that_is_left_is_named_with_its_line(root):
    for name in INSTRUCTIONS:
        folder = name.rpartition("/")[0]
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / name).write_text(skeletons()[folder], encoding="utf-8")
    mistakes = [each for each in check_sources(root) if "left from the skeleton" in each.text]
    for name, beginnings in INSTRUCTIONS.items():
        lines = (root / name).read_text("utf-8").splitlines()
        for words in beginnings:
            (mistake,) = (each for each in mistakes if each.file == name and words in each.text)
            # A text over several lines is named where it begins.
            assert words.split()[0] in " ".join(lines[mistake.line - 1 : mistake.line + 3]), mistake
    # Who has said something of one's own has nothing left to mend.
    plant(root, "docs/two.md", "- What the reader should remember.", "- Filters come in groups.")
    left = [each.text for each in check_sources(root) if each.file == "docs/two.md"]
    assert not any("should remember" in text for text in left)
    assert any("Begin with what" in text for text in left)


def test_a_page_in_no_table_of_contents_is_found(root):
    plant(root, "docs/index.md", "two\n", "")
    (mistake,) = check_sources(root)
    assert (mistake.file, mistake.line) == ("docs/two.md", 1)
    assert "toctree" in mistake.text


PICTURES = {
    "width": ('width="300"', 'width="800"', "800 pixels wide"),
    "overlap": ('x="100" y="20"', 'x="20" y="22"', "'one' and 'two' overlap"),
    "cut": ('x="100" y="20"', 'x="290" y="20"', "'two' is cut"),
    "faint": ('x="10" y="80"', 'x="10" y="80" fill="var(--cnn-grid, #cccccc)"', "has a contrast of"),
    "fixed": ('x="10" y="80"', 'x="10" y="80" fill="#777777"', "does not follow the theme"),
    "silent": ("A picture of a map with 2 cells.", "", "has no description"),
}


@pytest.mark.parametrize("planted", PICTURES)
def test_a_mistake_in_a_picture_is_found_at_its_figure(root, browser, planted):
    old, new, message = PICTURES[planted]
    plant(root, "site/one.html", old, new)
    mistakes = list(check_pictures(root, only=frozenset({"one"}), browser=browser))
    assert mistakes
    assert {(each.file, each.line) for each in mistakes} == {line(root, "docs/one.md", "name: fig-one")}
    assert all(message in each.text for each in mistakes)


def test_a_faint_text_is_found_in_its_theme(root, browser):
    plant(root, "site/two.html", "<p>", '<p style="color: #999; background: #fff">')
    mistakes = list(check_pictures(root, only=frozenset({"two"}), browser=browser))
    assert {(each.file, each.line) for each in mistakes} == {line(root, "docs/two.md", "Nothing but words")}
    assert {"light", "dark"} == {
        word for each in mistakes for word in ("light", "dark") if f"the {word} theme" in each.text
    }


def run(root, *options):
    return subprocess.run(
        [sys.executable, "-m", "cnnfigs.checking", "--root", root, *options], capture_output=True, text=True
    )


def test_the_command_says_all_in_lines_that_editors_understand(root):
    sound = run(root)
    assert (sound.returncode, sound.stdout) == (0, "all is well\n")
    plant(root, "docs/two.md", "Nothing but words;", "It gets 98.7 % right;")
    wrong = run(root, "--quick")
    assert wrong.returncode == 1
    first, last = wrong.stdout.splitlines()
    assert first.startswith("docs/two.md:5: the number '98.7 %' is typed")
    assert last == "1 to mend"


SPHINX = """import sys
from pathlib import Path
Path(sys.argv[-1]).write_text({!r}, encoding="utf-8")
print("much else")
sys.exit(1)
"""


def test_what_the_build_warns_of_is_told_at_the_end_but_not_what_has_been_said_better(root):
    plant(root, "docs/one.md", "{doc}`two`", "{doc}`three`")
    plant(root, "docs/index.md", "two\n", "")
    plant(root, "docs/two.md", "## There", "(place)=\n## There")
    warnings = [
        f"{root}/docs/one.md:50: WARNING: unknown document: 'three' [ref.doc]",
        f"{root}/docs/two.md: WARNING: document isn't included in any toctree [toc.not_included]",
        f"{root}/docs/one.md:39: WARNING: the code cell failed: ValueError: size is 5 [cells.failed]",
        f'{root}/docs/two.md:5: WARNING: Duplicate explicit target name: "place". [docutils]',
        f"{root}/docs/two.md:5: WARNING: duplicate label place, other instance in {root}/docs/one.md",
        "WARNING: nobody knows where",
    ]
    command = [sys.executable, "-c", SPHINX.format("\n".join(warnings))]
    result = run(root, "--", *command)
    assert result.returncode == 1
    head, _, tail = result.stdout.partition("much else\n")
    first, second, third, _ = head.splitlines()
    assert line(root, "docs/one.md", "{doc}`three`") == ("docs/one.md", 50)
    assert first.startswith("docs/one.md:50: {doc} points at 'three'")
    assert second.startswith("docs/two.md:1: the page is in no table of contents")
    assert third.startswith("docs/two.md:3: two places are called place")
    assert tail.splitlines() == [
        "conf.py:1: nobody knows where",
        "docs/one.md:39: the code cell failed: ValueError: size is 5 [cells.failed]",
        first,
        second,
        third,
        "5 to mend",
    ]


def test_a_build_that_ends_without_a_word_is_told(root):
    result = run(root, "--", sys.executable, "-c", "raise SystemExit(2)")
    assert result.returncode == 2
    assert result.stdout.splitlines()[-1] == "the build ended early with exit status 2, see above"


def test_without_a_built_site_it_says_what_to_do(root):
    (root / "site/index.html").unlink()
    missing = run(root)
    assert missing.returncode == 2
    assert "run `nox -s site` first" in missing.stdout
