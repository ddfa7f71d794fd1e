"""A new page and a new illustration work as they are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from cnnfigs import catalog

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HELPERS = [
    *["tests/conftest.py", "tests/executed_code.py"],
    *(f"tests/illustrations/{name}.py" for name in ("drawn", "test_every", "test_keys")),
    *(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "site").glob("[!ct]*.py")),
    "tests/site/checks.py",
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Copy what a contributor clones, with two pages only; new illustrations and pages are made in it.

    Those called Wrong get a mistake each.
    """
    copy = tmp_path_factory.mktemp("clone")
    left = shutil.ignore_patterns("__pycache__", "*.md")
    for name in ("cnnfigs", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=left)
    for name in ("pyproject.toml", "conf.py", "README.md", *HELPERS):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / "docs" / "index.md").write_text(
        "# A site\n\n```{toctree}\n:caption: Learn\n\nglossary\nfirst-convnet\n```\n\nThe end.\n"
    )
    (copy / "docs" / "moved.toml").write_text("")  # no address has become old
    words = "\n\n".join(f"{word}\n  A word." for word in ("feature map", "filter", "kernel", "window"))
    (copy / "docs" / "glossary.md").write_text(f"# Words\n\n```{{glossary}}\n{words}\n```\n")
    (copy / "docs" / "first-convnet.md").write_text("# The first convnet\n\n(fig-fewer-cells)=\n")
    for name, page in (("ShrunkDigit", "fewer-cells"), ("WrongDigit", "wrong-page"), ("ClippedDigit", "clipped-page")):
        for words in (["illustration", name], ["page", page, "--shows", name]):
            done = run(copy, sys.executable, "-m", "cnnfigs", "new", *words)
            assert done.returncode == 0, done.stderr
            assert "Test it:" in done.stdout
    for name in ("KeptRows", "WrongRows"):
        done = run(copy, sys.executable, "-m", "cnnfigs", "new", "exercise", name)
        assert done.returncode == 0, done.stderr
        assert "Test it:" in done.stdout
    replace(copy / "cnnfigs" / "runs" / "exercises" / "wrong_rows.py", "size // 2", "size // 3")
    replace(copy / "cnnfigs" / "runs" / "filters" / "wrong_digit.py", "AveragePooling2D", "MaxPooling2D")
    replace(copy / "docs" / "wrong-page.md", "`fig-wrong-page input`", "`fig-wrong-page inputs`")
    # Another run than the one that drawing and description were made for.
    clipped = copy / "cnnfigs" / "illustrations" / "filters" / "clipped_digit.py"
    imports = "import Arrow, Digit, Drawing, panel\nfrom cnnfigs.drawing.shapes import box"
    replace(clipped, "import Arrow, Digit, panel", imports)
    wider = "Drawing(60, 60, lambda axes, x, y, scale: box(axes, x, y, 180, 60))"
    replace(clipped, 'Digit(run.output, pixels * covered, frame="output")', wider)
    replace(clipped, "{written(run.output.shape)} cells", "14×14 cells")
    run_of_clipped = copy / "cnnfigs" / "runs" / "filters" / "clipped_digit.py"
    replace(run_of_clipped, "AveragePooling2D(pool_size)", "AveragePooling2D(pool_size, 1)")
    return copy


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def run(folder, *command):
    environment = os.environ | {"PYTHONPATH": str(folder), "CNNFIGS_CACHE": str(folder / "kept"), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.thorough
def test_new_tests_and_those_for_every_illustration_pass_and_notice_mistakes(clone):
    wanted = [
        "tests/illustrations",
        "tests/pages",
        "-k",
        "ShrunkDigit or wrong_digit or shrunk_digit or wrong_page or _cells or KeptRows or _rows",
    ]
    done = run(clone, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *wanted)
    failed = re.findall(r"(?m)^FAILED (\S+)", done.stdout)
    assert [name for name in failed if "_rows" in name] == [
        f"tests/illustrations/exercises/test_wrong_rows.py::test_answers_are_those_of_the_layer_and_of_each_rule[asked{n}]"
        for n in range(4)
    ], done.stdout + done.stderr
    assert [name for name in failed if "_rows" not in name] == [
        *(
            f"tests/illustrations/filters/test_wrong_digit.py::test_output_is_the_mean_of_each_square[{n}]"
            for n in (2, 3, 14)
        ),
        "tests/pages/test_wrong_page.py::test_every_quoted_number_is_a_fact_of_the_illustration",
    ], done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 20
    assert "skipped" not in done.stdout


@pytest.mark.thorough
def test_a_run_that_is_no_longer_what_is_drawn_and_told_is_found_with_its_line(clone):
    told = ["tests/illustrations/test_every.py", "-k", "ClippedDigit and (is_cut or told_are_there)"]
    done = run(clone, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *told)
    source = (clone / "cnnfigs" / "illustrations" / "filters" / "clipped_digit.py").read_text("utf-8").splitlines()
    lines = {
        name: number for number, text in enumerate(source, 1) for name in ("draw", "describe") if f"def {name}(" in text
    }
    assert re.search(rf"clipped_digit\.py:{lines['draw']}: \w+ is cut at the right by \d+ pixels", done.stdout), (
        done.stdout
    )
    assert f"clipped_digit.py:{lines['describe']}: the description tells of 14×14, and nothing" in done.stdout
    assert "3 failed" in done.stdout  # cut in the column and on a phone


def test_a_skeleton_that_is_left_as_it_is_cannot_be_published(clone):
    done = run(clone, sys.executable, "-m", "cnnfigs.checking", "--quick", "--root", clone)
    assert done.returncode == 1
    left = {line.partition(":")[0] for line in done.stdout.splitlines() if "left from the skeleton" in line}
    assert left >= {
        *("docs/fewer-cells.md", "cnnfigs/runs/filters/shrunk_digit.py"),
        "cnnfigs/illustrations/filters/shrunk_digit.py",
        *(f"{folder}/exercises/kept_rows.py" for folder in ("cnnfigs/runs", "cnnfigs/illustrations")),
        *("tests/illustrations/filters/test_shrunk_digit.py", "tests/pages/test_fewer_cells.py"),
    }
    assert re.search(r"(?m)^docs/fewer-cells\.md:\d+: 'Begin with what the reader will see", done.stdout)


def test_a_new_page_lacks_no_part_that_the_checks_ask_for(clone):
    done = run(clone, sys.executable, "-m", "cnnfigs.checking", "--quick", "--root", clone)
    told = [line for line in done.stdout.splitlines() if line.startswith("docs/fewer-cells.md")]
    assert [line for line in told if "left from the skeleton" not in line] == []


def test_names_that_the_guide_and_the_help_give_as_examples_are_free():
    told = "".join((ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "cnnfigs/commands/app.py"))
    illustrations, pages = (set(re.findall(rf"new {kind} ([\w-]+)", told)) for kind in ("illustration", "page"))
    assert illustrations >= {"GroupedFilters"}
    assert pages >= {"grouped-filters"}
    assert not illustrations & set(catalog.entries())
    assert not [page for page in pages if (ROOT / "docs" / f"{page}.md").exists()]


def test_new_files_keep_the_style(clone):
    files = [f"{folder}/filters/shrunk_digit.py" for folder in ("cnnfigs/runs", "cnnfigs/illustrations")]
    files += [f"{folder}/exercises/kept_rows.py" for folder in ("cnnfigs/runs", "cnnfigs/illustrations")]
    files += ["tests/illustrations/exercises/test_kept_rows.py"]
    files += ["tests/illustrations/filters/test_shrunk_digit.py", "tests/pages/test_fewer_cells.py"]
    for command in ("check", "format --check"):
        done = run(clone, BIN / "ruff", *command.split(), "--no-cache", *files)
        assert done.returncode == 0, done.stdout
    done = run(clone, BIN / "codespell", *files, "docs/fewer-cells.md")
    assert done.returncode == 0, done.stdout


def test_new_page_is_built_without_a_warning(clone):
    assert (
        "first-convnet\nfewer-cells\nwrong-page\nclipped-page\n```\n\nThe end."
        in (clone / "docs" / "index.md").read_text()
    )
    assert "name: fig-fewer-cells-2\n" in (clone / "docs" / "fewer-cells.md").read_text()  # the first one is taken
    for name in ("wrong-page", "clipped-page"):
        (clone / "docs" / f"{name}.md").unlink()
        replace(clone / "docs" / "index.md", f"{name}\n", "")
    options = ["-n", "-W", "-q", "-b", "html", "-c", ".", "-d", "trees", "-D", "nb_execution_cache_path=executed"]
    done = run(clone, BIN / "sphinx-build", *options, "docs", "built")
    assert done.returncode == 0, done.stdout + done.stderr
    page = html.parse(clone / "built" / "fewer-cells.html").getroot()
    described = json.loads(run(clone, sys.executable, "-m", "cnnfigs", "describe", "ShrunkDigit").stdout)
    (figure,) = page.iter("figure")
    assert {*figure.xpath(".//*[name()='svg']/@aria-label")} == {described["description"]["name"]}
    assert f"never typed: {described['facts']['input']}." in " ".join(figure.find("figcaption").text_content().split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["illustration", "shrunkDigit"], "name: expected a class name, such as GroupedFilters, got 'shrunkDigit'"),
        (["illustration", "Shrunk-Digit"], "name: expected a class name, such as GroupedFilters, got 'Shrunk-Digit'"),
        (["illustration", "None"], "name: expected a class name, such as GroupedFilters, got 'None'"),
        (["illustration", "Padding"], "name: expected a new one, got 'Padding', which is in cnnfigs."),
        (
            ["page", "Two Words"],
            "name: expected small letters, digits and hyphens, such as grouped-filters, got 'Two Words'",
        ),
        (["page", "../up"], "name: expected small letters, digits and hyphens, such as grouped-filters, got '../up'"),
        (["page", "pooling", "--shows", "Padding"], "is there already: choose another name"),
        (["page", "new-one", "--shows", "Pading"], "there is no illustration 'Pading': did you mean Padding?"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_name_that_does_not_fit_is_refused_and_nothing_is_written(refused, words, told):
    before = sorted(path.name for path in [*(ROOT / "docs").iterdir(), *(ROOT / "cnnfigs" / "runs").iterdir()])
    assert told in refused("new", *words, "--root", ROOT)
    after = sorted(path.name for path in [*(ROOT / "docs").iterdir(), *(ROOT / "cnnfigs" / "runs").iterdir()])
    assert after == before


def test_elsewhere_nothing_is_begun(refused, tmp_path):
    told = refused("new", "illustration", "ShrunkDigit")
    assert told == f"{tmp_path} is not the repository of cnnfigs: go there, or add --root FOLDER"
    assert list(tmp_path.iterdir()) == []


def test_file_that_cannot_be_written_is_told(refused, tmp_path):
    (tmp_path / "pyproject.toml").write_text('name = "cnnfigs"\n')
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# T\n")
    (tmp_path / "cnnfigs").write_text("in the way")
    assert "cannot be written: " in refused("new", "illustration", "ShrunkDigit")
