"""Small sites, built by Sphinx with real kernels: which pages run, and what is output of failing cells."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.cache.main import JupyterCacheBase

from cnnfigs.sphinxext.reading.cells import create_database, with_metadata
from cnnfigs.sphinxext.reading.freshness import uses

CONFIGURATION = """
    project = "tiny"
    extensions = ["myst_nb", "cnnfigs.sphinxext.reading.freshness"]
    freshness_packages = ["tiny"]
    nb_execution_mode = "cache"
    nb_execution_cache_path = "executed"
    nb_execution_timeout = 600
    html_theme = "basic"
"""

PACKAGE = {
    "tiny/__init__.py": "",
    "tiny/sums.py": """
        import os
        from pathlib import Path

        def note(page):
            with open(os.environ["RUNS"], "a") as log:
                print(page, file=log)

        def double(x):
            return 2 * x

        def triple(x):
            return 3 * x + int((Path(__file__).parent / "more.txt").read_text())
    """,
    "tiny/more.txt": "0",
}


def page(name: str, function: str) -> str:
    return f"""
        ---
        file_format: mystnb
        ---

        # {name}

        Some prose.

        ```{{code-cell}} python
        from tiny.sums import note, {function}
        note("{name}")
        print("result", {function}(7))
        ```
    """


PAGES = {"two": page("two", "double"), "three": page("three", "triple")}


@dataclass(frozen=True)
class Built:
    """What a build output and did."""

    status: int
    output: str
    warnings: list[str]
    ran: list[str]


@dataclass
class Site:
    """A small site in a folder."""

    folder: Path
    jobs: int = 1

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")

    def build(self, *options: str) -> Built:
        log = self.folder / "runs.log"
        log.write_text("")
        path = os.pathsep.join([str(self.folder), *sys.path])
        result = subprocess.run(
            [sys.executable, "-m", "sphinx", "-j", str(self.jobs), "-b", "html", *options, "docs", "site", "-c", "."],
            cwd=self.folder,
            # What Sphinx says is read in English, whatever language the machine speaks.
            env={**os.environ, "PYTHONPATH": path, "RUNS": str(log), "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
        )
        # Kernels write to the same stream; only Sphinx' own messages count.
        warnings = re.findall(r"(?m)^(?:.*: )?(?:WARNING|ERROR): .*$", result.stderr)
        return Built(result.returncode, result.stdout, warnings, sorted(log.read_text().split()))

    def html(self, name: str) -> str:
        return (self.folder / "site" / f"{name}.html").read_text(encoding="utf-8")

    def result(self, name: str) -> str:
        match = re.search(r"result (\d+)", self.html(name))
        assert match
        return match[1]


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Site]:
    def make(pages: dict[str, str], jobs: int) -> Site:
        site = Site(tmp_path, jobs)
        listed = "\n".join(["# Index", "", "```{toctree}", *pages, "```"])
        site.write({"conf.py": CONFIGURATION, **PACKAGE, "docs/index.md": listed})
        site.write({f"docs/{name}.md": text for name, text in pages.items()})
        return site

    return make


@pytest.mark.thorough
@pytest.mark.parametrize("jobs", [1, 2])
def test_exactly_the_pages_that_use_what_changed_run_again(site: Callable[..., Site], jobs: int) -> None:
    tiny = site(PAGES, jobs)

    cold = tiny.build("-W", "--keep-going")
    assert (cold.status, cold.warnings, cold.ran) == (0, [], ["three", "two"])
    assert (tiny.result("two"), tiny.result("three")) == ("14", "21")

    unchanged = tiny.build("-W")
    assert (unchanged.status, unchanged.ran) == (0, [])
    assert "0 added, 0 changed, 0 removed" in unchanged.output

    # A function that one page uses, and prose of the other.
    tiny.write({"tiny/sums.py": PACKAGE["tiny/sums.py"].replace("2 * x", "20 * x")})
    tiny.write({"docs/three.md": PAGES["three"].replace("Some prose.", "Other words.")})
    edited = tiny.build("-W")
    assert (edited.status, edited.ran) == (0, ["two"])
    assert "0 added, 2 changed, 0 removed" in edited.output
    assert edited.output.count("Executing notebook") == 1
    assert (tiny.result("two"), tiny.result("three")) == ("140", "21")
    assert "Other words." in tiny.html("three")

    # A data file; and back to what was, which is found again, not run again.
    tiny.write({"tiny/more.txt": "4", "tiny/sums.py": PACKAGE["tiny/sums.py"]})
    back = tiny.build("-W")
    assert (back.status, back.ran) == (0, ["three"])
    assert (tiny.result("two"), tiny.result("three")) == ("14", "25")


def written_with(code: str, options: str = "") -> str:
    """A page with one cell."""
    return f"""
        ---
        file_format: mystnb
        ---

        # A page

        ```{{code-cell}} python
        {options}
        {code}
        ```
    """


NOTED = "from tiny.sums import note; note({!r}); "


def steps(page: str) -> str:
    """Code in a file of its own, with room for a number."""
    return f"{NOTED.format(page)}print('result', {{}})\n"


#: Pages that depend on a file beside them, and the file, with room for what an edit changes.
BESIDE = {
    "running": (written_with("%run steps.py"), "steps.py", steps("running")),
    "loading": (written_with("", ":load: shown.py\n"), "shown.py", steps("loading")),
    "importing": (
        written_with(NOTED.format("importing") + "import helper; print('result', helper.VALUE)"),
        "helper.py",
        "from deeper import VALUE\n",
    ),
    "opening": (
        written_with(NOTED.format("opening") + "print('result', open('numbers.txt').read())"),
        "numbers.txt",
        "{}",
    ),
}


def notebook(function: str) -> str:
    """A notebook with one cell."""
    code = f"{NOTED.format('notebook')}from tiny.sums import {function}\nprint('result', {function}(7))"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_code_cell(code)])
    return str(nbformat.writes(made))


@pytest.mark.thorough
def test_pages_run_again_for_files_beside_them_and_notebooks_for_what_they_import(site: Callable[..., Site]) -> None:
    tiny = site({"notebook": "", **{name: page for name, (page, _, _) in BESIDE.items()}}, 1)
    (tiny.folder / "docs" / "notebook.md").unlink()
    tiny.write({"docs/notebook.ipynb": notebook("double"), "docs/deeper.py": "VALUE = 1\n"})
    tiny.write({f"docs/{file}": content.format(1) for _, file, content in BESIDE.values()})
    cold = tiny.build("-W", "--keep-going")
    assert (cold.status, cold.warnings, cold.ran) == (0, [], sorted([*BESIDE, "notebook"]))
    assert {tiny.result(name) for name in BESIDE} == {"1"}
    assert tiny.build("-W").ran == []

    tiny.write({f"docs/{file}": content.format(22) for _, file, content in BESIDE.values()})
    tiny.write({"docs/deeper.py": "VALUE = 22\n"})
    tiny.write({"tiny/sums.py": PACKAGE["tiny/sums.py"].replace("2 * x", "20 * x")})
    edited = tiny.build("-W")
    assert (edited.status, edited.ran) == (0, sorted([*BESIDE, "notebook"]))
    assert {tiny.result(name) for name in BESIDE} == {"22"}
    assert tiny.result("notebook") == "140"


def test_what_a_comment_changes_is_worked_out_once(site: Callable[..., Site]) -> None:
    """No page is read then, and Sphinx keeps nothing."""
    tiny = site(PAGES, 1)

    def digests() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (tiny.folder / "site" / "digests").iterdir()}

    tiny.build("-W")
    before = digests()
    tiny.write({"tiny/sums.py": PACKAGE["tiny/sums.py"].replace("import os", "import os  # for a name")})
    assert tiny.build("-W").ran == []
    after = digests()
    assert before.keys() == after.keys() >= PAGES.keys()
    assert all(after[name] > before[name] for name in PAGES)
    again = tiny.build("-W")
    assert (again.status, again.ran) == (0, [])
    assert "0 added, 0 changed, 0 removed" in again.output
    assert digests() == after


FAILING = {
    "raising": """
        ---
        file_format: mystnb
        mystnb:
          number_source_lines: false
        # A comment.
        ---

        # Raising

        An {unknown}`role` on line 10.

        ```{code-cell} python
        fine = 1
        ```

        ```{code-cell} python
        :tags: [hide-input]

        def pool(kernel_size):
            raise ValueError(f"kernel_size is {kernel_size}:\\naccepted is 1 or more")

        pool(
            kernel_size=0,
        )
        ```

        ```{code-cell} python
        print("never reached")
        ```
    """,
    "broken": """
        ---
        file_format: mystnb
        ---

        # Broken

        ```{code-cell} python
        x = 1
        y = = 2
        ```
    """,
    "reaching": """
        ---
        file_format: mystnb
        ---

        # Reaching

        ```{code-cell} python
        from cnnfigs.illustrations.base import kebab

        kebab(None)
        ```
    """,
    "importing": """
        ---
        file_format: mystnb
        ---

        # Importing

        ```{code-cell} python
        from tiny.sums import quadruple
        ```
    """,
    "slow": """
        ---
        file_format: mystnb
        mystnb:
          execution_timeout: 1
        ---

        # Slow

        ```{code-cell} python
        import time
        time.sleep(30)
        ```
    """,
    "dying": """
        ---
        file_format: mystnb
        ---

        # Dying

        ```{code-cell} python
        import os
        os._exit(3)
        ```
    """,
    "unreadable": """
        ---
        file_format: mystnb
        ---

        # Unreadable

        ```{code-cell} python
        :tags: [hide-input
        x = 1
        ```
    """,
    "expected": """
        ---
        file_format: mystnb
        ---

        # Expected

        ```{code-cell} python
        :tags: [raises-exception]
        raise ValueError("this page shows an error on purpose")
        ```
    """,
}


@pytest.mark.thorough
def test_failing_cells_fail_every_build_and_are_named(site: Callable[..., Site]) -> None:
    tiny = site(FAILING, 2)
    for _ in range(2):  # the second build must not take a page for good because it is not new
        built = tiny.build("-W", "--keep-going")
        assert built.status == 1
        named = [re.sub(r" \[[a-z._]+\]$", "", line.replace(f"{tiny.folder}/", "")) for line in built.warnings]
        named = [re.sub(r"\(\d+\.py", "(CELL", line) for line in named]  # a random number
        named = [re.sub(r"\.py:\d+\)$", ".py:LINE)", line) for line in named]
        failed = "WARNING: the code cell failed:"
        slow = "A cell timed out while it was being executed, after 1 seconds."
        reached = "TypeError: expected string or bytes-like object, got 'NoneType'"
        no_name = "cannot import name 'quadruple' from 'tiny.sums' (tiny/sums.py)"
        assert sorted(named) == [
            f"docs/broken.md:9: {failed} SyntaxError: invalid syntax (CELL, line 2)",
            "docs/dying.md: WARNING: the Python process of the page's code cells ended: Kernel died",
            f"docs/importing.md:8: {failed} ImportError: {no_name}",
            'docs/raising.md:10: WARNING: Unknown interpreted text role "unknown".',
            f"docs/raising.md:22: {failed} ValueError: kernel_size is 0: accepted is 1 or more",
            f"docs/reaching.md:10: {failed} {reached} (at cnnfigs/illustrations/base.py:LINE)",
            f"docs/slow.md:10: {failed} CellTimeoutError: {slow}",
            "docs/unreadable.md:7: WARNING: Code cell 1 at line 7 could not be read: Invalid options format (bad YAML)",
        ]
    # Mended, a page is good at once; the name that was missing is found although the page did not change.
    tiny.write({"tiny/sums.py": textwrap.dedent(PACKAGE["tiny/sums.py"]) + "\n\ndef quadruple(x):\n    return 4 * x\n"})
    tiny.write({f"docs/{name}.md": f"# {name}\n" for name in FAILING if name not in {"importing", "expected"}})
    mended = tiny.build("-W", "--keep-going")
    assert (mended.status, mended.warnings) == (0, [])
    assert "this page shows an error on purpose" in tiny.html("expected")


@pytest.mark.parametrize(
    ("code", "targets", "libraries", "verbatim"),
    [
        ("from tiny.a import f, g as h", ("tiny.a:f", "tiny.a:g"), (), False),
        ("import tiny.a", ("tiny.a",), (), False),
        ("from tiny.a import *", ("tiny.a",), (), False),
        ("import tiny", ("tiny",), (), False),
        ("if True:\n    from tiny.a import f", ("tiny.a:f",), (), False),
        ("import numpy.linalg as la, os\nfrom keras import ops", (), ("keras", "numpy"), False),
        ("%matplotlib inline\n!ls\nfrom tiny.a import f", ("tiny.a:f",), (), False),
        ("import importlib\nimportlib.import_module('tiny.' + x)", ("tiny",), (), False),
        ("import inspect\nfrom tiny.a import f\nprint(inspect.getsource(f))", ("tiny.a:f",), (), True),
        ("this is no Python", ("tiny",), (), True),
        ("import tinytwo", (), ("tinytwo",), False),
    ],
)
def test_imports_of_cells(code: str, targets: tuple[str, ...], libraries: tuple[str, ...], verbatim: bool) -> None:
    used = uses(code, ["tiny"])
    assert (used.targets, used.libraries, used.verbatim) == (targets, libraries, verbatim)


def test_name_that_does_not_exist_has_a_digest_of_its_own(tmp_path: Path) -> None:
    used = [uses(f"from cnnfigs.{name} import nothing", ["cnnfigs"]) for name in ["cache", "none", "data"]]
    digests = {each.digest(tmp_path / "reached") for each in used}
    assert len(digests) == 3


keys = st.text("abcdefgh_", min_size=1)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=6,
)


@given(metadata=st.dictionaries(keys, values), kernel=st.sampled_from([None, {"name": "other", "language": "x"}]))
def test_entry_in_the_front_matter_changes_nothing_else(
    metadata: dict[str, object], kernel: dict[str, str] | None
) -> None:
    metadata = {"file_format": "mystnb", **metadata, **({"kernelspec": kernel} if kernel else {})}
    above = f"---\n{yaml.safe_dump(metadata)}# comment\n---"
    below = "\n\n# Title\n---\n"
    marked = with_metadata(above + below, "kernelspec", freshness="1f2e")
    assert len(marked.split("\n")) == len((above + below).split("\n"))
    assert marked.endswith(f"\n---{below}")
    default = {"name": "python3", "display_name": "Python 3", "language": "python"}
    expected = {**metadata, "kernelspec": {**default, **(kernel or {}), "freshness": "1f2e"}}
    assert yaml.safe_load(marked.split("\n")[1]) == expected


def test_a_page_that_is_added_while_another_looks_for_old_ones_is_kept(tmp_path, monkeypatch):
    """As two readers do: what one has just added is none of those that the other has decided to keep."""
    monkeypatch.setattr(NbCacheRecord, "records_to_delete", lambda keep, db: [each.pk for each in added(db)])
    monkeypatch.setattr(JupyterCacheBase, "truncate_caches", JupyterCacheBase.truncate_caches)

    def added(db):
        return NbCacheRecord.records_all(db)

    settings = SimpleNamespace(execution_mode="cache", execution_cache_path=str(tmp_path))
    create_database(SimpleNamespace(env=SimpleNamespace(mystnb_config=settings)))
    cache = get_cache(str(tmp_path))
    for number in range(2):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{number}", execution_count=1)])
        cache.cache_notebook_bundle(CacheBundleIn(notebook, f"{number}.ipynb"))
    assert len(added(cache.db)) == 2
