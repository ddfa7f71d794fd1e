"""Say what is wrong with a change, in plain words with file and line.

Usage: python tests/check/run.py [--quick] [ROOT]. ``--quick`` reads the sources only; else the built site in
ROOT/site is looked at too. The exit status is 1 if anything is wrong.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sources import check_sources


def main() -> int:
    """Run the checks and print what they find."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--quick", action="store_true", help="read the sources only")
    options = parser.parse_args()
    found = sorted(set(check_sources(options.root)))
    if not options.quick:
        if not (options.root / "site" / "index.html").is_file():
            print("there is no built site to look at: run `nox -s site` first, or ask for --quick")
            return 2
        from pictures import check_pictures

        found = sorted({*found, *check_pictures(options.root)})
    for mistake in found:
        print(mistake)
    print(f"{len(found)} to mend" if found else "all is well")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
