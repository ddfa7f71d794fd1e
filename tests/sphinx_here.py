"""Sphinx in this process: starting another costs more than a small site does."""

import contextlib
import io
import subprocess
import warnings
from pathlib import Path

from PIL import Image
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


def build_pages(extension: str, folder: Path, builder: str = "html", **pages: str) -> str:
    """Build pages, beside a picture ``dot.png``, with an extension of the site; return what the build complains of."""
    (folder / "docs").mkdir(exist_ok=True)
    Image.new("L", (40, 40)).save(folder / "docs/dot.png")
    pages["index"] = "# Contents\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n"
    for name, text in pages.items():
        (folder / f"docs/{name}.md").write_text(text, encoding="utf-8")
    (folder / "conf.py").write_text(
        f'extensions = ["myst_nb", "cnnfigs.sphinxext.site.assets", "{extension}"]\n'
        'myst_enable_extensions = ["colon_fence"]\n'
        'html_theme = "furo"\n'
        'version = "1"\n'
    )
    result = sphinx_build(folder, "-q", "-c", ".", "-b", builder, "-d", ".cache/doctrees", "docs", builder)
    assert "Traceback" not in result.stderr, result.stderr
    return result.stderr


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
