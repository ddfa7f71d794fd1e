"""A small site, built by Sphinx: what its pages promise, and how long they say that takes."""

import re

import pytest
from lxml import html
from sphinx_here import sphinx_build

GOALS = """:::{goals}
- *count* words;
- read.
:::
"""


def page(words, figures=0, rest=""):
    shown = "```{figure} dot.svg\n:alt: a dot\n\nA caption of six words here.\n```\n\n" * figures
    return f"# Title\n\n{GOALS}\n{'word ' * words}\n\n{shown}{rest}"


def build(folder, **pages):
    (folder / "docs").mkdir()
    (folder / "docs/dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    names = "\n".join(pages)
    (folder / "docs/index.md").write_text(f"# Index\n\n```{{toctree}}\n{names}\n```\n")
    for name, text in pages.items():
        (folder / f"docs/{name}.md").write_text(text, encoding="utf-8")
    (folder / "conf.py").write_text(
        'extensions = ["myst_parser", "cnnfigs.sphinxext.site.goals"]\n'
        'myst_enable_extensions = ["colon_fence", "dollarmath"]\nhtml_math_renderer = "mathjax"\n'
    )
    done = sphinx_build(folder, "-q", "-W", "-c", ".", "docs", "site")
    boxes = {}
    for name in pages if done.returncode == 0 else ():
        (boxes[name],) = html.parse(folder / "site" / f"{name}.html").xpath("//div[contains(@class, 'cnn-goals')]")
    return boxes, done.stderr


def minutes(box):
    return int(re.search(r"Reading time: about (\d+) minutes?\.", box.text_content())[1])


@pytest.fixture(scope="module")
def boxes(tmp_path_factory):
    code = "```python\n" + "word = 1\n" * 3000 + "```\n\n$$\n" + "x + " * 3000 + "x\n$$\n"
    boxes, complaints = build(
        tmp_path_factory.mktemp("goals"),
        short=page(50),
        few=page(238 * 2, figures=2),
        long=page(238 * 20),
        pictures=page(238 * 10, figures=20),
        code=page(238 * 10, rest=code),
    )
    assert complaints == ""
    return boxes


def test_goals_are_a_list_under_a_line_that_introduces_them(boxes):
    box = boxes["short"]
    assert box.find("p").text_content() == "After this page you can"
    assert [item.text_content().strip() for item in box.iter("li")] == ["count words;", "read."]


def test_time_follows_from_words_and_figures_and_not_from_code(boxes):
    assert {name: minutes(box) for name, box in boxes.items()} == {
        "short": 1,
        "few": 3,
        "long": 20,
        "pictures": 20,
        "code": 10,
    }


def test_one_minute_is_no_minutes(boxes):
    assert "Reading time: about 1 minute." in boxes["short"].text_content()


def test_goals_that_are_no_list_are_refused_with_page_and_line(tmp_path):
    _, complaints = build(tmp_path, wrong="# Title\n\n:::{goals}\nLearn everything.\n:::\n")
    assert "wrong.md:3" in complaints
    assert "begin each line with a hyphen" in complaints
