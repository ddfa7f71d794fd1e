"""When each page was last changed, as git remembers.

The date is the author's, of the last commit that touched the page: it is the same in every clone. Where git, the
history, or the part of it that holds the commit is missing, a page has no date, and nothing fails.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


def last_changes(folder: Path) -> dict[str, date]:
    """Return when the files in a folder were last changed.

    Parameters
    ----------
    folder
        A folder in a git repository, or not.

    Returns
    -------
    dict of str to date
        Paths below the folder, with slashes, to the author's date of the last commit that touched the file. Files that
        are not committed, or whose commit lies beyond the end of a shallow clone, are left out.
    """
    try:
        # At the end of a shallow clone every file seems to be new, so what is said there says nothing.
        shallow = Path(folder, _git(folder, "rev-parse", "--git-path", "shallow").strip())
        unknown = set(shallow.read_text("ascii").split()) if shallow.exists() else set()
        log = _git(folder, "log", "--format=%x00%H %as", "--name-only", "--no-renames", "--relative", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return {}
    days: dict[str, date] = {}
    for entry in log.split("\0")[1:]:
        commit, *names = entry.split("\n")
        digest, day = commit.split()
        for name in filter(None, names):
            if name not in days:
                days[name] = date.min if digest in unknown else date.fromisoformat(day)
    return {name: day for name, day in days.items() if day > date.min}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "core.quotePath=off", "-c", "log.showSignature=false", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def page_dates(env: BuildEnvironment) -> dict[str, date]:
    """Return the dates of the pages by name, kept with them from one build to the next."""
    if not hasattr(env, "page_dates"):
        env.page_dates = {}  # type: ignore[attr-defined]
    return env.page_dates  # type: ignore[attr-defined, no-any-return]


def newly_dated(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Name the pages to be written again, since a commit has changed nothing of them but their date."""
    changes = last_changes(Path(app.srcdir))
    known = page_dates(env)
    now = {name: changes[path] for name in env.found_docs if (path := _path(env, name)) in changes}
    different = [name for name in env.found_docs if now.get(name) != known.get(name)]
    known.clear()
    known.update(now)
    return sorted(different)


def _path(env: BuildEnvironment, name: str) -> str:
    return env.doc2path(name, base=False).as_posix()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("env-updated", newly_dated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
