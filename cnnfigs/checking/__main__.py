"""Say what is wrong with a change, in plain words with file and line.

Usage: python -m cnnfigs.checking [--quick] [--root ROOT] [-- COMMAND…]. The sources are read first. Then COMMAND builds
what changed; its warnings are repeated at the end, where they are easily seen, before what is wrong with the pages in
ROOT/site. ``--quick`` reads the sources only. The exit status is 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cnnfigs.checking.pages import Mistake
from cnnfigs.checking.sources import check_sources

#: Where Sphinx writes its warnings, to be repeated.
WARNINGS = Path(".cache") / "warnings.txt"


def build(root: Path, command: Sequence[str]) -> tuple[int, list[Mistake]]:
    """Run the command that builds the site; return its exit status and its warnings."""
    file = root / WARNINGS
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    status = subprocess.run([*command, "-w", str(file)], cwd=root).returncode
    return status, list(warnings(root, file.read_text("utf-8"))) if file.is_file() else []


def warnings(root: Path, text: str) -> Iterator[Mistake]:
    """Read Sphinx's warnings as mistakes."""
    for line in text.splitlines():
        if match := re.match(r"(?:(\S+?\.\w+)(?::(\d+))?: )?(?:WARNING|ERROR|CRITICAL): (.*)", line):
            path = Path(match[1] or "conf.py")
            file = path.relative_to(root) if path.is_relative_to(root) else path
            yield Mistake(file.as_posix(), int(match[2] or 1), match[3])


def without_repetitions(mistakes: Iterable[Mistake], before: Iterable[Mistake]) -> list[Mistake]:
    """Leave out what was said before of the same file: it names the same thing in quotes, or is about the contents."""

    def things(mistake: Mistake) -> set[tuple[str, str]]:
        named = re.findall(r"['\"]([^'\"]+)['\"]|(?:are called|duplicate label) ([^,\s]+)", mistake.text)
        return {
            (mistake.file, thing)
            for thing in [*map("".join, named), *(["contents"] if "toctree" in mistake.text else [])]
        }

    known = {thing for mistake in before for thing in things(mistake)}
    return [mistake for mistake in mistakes if not known & things(mistake)]


def main() -> int:
    """Run the checks and print the mistakes."""
    parser = argparse.ArgumentParser(prog="cnnfigs.checking", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="read the sources only")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: the working folder)")
    parser.add_argument("command", nargs="*", help="what builds the site")
    options = parser.parse_args()
    root = options.root.resolve()
    if not (root / "docs").is_dir():
        print(f"--root: expected the repository, with its pages in docs/, got {root}")
        return 2
    mistakes = sorted(set(check_sources(root)))
    if not options.quick:
        if options.command:
            for mistake in mistakes:
                print(mistake, flush=True)
            print("The sources are read. Now what changed is built.", flush=True)
            status, warned = build(root, options.command)
            mistakes += without_repetitions(warned, mistakes)
            if status and not warned:
                print(f"the build ended early with exit status {status}, see above")
                return 2
        if not (root / "site" / "index.html").is_file():
            print("there is no built site to look at: run `nox -s site` first, or ask for --quick")
            return 2
        try:
            from cnnfigs.checking.pictures import check_pictures
        except ModuleNotFoundError as error:
            print(
                f"pages are looked at with {error.name}, which is not installed: run `nox -s check`, or ask for --quick"
            )
            return 2
        mistakes = sorted({*mistakes, *check_pictures(root)})
    for mistake in mistakes:
        print(mistake)
    print(f"{len(mistakes)} to mend" if mistakes else "all is well")
    return bool(mistakes)


if __name__ == "__main__":
    sys.exit(main())
