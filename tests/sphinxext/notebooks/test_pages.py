"""Pages as notebooks: what they say is compared with the page, and every one of the real site is run."""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import small
from jupyter_client.manager import KernelManager
from lxml import html
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ADDRESS = "https://example.org/networks/"
REPOSITORY = "https://github.com/ada/networks"

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"

LESSON = (
    FRONT
    + r"""
# The lesson

```{code-cell} python
---
tags: [remove-cell]
---
from cnnfigs.sphinxext.reading.facts import quote


class Counted:
    facts = {"cells": "1,152"}


quote(numbers=Counted())
```

It has {fact}`numbers cells` cells, 2 * 3 of them_here_ cost $5; see {numref}`fig-sum` and {eq}`eq-sum`, the
[other page](other.md), [plain words](plain.md) and [the world](https://example.net/a_b).

```{code-cell} python
---
tags: [remove-cell]
---
hidden = 41
```

```{code-cell} python
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-sum
    caption: |
      The sum is *large*.
---
hidden + 1
```

$$
a_1 + \frac{1}{2}
$$ (eq-sum)

## A part

- One.

  ```python
  x = [1]
  ```
- **Two**, with `code_x` and $x_1$:
  1. inner

```{note}
Mind the gap.
```

| size | maps |
| --- | --- |
| 3×3 | `a` |

term
: What it means.
"""
)

PAGES = {
    "index.md": "# Small networks\n\n```{toctree}\nlesson\nother\nplain\n```\n",
    "lesson.md": LESSON,
    "other.md": FRONT + "# The other\n\n```{code-cell} python\n2 * 21\n```\n",
    "plain.md": "# Plain\n\nNo code.\n",
}

EXPECTED = r"""
# The lesson

*This notebook is a page of {work}: the same words, and the code of its pictures to run and to change. It needs the
Python package `cnnfigs`.*

It has 1,152 cells, 2 \* 3 of them\_here\_ cost \$5; see Fig. 1 and (1), the [other page](other.ipynb), {plain} and
[the world](https://example.net/a_b).

**Fig. 1** The sum is *large*.

$$
a_1 + \frac{1}{2}
\tag{1}
$$

## A part

- One.

  ```python
  x = [1]
  ```
- **Two**, with `code_x` and $x_1$:

  1. inner

> **Note**
>
> Mind the gap.

| size | maps |
| --- | --- |
| 3×3 | `a` |

**term**

What it means.
"""


def built(folder: Path, configuration: str = "") -> Path:
    lines = (
        'extensions += ["cnnfigs.sphinxext.notebooks.pages", "cnnfigs.sphinxext.reading.quoting"]',
        'nb_execution_mode = "force"',
        "nb_execution_timeout = 600",
        'math_eqref_format = "({number})"',
        'myst_enable_extensions = ["deflist", "dollarmath"]',
    )
    small.write(folder, PAGES, "\n".join(lines) + "\n" + configuration)
    return small.build(folder)


@pytest.fixture(scope="module")
def private(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("private"))


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    services = f'notebook_services = {{"Open in Colab": "{REPOSITORY}/notebooks/{{page}}"}}\n'
    addresses = f"html_baseurl = {ADDRESS!r}\nsite_repository = {REPOSITORY!r}\n"
    return built(tmp_path_factory.mktemp("published"), addresses + services)


def notebook(site: Path, name: str) -> nbformat.NotebookNode:
    read = nbformat.read(site / f"notebooks/{name}.ipynb", as_version=4)
    nbformat.validate(read)
    return read


def words(read: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in read.cells if cell.cell_type == "markdown")


def one_line_each(text: str) -> list[str]:
    """Split into blocks, whose lines are joined where Markdown joins them."""
    blocks = text.strip().split("\n\n")
    return [block if re.search(r"^\s*([$`>|-]|\d\.)", block) else " ".join(block.split()) for block in blocks]


def code(read: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in read.cells if cell.cell_type == "code"]


def foot(site: Path, page: str) -> dict[str, str]:
    tree = html.parse(site / f"{page}.html")
    return {link.text_content().strip(): link.get("href") for link in tree.xpath("//*[@class='cnn-origin']//a")}


def test_a_notebook_says_what_its_page_says(private, published):
    whole = f"[Small networks]({ADDRESS}lesson.html)", f"[plain words]({ADDRESS}plain.html)"
    for site, (work, plain) in ((private, ("Small networks", "plain words")), (published, whole)):
        expected = EXPECTED.replace("{work}", work).replace("{plain}", plain)
        assert one_line_each(words(notebook(site, "lesson"))) == one_line_each(expected)


def test_cells_that_only_fetch_numbers_are_left_out_and_others_are_kept(private):
    assert code(notebook(private, "lesson")) == ["hidden = 41", "hidden + 1"]
    assert [cell.id for cell in notebook(private, "lesson").cells] == [f"cell-{n}" for n in range(1, 5)]


def test_where_the_package_can_be_had_the_notebook_fetches_it(published):
    first = code(notebook(published, "other"))[0]
    assert f'%pip install --quiet "cnnfigs[keras] @ git+{REPOSITORY}@main"' in first
    assert 'find_spec("cnnfigs") is None' in first
    assert (published / "notebooks/requirements.txt").read_text() == f"cnnfigs[keras] @ git+{REPOSITORY}@main\n"


def test_a_page_with_code_links_to_its_notebook_and_to_those_who_run_it(private, published):
    assert foot(private, "lesson")["Download as a notebook"] == "notebooks/lesson.ipynb"
    assert "Open in Colab" not in foot(private, "lesson")
    assert foot(published, "other")["Open in Colab"] == f"{REPOSITORY}/notebooks/other"
    assert "Download as a notebook" not in foot(private, "plain")
    assert sorted(path.name for path in (private / "notebooks").iterdir()) == ["lesson.ipynb", "other.ipynb"]


def test_an_address_that_is_the_same_for_all_pages_is_refused(tmp_path):
    line = (
        'extensions.append("cnnfigs.sphinxext.notebooks.pages")\nnotebook_services = {"Colab": "https://example.org"}\n'
    )
    small.write(tmp_path, configuration=line)
    assert "expected an address with {page} in it" in small.sphinx(tmp_path).stderr


# The real site.


def offered(site: Path) -> list[Path]:
    return sorted((site / "notebooks").glob("*.ipynb"))


def test_every_page_with_code_cells_offers_its_notebook(site):
    pages = {path.stem for path in (small.ROOT / "docs").glob("*.md") if "{code-cell}" in path.read_text("utf-8")}
    assert len(pages) > 5
    assert {path.stem for path in offered(site)} == pages
    for page in pages:
        assert foot(site, page)["Download as a notebook"] == f"notebooks/{page}.ipynb"


def test_nothing_of_mysts_own_is_left_in_a_notebook_and_its_links_lead_to_notebooks(site):
    names = {path.name for path in offered(site)}
    problems = []
    for path in offered(site):
        text = re.sub(r"(?s)```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "code", words(notebook(site, path.stem)))
        problems += [f"{path.name}: {left}" for left in re.findall(r"\{[a-z:]+\}|:::|\(\)|\[\]|<[a-z]+", text)]
        problems += [
            f"{path.name}: {target}"
            for target in re.findall(r"\]\(([^)]*)\)", text)
            if not target.startswith("https://") and target not in names
        ]
    assert problems == []


def new_kernel() -> KernelManager:
    """A kernel that is spoken to by files: a port that is free now, another process may take meanwhile."""
    return KernelManager(kernel_name="python3", transport="ipc", ip=str(Path(tempfile.mkdtemp(), "kernel")))


def run(path: Path, kernel: KernelManager, folder: Path) -> str:
    """Run a notebook where no name of another one is left; return what failed."""
    read = nbformat.read(path, as_version=4)
    read.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    client = NotebookClient(read, km=kernel, timeout=300, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{path.name}: {error}"
    shown = [output for cell in read.cells[1:] for output in cell.get("outputs", ())]
    return "" if any("text/html" in output.get("data", ()) for output in shown) else f"{path.name} shows no picture"


@pytest.mark.thorough
def test_every_notebook_runs_from_top_to_bottom(site, tmp_path):
    # Two processes for all notebooks, since each has to import the same libraries.
    kernels = [new_kernel() for _ in range(2)]
    for kernel in kernels:
        kernel.start_kernel(cwd=str(tmp_path))
    notebooks = offered(site)
    assert notebooks
    try:
        with ThreadPoolExecutor(2) as both:
            halves = [
                both.submit(lambda kernel, half: [run(path, kernel, tmp_path) for path in half], kernel, half)
                for kernel, half in zip(kernels, (notebooks[::2], notebooks[1::2]), strict=True)
            ]
            problems = [problem for half in halves for problem in half.result() if problem]
    finally:
        for kernel in kernels:
            kernel.shutdown_kernel(now=True)
    assert problems == []


def test_a_notebook_that_fails_would_be_noticed(tmp_path):
    kernel = new_kernel()
    kernel.start_kernel()
    try:
        for source, reason in (("left = 1\n1 / 0", "ZeroDivisionError"), ("left", "NameError"), ("1", "no picture")):
            cells = [nbformat.v4.new_code_cell(source)]
            nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "x.ipynb")
            assert reason in run(tmp_path / "x.ipynb", kernel, tmp_path)
    finally:
        kernel.shutdown_kernel(now=True)
