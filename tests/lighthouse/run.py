"""Score every page of the built site with Lighthouse; run by ``nox -s lighthouse``, which installs it first."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "site"))

from browsers import find_browser  # noqa: E402
from serving import serve  # noqa: E402

#: The least that a page may score.
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}


def main() -> int:
    """Print a table of all scores; return how many fall short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=Path("site"))
    site = parser.parse_args().site
    try:
        browser = find_browser()
    except RuntimeError as error:
        sys.exit(str(error))
    pages = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    if not pages:
        sys.exit(f"no built site in {site}: run `nox -s site`")
    if not (HERE / "node_modules").is_dir() or not shutil.which("node"):
        sys.exit("Lighthouse is not installed: install Node.js 18.16 or newer, then run `nox -s lighthouse`")

    short = 0
    width = max(map(len, pages))
    print(f"{'':{width}}  {'':8}" + "".join(f"{name:>16}" for name in LEAST))
    with serve(site) as address:
        command = ["node", "audit.mjs", address, *pages]
        environment = os.environ | {"CHROME_PATH": browser}
        with subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                audit = json.loads(line)
                scores = {name: round(100 * (score or 0)) for name, score in audit["scores"].items()}
                marks = "".join(f"{scores[name]:>15}{' ' if scores[name] >= LEAST[name] else '!'}" for name in LEAST)
                print(f"{audit['page']:{width}}  {audit['device']:8}{marks}", flush=True)
                if audit.get("error") or any(scores[name] < LEAST[name] for name in LEAST):
                    short += 1
                    print(f"{'':{width}}  {audit.get('error') or '; '.join(audit['failed'])}")
    if process.returncode:
        sys.exit(f"Lighthouse ended with code {process.returncode}")
    print(f"{short} of {2 * len(pages)} audits fall short of {LEAST}" if short else "every page scores well enough")
    return short


if __name__ == "__main__":
    sys.exit(min(main(), 1))
