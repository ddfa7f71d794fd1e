"""Say what is wrong with a change, in plain words with file and line.

Usage: python tests/check/run.py [--quick] [--root ROOT] [-- COMMAND…]. The sources are read first. Then COMMAND builds
what changed; what it warns of is told again at the end, where it is easily seen, and so is what is wrong with the pages
in ROOT/site.
``--quick`` reads the sources only. The exit status is 1 if anything is wrong.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sources import Mistake, check_sources

#: Where Sphinx writes its warnings, to be told again.
WARNINGS = Path(".cache") / "warnings.txt"


def build(root: Path, command: list[str]) -> tuple[int, list[Mistake]]:
    """Run the command that builds the site; return its exit status and its warnings."""
    file = root / WARNINGS
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    status = subprocess.run([*command, "-w", str(file)], cwd=root).returncode
    return status, list(warnings(root, file.read_text("utf-8"))) if file.is_file() else []


def warnings(root: Path, text: str) -> Iterator[Mistake]:
    """Read Sphinx's warnings as mistakes."""
    for line in text.splitlines():
        if found := re.match(r"(?:(\S+?\.\w+)(?::(\d+))?: )?(?:WARNING|ERROR|CRITICAL): (.*)", line):
            path = Path(found[1] or "conf.py")
            file = path.relative_to(root) if path.is_relative_to(root) else path
            yield Mistake(file.as_posix(), int(found[2] or 1), found[3])


def unsaid(mistakes: Iterable[Mistake], said: Iterable[Mistake]) -> list[Mistake]:
    """Leave out what is said of the same file already: it names the same thing in quotes, or tells of the contents."""

    def things(each: Mistake) -> set[str]:
        named = re.findall(r"['\"]([^'\"]+)['\"]", each.text)
        return {*named, *({"contents"} if "toctree" in each.text else {})}

    known = {(each.file, thing) for each in said for thing in things(each)}
    return [each for each in mistakes if not known & {(each.file, thing) for thing in things(each)}]


def main() -> int:
    """Run the checks and print what they find."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="read the sources only")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="the checkout")
    parser.add_argument("command", nargs="*", help="what builds the site")
    options = parser.parse_args()
    root = options.root.resolve()
    found = sorted(set(check_sources(root)))
    if not options.quick:
        if options.command:
            for mistake in found:
                print(mistake, flush=True)
            print("The sources are read. Now what changed is built.", flush=True)
            status, warned = build(root, options.command)
            found += unsaid(warned, found)
            if status and not warned:
                print(f"the build ended early with exit status {status}, see above")
                return 2
        if not (root / "site" / "index.html").is_file():
            print("there is no built site to look at: run `nox -s site` first, or ask for --quick")
            return 2
        from pictures import check_pictures

        found = sorted({*found, *check_pictures(root)})
    for mistake in found:
        print(mistake)
    print(f"{len(found)} to mend" if found else "all is well")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
