"""The directive of tours, on small sites: what it takes, and what it writes with and without scripts."""

import re
import zipfile
from functools import partial
from pathlib import Path

import pytest
from lxml import html
from sphinx_here import build_pages

from cnnfigs.explorers.registry import EXPLORERS

STEPS = """1. {explore}`A large step <convolution?strides=2>` leaves fewer numbers in the {part}`output <.output>`.
2. {explore}`Now you <convolution?kernel=1,0,0,-1&kernel_size=2>`: write into the {part}`kernel <.kernel>`.
"""

PAGE = f"""# A page

:::{{figure}} dot.png
:name: fig-dot
:alt: A dot, as large as one can be

A caption.
:::

```{{explorer}} convolution
:for: fig-dot

How many places are there?
```

```{{tour}} convolution
{STEPS}```
"""

build = partial(build_pages, "cnnfigs.sphinxext.site.tours")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    plain = PAGE[: PAGE.index("```{tour}")].replace("fig-dot", "fig-plain")
    assert build(folder, page=PAGE, plain=plain) == ""
    return folder


def read(project, name):
    return html.parse(project / "html" / f"{name}.html").getroot()


def test_a_tour_is_a_list_of_numbered_links_which_needs_no_script(project):
    (tour,) = read(project, "page").find_class("cnn-tour")
    assert tour.get("id") == "tour-convolution"
    title, steps = tour
    assert EXPLORERS["convolution"].title in title.text_content()
    assert steps.tag == "ol"
    assert [link.get("href") for link in steps.iterfind(".//a")] == [
        "#explore-convolution?strides=2",
        "#explore-convolution?kernel=1,0,0,-1&kernel_size=2",
    ]
    assert [" ".join(step.text_content().split()) for step in steps] == [
        "A large step leaves fewer numbers in the output.",
        "Now you: write into the kernel.",
    ]
    assert steps.xpath(".//@data-part") == [".output", ".kernel"]


def test_room_is_kept_for_the_button_of_a_tour(project):
    toured, plain = (read(project, name).xpath("//cnn-convolution")[0] for name in ("page", "plain"))
    assert toured.get("data-tour")
    assert plain.get("data-tour") is None


def test_a_book_has_the_sentences_and_no_link(project):
    build(project, "epub", page=PAGE)
    (book,) = (project / "epub").glob("*.epub")
    with zipfile.ZipFile(book) as pages:
        page = html.fromstring(pages.read("page.xhtml"))
    (tour,) = page.find_class("cnn-tour")
    assert [" ".join(step.text_content().split()) for step in tour.iterfind(".//{*}li")] == [
        "A large step leaves fewer numbers in the output.",
        "Now you: write into the kernel.",
    ]
    assert tour.xpath(".//@href | .//@data-part") == []


#: Where the first step stands.
FIRST = 17
MANY = STEPS.splitlines(keepends=True)[0] * 8 + STEPS.splitlines(keepends=True)[1]

STEP = "step 1 of the tour of convolution"
LINK, PART = "{explore}`A large step <convolution?strides=2>`", "{part}`output <.output>`"

#: What is changed in the page, the line that is told, and what is said.
BROKEN = {
    "value": ("strides=2", "strides=9", FIRST, "strides of explorer convolution: expected a whole number from 1 to 5"),
    "setting": ("strides=2", "speed=2", FIRST, "explorer convolution has no setting 'speed': expected picture, size"),
    "unknown": ("{tour} convolution", "{tour} telescope", 16, "there is no explorer 'telescope': expected convolution"),
    "elsewhere": ("{tour} convolution", "{tour} design", 16, "there is no explorer design on this page"),
    "other": ("<convolution?strides=2>", "<pooling?strides=2>", FIRST, f"{STEP} sets pooling: expected convolution"),
    "many": (STEPS, MANY, 16, "the tour of convolution has 9 steps: expected 2 to 8"),
    "bullets": (STEPS, re.sub(r"(?m)^\d\.", "-", STEPS), 16, "is a numbered list, and nothing else: begin each step"),
    "linkless": (
        *(LINK, "A large step", FIRST),
        f"{STEP} has 0 links that set the explorer: expected one, {{explore}}`words <convolution?settings>`",
    ),
    "twice": ("leaves", f"and {LINK} leaves", FIRST, f"{STEP} has 2 links that set the explorer: expected one"),
    "dark": (PART, "output", FIRST, f"{STEP} names 0 parts of the explorer: expected one, {{part}}`words <selector>`"),
    "long": (f"{PART}.", f"{PART}.\n\n   More.", FIRST, f"{STEP} has 2 paragraphs: expected one"),
    "taskless": ("Now you", "At last", FIRST + 1, "is its last, a task for the reader: expected that it begins with"),
    "stray": (
        "How many",
        f"In the {PART}, how many",
        13,
        "'output' names a part of an explorer: expected it in",
    ),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("broken")
    pages = {name: PAGE.replace(old, new) for name, (old, new, *_) in BROKEN.items()}
    again = PAGE[PAGE.index("```{tour}") :]
    return build(folder, **pages, again=f"{PAGE}\n{again}")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_with_page_and_line(complaints, name):
    old, _, line, message = BROKEN[name]
    assert old in PAGE
    told = [complaint for complaint in complaints.splitlines() if f"/{name}.md:{line}: " in complaint]
    assert any(message in complaint for complaint in told), complaints


def test_an_explorer_has_one_tour(complaints):
    assert "again.md:21: WARNING: explorer convolution has a tour on this page already: expected one" in complaints
