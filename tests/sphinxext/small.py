"""Small sites, built by Sphinx with the templates and the style of the real one."""

import os
import subprocess
import sys
from pathlib import Path

from sphinx_here import sphinx_build

ROOT = Path(__file__).resolve().parents[2]

CONFIGURATION = f"""
project = "Small networks"
author = "the authors"
extensions = ["myst_nb", *("cnnfigs.sphinxext.site." + name for name in ("assets", "head", "hosted"))]
exclude_patterns = ["_static"]
templates_path = [{str(ROOT / "docs/_templates")!r}]
html_static_path = [{str(ROOT / "docs/_static")!r}]
html_theme = "furo"
html_title = project
html_js_files = [("site.js", {{"defer": "defer"}})]
html_css_files = ["site.css"]
nb_execution_mode = "off"
numfig = True
"""

PAGES = {
    "index.md": "# Small networks\n\nWhat this is about.\n\n```{toctree}\none\ntwo\n```\n",
    "one.md": "# The first\n\nSome words, and [more](two.md).\n",
    "two.md": "# The second\n\nOther words.\n",
}


def write(folder: Path, pages: dict[str, str] | None = None, configuration: str = "") -> None:
    """Write the sources of a site."""
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "conf.py").write_text(CONFIGURATION + configuration, encoding="utf-8")
    for name, text in (PAGES if pages is None else pages).items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")


def sphinx(folder: Path, builder: str = "html", to: str = "site", **environment: str) -> subprocess.CompletedProcess:
    """Run Sphinx, in a process of its own where its environment is to be another; a warning fails the build."""
    words = ["-q", "-W", "-b", builder, "-c", ".", "-d", "doctrees", "docs", to]
    if not environment:
        return sphinx_build(folder, *words)
    command = [sys.executable, "-m", "sphinx", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | environment)


def build(folder: Path, **environment: str) -> Path:
    """Build a site that must be without warnings, and return its folder."""
    result = sphinx(folder, **environment)
    assert result.returncode == 0, result.stderr
    return folder / "site"


def git(folder: Path, *arguments: str, day: str = "2026-05-12") -> None:
    """Run git as somebody, at noon of a day."""
    who = {f"GIT_{role}_{what}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": f"{day}T12:00:00+0000", "GIT_COMMITTER_DATE": "2026-06-30T12:00:00+0000"}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", *arguments]
    subprocess.run(command, cwd=folder, env=os.environ | who | when | own, check=True, capture_output=True)


def commit(folder: Path, day: str) -> None:
    """Commit everything."""
    git(folder, "add", "conf.py", "docs")
    git(folder, "commit", "-m", "A change", day=day)
