"""Small sites, built as the tutorial is: kernels start warm, builds take turns, and a killed one does no harm."""

import os
import random
import re
import runpy
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from cnnfigs.building.forking import AVAILABLE

ROOT = Path(__file__).resolve().parents[3]

linux = pytest.mark.skipif(not AVAILABLE, reason="only Linux is known to fork these libraries safely")

BUILD = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", ".", "-d", ".cache/doctrees"]
CONFIGURATION = """
    project = "tiny"
    extensions = ["myst_nb", "cnnfigs.sphinxext.site.assets", "cnnfigs.sphinxext.reading.cells"]
    extensions += ["cnnfigs.sphinxext.reading.building"]
    freshness_packages = ["tiny"]
    building_told = True
    nb_execution_mode = "cache"
    nb_execution_cache_path = ".cache/jupyter"
    nb_execution_timeout = 600
    html_theme = "basic"
"""
MODULE = """
    import os

    def note(page):
        with open(os.environ["RUNS"], "a") as log:
            print(page, file=log)

    def double(x):
        return 2 * x

    def triple(x):
        return 3 * x
"""


def page(title: str, code: str) -> str:
    return (
        f"---\nfile_format: mystnb\n---\n\n# {title}\n\n```{{code-cell}} python\n{textwrap.dedent(code).strip()}\n```\n"
    )


def computed(name: str, function: str) -> str:
    return page(name, f"from tiny.sums import note, {function}\nnote('{name}')\nprint('result', {function}(7))")


#: In place of Keras and TensorFlow, which these pages do not use, and which take seconds to import.
LIGHT = {
    "light/keras.py": "",
    "light/tensorflow.py": """
        def __getattr__(name):
            raise RuntimeError("TensorFlow has started already")
    """,
}


@dataclass
class Site:
    """A small site in a folder; its builds import Keras if it is to be so."""

    folder: Path
    with_keras: bool = False

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")

    def begin(self, *options: str) -> subprocess.Popen[str]:
        self.write({} if self.with_keras else LIGHT)
        path = os.pathsep.join([str(self.folder / "light"), str(self.folder), *sys.path])
        return subprocess.Popen(
            [*BUILD, *options, "docs", "site"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, "RUNS": str(self.log), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def build(self, *options: str) -> tuple[str, str]:
        """Build, and return what was output on standard output and on standard error."""
        process = self.begin(*options)
        output, complained = process.communicate()
        assert process.returncode == 0, complained
        return re.sub(r"built in \d+ s\n", "", output), complained

    @property
    def log(self) -> Path:
        return self.folder / "runs.log"

    def ran(self) -> list[str]:
        """Which pages have been run since this was last asked."""
        pages = sorted(self.log.read_text().split()) if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return pages

    def content(self) -> dict[str, bytes]:
        built = self.folder / "site"
        return {str(path.relative_to(built)): path.read_bytes() for path in built.rglob("*") if path.is_file()}


PAGES = {"two": computed("two", "double"), "three": computed("three", "triple")}


def small(folder: Path, pages: dict[str, str], with_keras: bool = False) -> Site:
    site = Site(folder, with_keras)
    contents = "# Home\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n"
    site.write({"conf.py": CONFIGURATION, "tiny/__init__.py": "", "tiny/sums.py": MODULE, "docs/index.md": contents})
    site.write({f"docs/{name}.md": text for name, text in pages.items()})
    return site


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, bytes]:
    site = small(tmp_path_factory.mktemp("undisturbed"), PAGES)
    site.build()
    return site.content()


@pytest.mark.thorough
def test_it_says_in_a_line_what_is_run_and_why(tmp_path):
    site = small(tmp_path, PAGES)
    assert site.build() == ("2 pages are run for the first time\n", "")
    assert site.ran() == ["three", "two"]
    assert site.build() == ("", "")
    site.write({"docs/two.md": PAGES["two"] + "\nMore prose.\n"})
    assert site.build() == ("", "")
    assert site.ran() == []
    site.write({"tiny/sums.py": MODULE.replace("2 * x", "x + x")})
    assert site.build() == ("run again: two (tiny.sums)\n", "")
    assert site.ran() == ["two"]
    site.write({"docs/three.md": PAGES["three"].replace("(7)", "(8)")})
    assert site.build() == ("run again: three (its cells)\n", "")
    site.write({"tiny/data.txt": "1", "tiny/sums.py": MODULE.replace("3 * x", "3 * x + len('data.txt')")})
    output, _ = site.build()
    assert site.ran() == ["three", "three"]
    assert "three (tiny.sums, tiny/data.txt)" in output


@pytest.mark.thorough
@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_kernels_have_imported_what_takes_long(tmp_path, jobs):
    code = "import sys\nprint('warm', 'matplotlib.figure' in sys.modules, 'tensorflow.python' in sys.modules)"
    site = small(tmp_path, {"one": page("one", code), "two": page("two", code + "\n")}, with_keras=True)
    assert site.build("-j", jobs)[1] == ""
    for name in ("one", "two"):
        assert "warm True True" in (tmp_path / "site" / f"{name}.html").read_text("utf-8")
    # Nothing has to be computed for this edit of a page, so TensorFlow is not imported.
    site.write({"docs/one.md": page("one", code + "  # edited")})
    assert site.build("-j", jobs)[1] == ""
    assert "warm True False" in (tmp_path / "site" / "one.html").read_text("utf-8")


def test_a_kernel_that_dies_is_told_and_costs_its_page_only(tmp_path):
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    site = small(tmp_path, {"dies": page("dies", code), "two": PAGES["two"]})
    _, complained = site.build()
    assert complained.count("WARNING") == 1
    assert re.search(r"dies\.md: WARNING: the Python process of the page's code cells ended", complained)
    assert "result 14" in (tmp_path / "site" / "two.html").read_text("utf-8")


@linux
def test_without_the_server_kernels_start_as_ever(tmp_path):
    code = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(3600)"
    site = small(tmp_path, {"kills": page("kills", code), "two": PAGES["two"]})
    _, complained = site.build("-j", "1")
    assert complained.count("WARNING") == 1
    assert "result 14" in (tmp_path / "site" / "two.html").read_text("utf-8")


@pytest.mark.thorough
def test_builds_in_one_tree_take_turns(tmp_path, undisturbed):
    site = small(tmp_path, PAGES)
    processes = [site.begin("-j", "2") for _ in range(3)]
    output = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], output
    assert sum("waiting for its end" in each for each, _ in output) == 2
    assert site.ran() == ["three", "two"]
    assert site.content() == undisturbed


def test_processes_change_no_byte(tmp_path, undisturbed):
    site = small(tmp_path, PAGES)
    site.build("-j", "2")
    assert site.content() == undisturbed


@linux
@pytest.mark.parametrize("event", ["source-read", "html-page-context"])
def test_readers_and_writers_end_with_the_build_even_if_killed(tmp_path, event):
    pages = {f"page{number}": f"# Page {number}\n" for number in range(6)}  # fewer Sphinx reads by itself
    site = small(tmp_path, pages)
    stuck = f"""
    import multiprocessing, os, time

    def stick(*_):
        if multiprocessing.parent_process() is not None:
            open(f"stuck-{{os.getpid()}}", "w").close()
            time.sleep(3600)

    def setup(app):
        app.connect("{event}", stick)
    """
    site.write({"conf.py": textwrap.dedent(CONFIGURATION) + textwrap.dedent(stuck)})
    build = site.begin("-j", "2")
    try:
        deadline = time.monotonic() + 300
        while not (found := list(tmp_path.glob("stuck-*"))):
            assert build.poll() is None, build.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        forks = [psutil.Process(int(path.name.partition("-")[2])) for path in found]
    finally:
        build.kill()
    _, living = psutil.wait_procs(forks, timeout=60)
    for each in living:
        each.kill()
    build.communicate()
    assert not living


@pytest.mark.parametrize(("given", "meant"), [("kept", "here/kept"), ("~/kept", "home/kept")])
def test_a_folder_for_runs_is_named_as_seen_by_the_command_not_by_the_kernels(tmp_path, monkeypatch, given, meant):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CNNFIGS_CACHE", given)
    runpy.run_path(str(ROOT / "conf.py"))
    assert os.environ["CNNFIGS_CACHE"] == str(tmp_path / meant)


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_build_after_a_killed_one_is_right(tmp_path, undisturbed):
    site = small(tmp_path, PAGES)
    begun = time.monotonic()
    site.build("-j", "2")
    usual = time.monotonic() - begun
    chance = random.Random(7)
    for number in range(2):  # `nox -s kills` does it at twenty moments
        # Half of the time from nothing, half of the time with all that the last build has left.
        if number % 2:
            subprocess.run(["rm", "-rf", ".cache", "site"], cwd=tmp_path, check=True)
        else:
            site.write({"docs/two.md": PAGES["two"].replace("(7)", f"({number + 10})")})
        process = site.begin("-j", "2")
        time.sleep(chance.uniform(0, usual))  # wherever it is by then: each moment must do
        process.send_signal(signal.SIGKILL)
        process.communicate()
        site.write({"docs/two.md": PAGES["two"]})
        output, complained = site.build("-j", "2")
        assert complained == "", output
        assert site.content() == undisturbed


@pytest.mark.thorough
def test_the_build_after_a_killed_one_leaves_no_word_of_before_in_the_search_index(tmp_path, undisturbed):
    """A build that is killed while it writes has remembered its pages already: they would not be read again."""
    site = small(tmp_path, PAGES | {"two": PAGES["two"] + "\nMeanwhile, other words.\n"})
    site.build()
    site.write({"docs/two.md": PAGES["two"]})
    site.build()
    (tmp_path / ".cache" / "doctrees.unfinished").touch()  # as a killed build leaves it
    output, complained = site.build()
    assert complained == "", output
    assert "all pages are read again" in output
    assert site.content() == undisturbed
