"""What must be true of the repository as a whole: its commands, licences and directions, and what it never names."""

import ast
import importlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from nox_sessions import sessions

from cnnfigs import provenance

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
COMMAND = re.compile(r"nox\S* -s ((?:[a-z_]+ ?)+)")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def committed() -> list[Path]:
    """Return the files that git tracks and that are still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]


# What nobody else's machine has.
OF_ONE_MACHINE = re.compile(r"(?<![\w.~*/-])/(?:home|root|work|tmp|opt|Users)/\w")
REGISTRY = re.compile(r"https?://[^\s\"'<>)]*(?:/simple\b|pypi\.org|pythonhosted|registry\.|mirror)", re.IGNORECASE)


@pytest.mark.parametrize(
    ("pattern", "planted", "allowed"),
    [
        (OF_ONE_MACHINE, "read /home/ada/digits.npz", "served from site/home/index.html"),
        (OF_ONE_MACHINE, "cd /tmp/build", "https://example.org/tmp/build"),
        (REGISTRY, ".".join(["https://pypi", "org/packages"]), "https://numpy.org/doc/"),
        (REGISTRY, "https://packages.example/simple/numpy", "https://example.org/a-simple-idea"),
        (REGISTRY, "https://registry.example/axe-core", "https://docs.python.org/3/library/"),
    ],
)
def test_what_may_not_be_committed_would_be_seen(pattern: re.Pattern[str], planted: str, allowed: str) -> None:
    assert pattern.search(planted)
    assert not pattern.search(allowed)


def test_no_committed_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found, looked_at = [], 0
    for path in committed():
        if path == Path(__file__):
            continue  # what is planted above
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # pictures, data, fonts
        looked_at += 1
        found += [
            f"{path.relative_to(ROOT)}:{number}: {match.group()}"
            for number, line in enumerate(lines, 1)
            for match in [OF_ONE_MACHINE.search(line) or REGISTRY.search(line)]
            if match
        ]
    assert looked_at > 10
    assert found == []


def test_the_two_commands_of_the_readme_are_those_that_the_checks_run() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", read("README.md"), re.MULTILINE | re.DOTALL)
    commands = [block.strip() for block in blocks]
    assert len(commands) == 2
    assert all("\n" not in command for command in commands), "a command to copy is one line"
    run = [line for line in read(".ci/run").splitlines() if ".venv/bin/" in line]
    assert run == [f"newcomer '{command}'" for command in commands]
    assert [COMMAND.findall(command) for command in commands] == [["site"], ["tests thorough"]]


def test_the_script_of_the_checks_is_executable_and_parses() -> None:
    mode = subprocess.run(
        ["git", "ls-files", "--stage", ".ci/run"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()[0]
    assert mode == "100755"
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


def test_every_session_that_is_told_of_exists_and_every_session_is_told_of() -> None:
    told = {
        name
        for page in ("README.md", "CONTRIBUTING.md")
        for names in COMMAND.findall(read(page))
        for name in names.split()
    }
    assert told == sessions()


def test_the_lock_pins_and_hashes_every_package_and_names_no_index() -> None:
    lines = [line.rstrip(" \\") for line in read("requirements.lock").splitlines()]
    assert not [line for line in lines if re.search(r"://|index-url|find-links|trusted-host", line)]
    packages: dict[str, int] = {}
    for line in lines:
        if re.match(r"[a-z0-9]", line):
            assert re.match(r"[a-z0-9.-]+==\S+( ; .+)?$", line), f"not pinned: {line}"
            packages[current := line] = 0
        elif re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line):
            packages[current] += 1
    assert len(packages) > 50
    assert [line for line, hashes in packages.items() if hashes == 0] == []


def test_the_lock_holds_every_dependency_that_the_project_names() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *itertools.chain(*project["dependency-groups"].values())]
    names = {re.match(r"[A-Za-z0-9.-]+", line).group().lower() for line in wanted}  # type: ignore[union-attr]
    locked = set(re.findall(r"^([a-z0-9.-]+)==", read("requirements.lock"), re.MULTILINE))
    assert names - locked == set()


def test_the_citation_names_what_a_citation_needs() -> None:
    citation = yaml.safe_load(read("CITATION.cff"))
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["title"] in read("README.md")
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert all("name" in author or "family-names" in author for author in citation["authors"])


def test_every_data_file_ships_and_its_licence_is_explained() -> None:
    data = ROOT / "cnnfigs" / "data"
    manifest = {
        name: entry
        for each in ("manifest.toml", "blood_cells.toml", "mnist_writers.toml")
        for name, entry in tomllib.loads((data / each).read_text("utf-8")).items()
    }
    shipped = {str(path.relative_to(data)) for path in committed() if data in path.parents}
    assert manifest.keys() <= shipped
    explained = read("LICENSE-CONTENT.md")
    assert [name for name in manifest if name not in explained] == []


def lint_imports(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a checkout with that checkout's package and rules."""
    command = [BIN / "lint-imports", "--no-cache", *options]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package and its rules, without the data files, which nobody imports."""
    copy = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__", "*.npz", "*.h5", "*.png", "*.zip")
    shutil.copytree(ROOT / "cnnfigs", copy / "cnnfigs", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_no_import_goes_against_the_direction(checkout: Path) -> None:
    result = lint_imports(checkout)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("data", "import cnnfigs.models", "direction"),
        ("models", "import cnnfigs.runs", "direction"),
        ("models", "import cnnfigs.drawing", "direction"),
        ("runs", "import cnnfigs.illustrations", "direction"),
        ("drawing", "import cnnfigs.runs", "direction"),
        ("illustrations", "import cnnfigs.sphinxext", "direction"),
        ("illustrations", "import cnnfigs.explorers", "direction"),
        ("explorers", "import cnnfigs.sphinxext", "direction"),
        ("sphinxext", "import cnnfigs.checking", "direction"),
        ("sphinxext/site", "import cnnfigs.sphinxext.books", "sphinx-rooms"),
        ("sphinxext/reading", "import cnnfigs.sphinxext.site", "sphinx-rooms"),
        ("catalog", "import cnnfigs.commands", "direction"),
        ("commands", "import cnnfigs.sphinxext", "direction"),
        ("commands", "import keras", "tensorflow"),
        ("arithmetic", "import cnnfigs.provenance", "direction"),
        ("provenance", "import cnnfigs.cache", "direction"),
        ("homeless", "", "direction"),
        ("illustrations", "import keras", "tensorflow"),
        ("cache", "import tensorflow", "tensorflow"),
        ("drawing", "import keras", "drawing"),
        ("runs", "import matplotlib.pyplot", "matplotlib"),
        ("models", "import matplotlib", "matplotlib"),
        ("illustrations", "import sphinx.util", "sphinx"),
        ("drawing", "import docutils.nodes", "sphinx"),
        ("illustrations", "import myst_nb", "sphinx"),
        ("explorers", "import sphinx", "sphinx"),
        ("arithmetic", "import scipy.signal", "numpy-only"),
        ("arithmetic", "import PIL.Image", "numpy-only"),
        ("provenance", "import numpy", "standard-library"),
    ],
)
def test_an_import_against_the_direction_is_caught(checkout: Path, module: str, line: str, contract: str) -> None:
    package = checkout / "cnnfigs" / module
    path = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    before = path.read_text("utf-8") if path.exists() else None
    # Inside a function, where a wrong import hides best.
    path.write_text(f"{before or ''}\n\ndef planted() -> None:\n    {line or 'pass'}\n", "utf-8")
    try:
        result = lint_imports(checkout, "--contract", contract)
    finally:
        path.unlink() if before is None else path.write_text(before, "utf-8")
    assert result.returncode == 1
    assert "0 kept, 1 broken" in result.stdout, result.stdout


def test_tensorflow_is_imported_inside_functions_only(tmp_path: Path) -> None:
    """A cached page must build without the seconds that TensorFlow takes."""
    rules = ["--config", ROOT / "pyproject.toml", "--select", "TID253", "--no-cache"]
    tidy = subprocess.run([BIN / "ruff", "check", *rules, ROOT / "cnnfigs"], capture_output=True, text=True)
    assert tidy.returncode == 0, tidy.stdout
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import keras\n", "utf-8")
    caught = subprocess.run([BIN / "ruff", "check", *rules, wrong], capture_output=True, text=True)
    assert caught.returncode == 1
    assert "TID253" in caught.stdout


def test_the_files_that_are_begun_first_are_there() -> None:
    (listed,) = [
        node.value
        for node in ast.parse(read("tests/conftest.py")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DEAREST"
    ]
    assert [name for name in ast.literal_eval(listed) if not (ROOT / "tests" / name).is_file()] == []


def test_a_small_site_that_runs_cells_gives_them_time() -> None:
    """By itself MyST-NB ends a cell after half a minute: a busy machine is slow, and not wrong."""
    runs = re.compile(r"nb_execution_mode[\"']?\s*[=:]\s*[\"'](?:force|cache)")
    found = [path for path in (ROOT / "tests").rglob("*.py") if runs.search(path.read_text("utf-8"))]
    assert len(found) > 5
    assert [path.name for path in found if "nb_execution_timeout" not in path.read_text("utf-8")] == []


def waited_for(sources: list[str]) -> list[str]:
    """Return what pages are waited for in some code: the scripts themselves, and those that names stand for."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    scripts: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                scripts.setdefault(ast.unparse(target), []).append(ast.unparse(node.value))
    waits = [
        node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".wait_for_function")
    ]
    found = []
    for wait in waits:
        asked = [node for node in ast.walk(wait.args[0]) if isinstance(node, ast.Name | ast.Attribute)]
        names = {ast.unparse(node).rpartition(".")[2] for node in asked}
        found += [ast.unparse(wait.args[0]), *itertools.chain(*(scripts.get(name, []) for name in names))]
    return found


PROMISE = re.compile(r"\b(?:async|await|Promise|then)\b")


def test_a_wait_for_a_promise_would_be_seen() -> None:
    sources = [
        'READY = "() => document.fonts.ready.then(() => scrollY === 0)"\npage.wait_for_function(READY, arg=name)',
        """page.wait_for_function(f"async () => {ready}")\npage.wait_for_function("() => asynchronous")""",
        "page.wait_for_function(checks.READY)",
    ]
    found = [bool(PROMISE.search(script)) for script in waited_for(sources)]
    assert found == [False, True, True, False, False, True]


def test_no_test_waits_for_a_promise_as_if_it_were_an_answer() -> None:
    """Playwright asks a function until it returns something that counts as true, and a promise always does."""
    found = waited_for([path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")])
    assert len(found) > 60
    assert [script for script in found if PROMISE.search(script)] == [], "let `evaluate` wait: it awaits promises"


def test_what_the_benchmark_edits_is_there_and_no_record_depends_on_it() -> None:
    """An edit that made a record stale would fail the build that is to be measured."""
    tree = ast.parse((ROOT / "tests/bench/measure.py").read_text("utf-8"))
    set_to = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("PAGE", "DRAWING", "MODEL")
    }
    assert (ROOT / set_to["PAGE"]).is_file()
    trained = ("experiments.transfer:train", "experiments.designs:train", "experiments.training:perform")
    recorded = provenance.dependencies(*(f"cnnfigs.{name}" for name in trained)).definitions
    assert "cnnfigs.models.imagenet:network_input" in recorded, "what records depend on is seen"
    for name in ("DRAWING", "MODEL"):
        path, function = set_to[name]
        edited = f"{path.removesuffix('.py').replace('/', '.')}:{function}"
        assert edited.partition(":")[2] in {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert edited not in recorded


@pytest.mark.thorough
def test_the_sites_of_copies_that_the_benchmark_builds_have_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would end there, after a quarter of an hour, and measure nothing more."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "bench")
    measure = importlib.import_module("measure")
    monkeypatch.setattr(measure, "COPIES", (2,))
    monkeypatch.setattr(measure, "REPEATS", 1)
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-c", "."]
    command += ["-b", "html", "-d", ".cache/doctrees", "docs", "site"]
    measured = dict(measure.growth(measure.copy_checkout(tmp_path), command))
    assert [len(each) for each in measured.values()] == [1, 1]
    (cold,) = measured["2 pages, cold"]
    (again,) = measured["2 pages, nothing changed"]
    assert (cold.kernels, again.kernels) == (2, 0)
    assert again.processor_seconds < cold.processor_seconds


@pytest.mark.thorough
def test_the_small_copy_whose_builds_are_killed_has_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session would end before it has killed anything, and nobody asks for it every day."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "bench")
    kills = importlib.import_module("kills")
    checkout = kills.copy_checkout(tmp_path / "checkout")
    kills.make_small(checkout)
    command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-c", "."]
    importlib.import_module("builds").build(checkout, [*command, "-b", "html", "docs", "site"])
    built = {path.stem for path in (checkout / "site").glob("*.html")}
    assert built >= {*kills.PAGES, "gallery", "index"}
