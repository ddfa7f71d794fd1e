"""Every task that a person runs: ``nox -l`` lists them, CONTRIBUTING.md tells what they are for."""

import functools
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["site", "tests"]

ROOT = Path(__file__).parent
STRICT = ["-n", "-W", "--keep-going", "-j", "2", "-c", "."]
SPHINX = [*STRICT, "-b", "html", "-d", ".cache/doctrees", "docs", "site"]
BOOK = [*STRICT, "-b", "epub", "-d", ".cache/doctrees-book", "docs", ".cache/book"]
LINKS = [*STRICT, "-b", "linkcheck", "-d", ".cache/doctrees-links", "docs", ".cache/links"]

# Sessions run on the Python that runs nox. Where TensorFlow does not support that one, uv fetches one that it does.
SUPPORTED = (3, 11) <= sys.version_info < (3, 14)
task = functools.partial(nox.session, python=None if SUPPORTED else "3.13")


def install(session: nox.Session) -> None:
    """Install the locked dependencies, each checked against its hash, and cnnfigs itself for editing."""
    session.install("--require-hashes", "-r", "requirements.lock", silent=False)
    session.install("--no-deps", "--no-build-isolation", "--editable", ".", silent=False)
    session.env.setdefault("CNNFIGS_CACHE", str(ROOT / ".cache" / "runs"))


def build(session: nox.Session) -> None:
    """Build what changed of the site; any warning or failing cell fails the build."""
    install(session)
    session.run("sphinx-build", *SPHINX)
    session.log(f"The site is built. Open {(ROOT / 'site' / 'index.html').as_uri()}")


@task
def site(session: nox.Session) -> None:
    """Build the site into site/."""
    build(session)


@task
def tests(session: nox.Session) -> None:
    """Run every test; words after -- go to pytest."""
    build(session)
    elsewhere = [f"--ignore=tests/{folder}" for folder in ("bench", "books", "lighthouse", "prove")]
    # One file is one worker's, since its tests share what is slow to make.
    session.run(
        "pytest", "--site=site", "-n", "2", "--dist", "loadfile", "--durations", "15", *elsewhere, *session.posargs
    )


@task
def live(session: nox.Session) -> None:
    """Serve the site and build it again on each save; --open-browser after -- opens it."""
    install(session)
    watch = ["--watch", "cnnfigs", "--watch", "conf.py", "--re-ignore", r"__pycache__|\.cache"]
    session.run("sphinx-autobuild", *watch, *SPHINX, *session.posargs)


def build_book(session: nox.Session) -> None:
    """Build the ePub, whose pages the PDF is printed from."""
    install(session)
    session.run("sphinx-build", *BOOK)


@task
def epub(session: nox.Session) -> None:
    """Build the ePub into books/ and check it; needs epubcheck."""
    build_book(session)
    (ROOT / "books").mkdir(exist_ok=True)
    shutil.copy2(ROOT / ".cache" / "book" / "cnn-tutorial.epub", ROOT / "books")
    session.run("pytest", "tests/books/test_epub.py", *session.posargs)


@task
def pdf(session: nox.Session) -> None:
    """Print the pages of the ePub as a PDF into books/ and check it."""
    build_book(session)
    session.run("python", "-m", "cnnfigs.sphinxext.paper", ".cache/book", "books/cnn-tutorial.pdf")
    session.run("pytest", "tests/books/test_pdf.py", *session.posargs)


@task
def links(session: nox.Session) -> None:
    """Ask every other host that the pages link to whether the page is still there."""
    install(session)
    session.run("sphinx-build", *LINKS)


@task
def pictures(session: nox.Session) -> None:
    """Render every illustration into the folder named after --, to compare with those of another version."""
    install(session)
    session.run("cnnfigs", "render", "--all", "-o", *session.posargs)


@task
def train(session: nox.Session) -> None:
    """Make what is missing of networks and experiments; networks named after -- are trained again."""
    install(session)
    session.run("python", "-m", "cnnfigs.experiments", *session.posargs)


@task
def verify(session: nox.Session) -> None:
    """Make some recorded trials of the experiments again and compare; words after -- name experiments."""
    install(session)
    session.run("python", "-m", "cnnfigs.experiments", "--verify", "5", *session.posargs)


@task
def lint(session: nox.Session) -> None:
    """Check style, types, the direction of imports and spelling."""
    install(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports")
    session.run("codespell")


@task
def check(session: nox.Session) -> None:
    """Say what is wrong with sources, pages and pictures, in plain words with file and line; --quick builds nothing."""
    install(session)
    session.run("python", "tests/check/run.py", *session.posargs, "--", "sphinx-build", *SPHINX)


@task
def bench(session: nox.Session) -> None:
    """Print what builds, illustrations and pages cost; nothing is asserted."""
    install(session)
    session.run("python", "tests/bench/measure.py", "sphinx-build", *SPHINX)


@task
def forward(session: nox.Session) -> None:
    """Time the explorers' forward pass beside TensorFlow.js, in the browser; needs Node.js."""
    install(session)
    session.run("npm", "ci", "--prefix", "tests/bench/forward", "--no-audit", "--no-fund", external=True)
    session.run("python", "tests/bench/forward/run.py")


@task
def reproducible(session: nox.Session) -> None:
    """Build the site twice from nothing and compare byte by byte."""
    install(session)
    session.run("python", "tests/bench/reproducible.py", "sphinx-build", *SPHINX)


@task
def prove(session: nox.Session) -> None:
    """Run the slow proofs of tests/prove; words after -- go to pytest."""
    install(session)
    session.run("pytest", "tests/prove", *session.posargs)


@task
def font(session: nox.Session) -> None:
    """Make the fonts again from IBM Plex Sans and STIX Two Math; needed when pages use new characters."""
    install(session)
    session.run("python", "-m", "cnnfigs.sphinxext.fonts", *session.posargs)


@task
def lighthouse(session: nox.Session) -> None:
    """Score every page of the built site with Lighthouse, as on a desktop and on a phone; needs Node.js."""
    install(session)
    session.run("npm", "ci", "--prefix", "tests/lighthouse", "--no-audit", "--no-fund", external=True)
    session.run("python", "tests/lighthouse/run.py", "site")


@task
def lock(session: nox.Session) -> None:
    """Write requirements.lock again; --upgrade after -- takes the newest versions."""
    groups = nox.project.load_toml("pyproject.toml")["dependency-groups"]
    # fmt: off
    session.run(
        "uv", "pip", "compile", "pyproject.toml", *(f"--group={group}" for group in groups),
        "--universal", "--python-version=3.11", "--fork-strategy=fewest",
        "--generate-hashes", "--no-emit-index-url", "--custom-compile-command=nox -s lock",
        "--output-file=requirements.lock", *session.posargs, silent=True,
    )
    # fmt: on
