"""Every task that a person runs: ``nox -l`` lists them, CONTRIBUTING.md tells what they are for."""

import functools
import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import nox
import uv
from nox.command import CommandFailed

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["site", "tests"]

ROOT = Path(__file__).parent
#: All sessions share one environment, since they need the same libraries at the same versions.
ENVIRONMENT = ROOT / ".nox" / "environment"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
# TensorFlow supports these; where nox runs on another Python, uv fetches one.
PYTHON = sys.executable if (3, 11) <= sys.version_info < (3, 14) else "3.13"


def processors(more: int = 0, memory_each: float = 1.5e9) -> int:
    """Return how many processes may work at a time: as many as there are processors or more, as far as memory lets.

    Each is taken to need so many bytes: without a number, what TensorFlow and a large network take.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count += more
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        count = min(count, int(memory // memory_each))
    return max(1, count)


# Sphinx gives each of its processes many pages at once, and has one fewer to write: with one more, none is idle long.
STRICT = ["-n", "-W", "--keep-going", "-q", "-j", str(processors(more=1)), "-D", "building_told=1", "-c", "."]
SPHINX = [*STRICT, "-b", "html", "-d", ".cache/doctrees", "docs", "site"]
BOOK = [*STRICT, "-b", "epub", "-d", ".cache/doctrees-book", "docs", ".cache/book"]
LINKS = [*STRICT, "-b", "linkcheck", "-d", ".cache/doctrees-links", "docs", ".cache/links"]


def install(session: nox.Session) -> None:
    """Install the locked libraries, each checked against its hash, and cnnfigs for editing; compile them once."""
    session.env.update(
        PATH=os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
        VIRTUAL_ENV=str(ENVIRONMENT),
        CNNFIGS_CACHE=os.environ.get("CNNFIGS_CACHE") or str(ROOT / ".cache" / "runs"),
        # Whatever these say elsewhere: here bytecode is kept, and looked for where it is kept.
        PYTHONDONTWRITEBYTECODE="",
        PYTHONPYCACHEPREFIX="",
        UV_COMPILE_BYTECODE="1",
    )
    wanted = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "requirements.lock"))
    digest, note = hashlib.sha256(wanted).hexdigest(), ENVIRONMENT / "installed"
    if note.is_file() and note.read_text() == digest:
        return
    begun = time.monotonic()
    session.log("Installing the libraries of requirements.lock: the first time some 600 MB to fetch, then a minute")
    quiet = functools.partial(session.run_install, uv.find_uv_bin(), external=True, silent=False)
    if not (ENVIRONMENT / "pyvenv.cfg").is_file():
        quiet("venv", "--quiet", "--python", PYTHON, str(ENVIRONMENT))
    quiet("pip", "sync", "--quiet", "--require-hashes", "requirements.lock")
    quiet("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    note.write_text(digest)
    session.log(f"Installed in {time.monotonic() - begun:.0f} s")


def run(session: nox.Session, program: str, *arguments: str) -> None:
    """Run a program of the environment, which is installed first if it is not as it should be."""
    install(session)
    session.run(shutil.which(program, path=str(PROGRAMS)) or program, *arguments, external=True)


def build(session: nox.Session, *arguments: str) -> None:
    """Build what changed of the site; any warning or failing cell fails the build."""
    run(session, "sphinx-build", *arguments, *SPHINX)
    session.log(f"The site is built. Open {(ROOT / 'site' / 'index.html').as_uri()}")


@nox.session
def site(session: nox.Session) -> None:
    """Build the site into site/; --scheduler tcp://HOST:PORT after -- has its runs computed on a Dask cluster."""
    match session.posargs:
        case []:
            build(session)
        case ["--scheduler", address]:
            build(session, "-D", f"building_scheduler={address}")
        case _:
            session.error(f"options: expected --scheduler tcp://HOST:PORT, got {' '.join(session.posargs)}")


def run_tests(session: nox.Session, which: str) -> None:
    """Run the tests whose marks fit, on the built site."""
    build(session)
    others = ("bench", "books", "explain_many", "lighthouse", "mutants", "prove")
    elsewhere = [f"--ignore=tests/{folder}" for folder in others]
    # One file is one worker's, since its tests share what is slow to make; tests/conftest.py says which come first.
    # There is a worker more than processors, as tests in a browser wait for its frames. One with all networks in it has
    # come to 3.5 GB.
    run(
        session,
        "pytest",
        "--site=site",
        "-n",
        str(processors(more=1, memory_each=3.5e9)),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        "--durations",
        "15",
        # A test that hangs fails, and says where.
        "--timeout=600",
        *("-m", which),
        *elsewhere,
        *session.posargs,
    )


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, but for the thorough ones, in ten minutes; words after -- go to pytest."""
    run_tests(session, "not thorough")


@nox.session
def thorough(session: nox.Session) -> None:
    """Run the tests that take longest; with those of the session tests they are all. Words after -- go to pytest."""
    run_tests(session, "thorough")


@nox.session
def live(session: nox.Session) -> None:
    """Serve the site and build it again on each save; --open-browser after -- opens it."""
    watch = ["--watch", "cnnfigs", "--watch", "conf.py", "--re-ignore", r"__pycache__|\.cache"]
    run(session, "sphinx-autobuild", "-D", "security_policy=0", *watch, *SPHINX, *session.posargs)


def build_book(session: nox.Session) -> None:
    """Build the ePub, whose pages the PDF is printed from."""
    run(session, "sphinx-build", *BOOK)


@nox.session
def epub(session: nox.Session) -> None:
    """Build the ePub into books/ and check it; needs epubcheck."""
    build_book(session)
    (ROOT / "books").mkdir(exist_ok=True)
    shutil.copy2(ROOT / ".cache" / "book" / "cnn-tutorial.epub", ROOT / "books")
    run(session, "pytest", "tests/books/test_epub.py", *session.posargs)


@nox.session
def pdf(session: nox.Session) -> None:
    """Print the pages of the ePub as a PDF into books/ and check it."""
    build_book(session)
    run(session, "python", "-m", "cnnfigs.sphinxext.books.paper", ".cache/book", "books/cnn-tutorial.pdf")
    run(session, "pytest", "tests/books/test_pdf.py", *session.posargs)


@nox.session
def kit(session: nox.Session) -> None:
    """Make the teacher's kit in kit/: figures, slides, quizzes, worksheets; --page NAME and --class NAME after --."""
    build(session)
    run(session, "python", "-m", "cnnfigs.kit", "site", "kit", *session.posargs)


@nox.session
def links(session: nox.Session) -> None:
    """Ask every other host that the pages link to whether the page is still there."""
    run(session, "sphinx-build", *LINKS)


@nox.session
def pictures(session: nox.Session) -> None:
    """Render every illustration into the folder named after --, to compare with those of another version."""
    run(session, "cnnfigs", "render", "--all", "-o", *session.posargs)


@nox.session
def readme(session: nox.Session) -> None:
    """Make the pictures of README.md again; needed when the first page or the figure in it looks different."""
    build(session)
    run(session, "python", ".github/readme_pictures.py", "site", ".github/readme")


@nox.session
def package(session: nox.Session) -> None:
    """Build the package for an index into dist/."""
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    run(session, "hatchling", "build", "-d", "dist", *session.posargs)


@nox.session
def train(session: nox.Session) -> None:
    """Make what is missing of networks and experiments; networks named after -- are trained again."""
    run(session, "python", "-m", "cnnfigs.experiments", *session.posargs)


@nox.session
def verify(session: nox.Session) -> None:
    """Make some recorded trials of the experiments again and compare; words after -- name experiments."""
    run(session, "python", "-m", "cnnfigs.experiments", "--verify", "5", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the direction of imports and spelling; what one finds hides nothing that another would."""
    failed = []
    for words in ("ruff check", "ruff format --check", "mypy", "lint-imports", "codespell"):
        try:
            run(session, *words.split())
        except CommandFailed:
            failed.append(words)
    if failed:
        session.error(f"look above at what these say: {', '.join(failed)}")


@nox.session
def check(session: nox.Session) -> None:
    """Say what is wrong with sources, pages and pictures, in plain words with file and line; --quick builds nothing."""
    run(session, "python", "-m", "cnnfigs.checking", *session.posargs, "--", "sphinx-build", *SPHINX)


@nox.session
def bench(session: nox.Session) -> None:
    """Print what explain, builds, illustrations and pages cost; the word explain after -- measures that alone."""
    run(session, "python", "tests/bench/explain.py")
    if session.posargs != ["explain"]:
        run(session, "python", "tests/bench/measure.py", "sphinx-build", *SPHINX)


@nox.session
def handwriting(session: nox.Session) -> None:
    """Draw digits of many hands on the first page, and print how many are read; words after -- choose ways to draw."""
    build(session)
    run(session, "python", "tests/handwriting/run.py", "site", *session.posargs)


@nox.session
def forward(session: nox.Session) -> None:
    """Time the explorers' forward pass beside TensorFlow.js, in the browser; needs Node.js."""
    session.run("npm", "ci", "--prefix", "tests/bench/forward", "--no-audit", "--no-fund", external=True)
    run(session, "python", "tests/bench/forward/run.py")


@nox.session
def reproducible(session: nox.Session) -> None:
    """Build the site from nothing by many processes, by one and on a Dask cluster, and compare byte by byte."""
    run(session, "python", "tests/bench/reproducible.py", "sphinx-build", *SPHINX)


@nox.session
def kills(session: nox.Session) -> None:
    """Kill renders and builds at many moments and compare what follows; words after -- choose, see the program."""
    run(session, "python", "tests/bench/kills.py", *session.posargs, "--", "sphinx-build", *SPHINX)


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the arithmetic, the statistics, the cache and the records, and see that tests notice; -- MODULE ..."""
    run(session, "python", "tests/mutants/run.py", *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Run the slow proofs of tests/prove; words after -- go to pytest."""
    run(session, "pytest", "tests/prove", *session.posargs)


@nox.session
def explain_many(session: nox.Session) -> None:
    """Explain many models, compare each report with other counts, and print a table; words after -- choose some."""
    run(session, "python", "tests/explain_many/run.py", *session.posargs)


@nox.session
def font(session: nox.Session) -> None:
    """Make the fonts again from IBM Plex Sans and STIX Two Math; needed when pages use new characters."""
    run(session, "python", "-m", "cnnfigs.sphinxext.site.fonts", *session.posargs)


@nox.session
def rooms(session: nox.Session) -> None:
    """Draw which room of the package imports which into CONTRIBUTING.md; needed when that changes."""
    run(session, "python", "-m", "cnnfigs.checking.rooms")


@nox.session
def lighthouse(session: nox.Session) -> None:
    """Score every page with Lighthouse, as on a phone and a desktop; pages named after -- alone; needs Node.js."""
    session.run("npm", "ci", "--prefix", "tests/lighthouse", "--no-audit", "--no-fund", external=True)
    run(session, "python", "tests/lighthouse/run.py", "site", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements.lock again; --upgrade after -- takes the newest versions."""
    groups = nox.project.load_toml("pyproject.toml")["dependency-groups"]
    # fmt: off
    session.run(
        uv.find_uv_bin(), "pip", "compile", "pyproject.toml", "--all-extras", *(f"--group={group}" for group in groups),
        "--universal", "--python-version=3.11", "--fork-strategy=fewest",
        "--generate-hashes", "--no-emit-index-url", "--custom-compile-command=nox -s lock",
        "--output-file=requirements.lock", *session.posargs, silent=True, external=True,
    )
    # fmt: on
