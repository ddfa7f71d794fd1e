"""Score pages of the built site with Lighthouse; run by ``nox -s lighthouse``, which installs it first."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "site"))

from browsers import find_browser  # noqa: E402
from serving import serve  # noqa: E402

#: The least that a page may score.
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
#: What its benchmark of the machine gives at least where Lighthouse does not warn that scores will be too low.
INDEX = 1000
#: In this order audit.mjs looks at a page.
DEVICES = ("phone", "desktop")
#: What a row says of a page on a device: Lighthouse's name, ours, the width of the column, and how it is written.
COLUMNS = [
    ("performance", "speed", 5, ".0f"),
    ("accessibility", "access", 6, ".0f"),
    ("best-practices", "practice", 8, ".0f"),
    ("seo", "seo", 3, ".0f"),
    ("bytes", "bytes", 7, ",.0f"),
    ("shift", "shift", 5, ".3f"),
    ("blocked", "busy", 4, ".0f"),
]


def main() -> int:
    """Print a table with a row for each page; return how many audits fall short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=Path("site"))
    parser.add_argument("pages", nargs="*", help="such as convolution.html; all, where none is named")
    given = parser.parse_args()
    try:
        browser = find_browser()
    except RuntimeError as error:
        sys.exit(str(error))
    every = [path.relative_to(given.site).as_posix() for path in sorted(given.site.rglob("*.html"))]
    if not every:
        sys.exit(f"no built site in {given.site}: run `nox -s site`")
    if unknown := [page for page in given.pages if page not in every]:
        sys.exit(f"pages: expected some of {', '.join(every)}, got {', '.join(unknown)}")
    if not (HERE / "node_modules").is_dir() or not shutil.which("node"):
        sys.exit("Lighthouse is not installed: install Node.js 18.16 or newer, then run `nox -s lighthouse`")

    pages = given.pages or every
    width = max(map(len, pages))
    heads = "  ".join(f"{name:>{wide}} " for _, name, wide, _ in COLUMNS)
    print("Of the first load: its bytes, the shift of what moves, and the milliseconds that are too busy to answer.\n")
    print(" " * width, *(f"{device:{len(heads)}}" for device in DEVICES), sep="   ")
    print(" " * width, *[heads] * len(DEVICES), sep="   ")
    short = 0
    with serve(given.site) as address:
        command = ["node", "audit.mjs", address, *pages]
        environment = os.environ | {"CHROME_PATH": browser}
        with subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True) as process:
            audits = map(json.loads, process.stdout)
            for both in zip(audits, audits, strict=False):
                print(f"{both[0]['page']:{width}}", *map(cells, both), sep="   ", flush=True)
                # A page that asks not to be found, such as one for frames, loses there as it should.
                hidden = 'name="robots" content="noindex"' in (given.site / both[0]["page"]).read_text("utf-8")
                for audit in (
                    audit for audit in both if falls_short(audit, LEAST.keys() - {"seo"} if hidden else LEAST)
                ):
                    short += 1
                    found = [audit["error"]] if audit.get("error") else audit["failed"]
                    # A machine that is busy, or slow, makes every page slow.
                    machine = f"the machine's index was {audit['machine']:.0f}, where Lighthouse wants {INDEX}"
                    print("\n".join(f"  {audit['device']}: {line}" for line in [*found, machine]), flush=True)
    if process.returncode:
        sys.exit(f"Lighthouse ended with code {process.returncode}")
    print(f"{short} of {2 * len(pages)} audits fall short of {LEAST}" if short else "every page scores well enough")
    return short


def cells(audit: dict) -> str:
    """Write what was found on one device, with a mark behind what falls short."""
    scores = {name: percent(score) for name, score in audit["scores"].items()}
    found = scores | {name: value or 0 for name, value in audit["measures"].items()}
    marks = {name: "!" if scores[name] < least else " " for name, least in LEAST.items()}
    return "  ".join(f"{found[key]:{wide}{kind}}{marks.get(key, ' ')}" for key, _, wide, kind in COLUMNS)


def falls_short(audit: dict, asked: Collection[str]) -> bool:
    """Return whether Lighthouse could not look at the page, or one of the scores asked for is too low."""
    return bool(audit.get("error")) or any(percent(audit["scores"][name]) < LEAST[name] for name in asked)


def percent(score: float | None) -> int:
    """Return a score as Lighthouse shows it; none, where it could not look, counts as 0."""
    return round(100 * (score or 0))


if __name__ == "__main__":
    sys.exit(min(main(), 1))
