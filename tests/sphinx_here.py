"""Sphinx in this process: starting another costs more than a small site does."""

import contextlib
import io
import subprocess
import warnings
from pathlib import Path

from sphinx.cmd.build import build_main
from sphinx.config import Config


def sphinx_build(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``sphinx-build`` with some words in a folder; what it says and how it ends is as of a process."""
    said, complained = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
        own_suffixes(),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", DeprecationWarning)  # of Sphinx for its extensions, as on the command line
        status = build_main(words)
    return subprocess.CompletedProcess(words, status, said.getvalue(), complained.getvalue())


@contextlib.contextmanager
def own_suffixes():
    """Undo what a build does to the one default that Sphinx shares among all builds: which files are sources."""
    suffixes = Config.config_values["source_suffix"].default
    before = dict(suffixes)
    try:
        yield
    finally:
        suffixes.clear()
        suffixes.update(before)
