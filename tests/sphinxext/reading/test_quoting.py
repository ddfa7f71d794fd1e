"""Numbers in the words of a page come from its figures, by their names; what nothing states is named with its line."""

import re

import pytest
from lxml import html
from sphinx_here import sphinx_build

PAGE = """\
---
file_format: mystnb
---

# A page

Before it is shown: {fact}`fig-valid output`, and again in
{fact}`fig-valid
places` words. Not shown: {fact}`other output`.

```{code-cell} ipython3
---
tags: [remove-cell]
---
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.sphinxext.reading.facts import quote

quote(other=Padding(size=6, kernel_size=5))
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-valid
    caption: |
      The caption quotes its own figure: {fact}`fig-valid output`.
---
from cnnfigs.illustrations.windows.padding import Padding

Padding(size=6, kernel_size=3)
```
"""
#: What is planted in the page, and what the build says at which line.
WRONG = {
    "no such fact": ("again in", "{fact}`fig-valid outputs`", r"fig-valid states no fact 'outputs': expected output"),
    "no such figure": (
        "again in",
        "{fact}`fig-valed output`",
        r"no figure 'fig-valed' with facts on this page: .*fig-valid",
    ),
    "no fact named": ("again in", "{fact}`fig-valid`", r"fig-valid states no fact ''"),
}


def build(folder, page):
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(page, encoding="utf-8")
    (folder / "conf.py").write_text(
        'import os\nos.environ["CNNFIGS_IN_PAGE"] = "1"\n'
        'extensions = ["myst_nb", "cnnfigs.sphinxext.reading.quoting"]\n'
        'html_theme = "basic"\nnb_execution_mode = "force"\nnb_execution_timeout = 600\n'
    )
    return sphinx_build(folder, "-q", "-n", "-W", "--keep-going", "-c", ".", "-d", ".cache/doctrees", "docs", "site")


def test_facts_stand_where_they_are_quoted_before_and_after_and_in_captions(tmp_path):
    built = build(tmp_path, PAGE)
    assert built.returncode == 0, built.stderr
    page = html.parse(tmp_path / "site/index.html").getroot()
    (words,) = page.xpath("//section/p[1]")
    assert " ".join(words.text_content().split()) == "Before it is shown: 4×4, and again in 16 words. Not shown: 2×2."
    (caption,) = page.xpath("//figcaption")
    assert "its own figure: 4×4." in caption.text_content()
    assert "cnnfigs_facts" not in html.tostring(page, encoding="unicode")


@pytest.mark.parametrize("planted", WRONG)
def test_what_nothing_states_fails_the_build_at_its_line(tmp_path, planted):
    after, wrong, message = WRONG[planted]
    built = build(tmp_path, PAGE.replace(after, f"{after} {wrong},"))
    assert built.returncode == 1
    line = PAGE[: PAGE.index(after)].count("\n") + 1
    assert re.search(rf"index\.md:{line}: WARNING: .*{message}", built.stderr), built.stderr
