"""A small site with a task: a box that needs no script, cells in its notebook, and open on paper."""

import nbformat
import pytest
import small
from lxml import html

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
TASK = """
# The page

```{code-cell} python
1 + 1
```

::::{task} Add *more*
Run this.

```python
print(1)
```

It prints

```text
1
```

:::{solution}
Like this:

```python
print(1 + 1)
```
:::
::::

:::{folded} In another language
```c
int x;
```
:::
"""


def pages(lesson: str) -> dict[str, str]:
    return {"index.md": "# Index\n\n```{toctree}\nlesson\n```\n", "lesson.md": FRONT + lesson}


EXTENSIONS = (
    'extensions += ["cnnfigs.sphinxext.site.tasks", "cnnfigs.sphinxext.notebooks.pages"]\n'
    'myst_enable_extensions = ["colon_fence"]\n'
    'suppress_warnings = ["myst-nb.lexer"]\n'  # nothing is run here
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tasks")
    small.write(folder, pages(TASK), EXTENSIONS)
    return small.build(folder)


def test_a_task_is_a_box_with_a_title_and_a_folded_solution(built):
    (box,) = html.parse(built / "lesson.html").xpath("//div[@class='cnn-task']")
    assert box.find("p").text_content() == "Add more"
    (solution,) = box.iter("details")
    assert "open" not in solution.attrib
    assert solution.find("summary").text_content() == "A solution"
    assert "print(1 + 1)" in solution.text_content()


def test_anything_can_be_folded_under_a_title_of_its_own(built):
    summaries = html.parse(built / "lesson.html").xpath("//details[@class='cnn-folded']/summary")
    assert [each.text_content() for each in summaries] == ["A solution", "In another language"]


def test_in_the_notebook_code_is_in_cells_and_that_of_the_solution_is_folded(built):
    cells = nbformat.read(built / "notebooks/lesson.ipynb", as_version=4).cells
    code = [(cell.source, cell.metadata) for cell in cells if cell.cell_type == "code"]
    assert code == [("1 + 1", {}), ("print(1)", {}), ("print(1 + 1)", {"jupyter": {"source_hidden": True}})]
    words = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "**Add *more***\n\nRun this." in words
    assert "It prints\n\n```text\n1\n```\n\n**A solution**\n\nLike this:" in words
    assert "**In another language**\n\n```c\nint x;\n```" in words


@pytest.mark.parametrize(
    "lesson",
    [
        "# A\n\n::::{task} B\n```python\n1\n```\n::::\n",
        "# A\n\n::::{task} B\nC\n\n:::{solution}\n```python\n1\n```\n:::\n::::\n",
    ],
    ids=["no solution", "no code"],
)
def test_a_task_without_code_or_solution_is_refused_with_page_and_line(tmp_path, lesson):
    small.write(tmp_path, pages(lesson), EXTENSIONS)
    complaints = small.sphinx(tmp_path).stderr
    assert "lesson.md:9" in complaints
    assert "expected code to begin with and one solution" in complaints


def test_in_a_book_nothing_of_a_task_is_missing(tmp_path):
    small.write(
        tmp_path,
        pages(TASK),
        EXTENSIONS + 'extensions.append("cnnfigs.sphinxext.books.book")\nversion = copyright = "1"\n',
    )
    result = small.sphinx(tmp_path, "epub", "book")
    assert result.returncode == 0, result.stderr
    page = html.parse(tmp_path / "book/lesson.xhtml")
    assert "print(1 + 1)" in page.xpath("string(//details)")
