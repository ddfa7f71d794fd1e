"""Build the site from nothing three times, each in another folder, and compare the three byte by byte.

Once with more processes, once with one, and once with all runs computed by a Dask cluster of two workers.

Usage: python tests/bench/reproducible.py COMMAND, where COMMAND builds docs/ into site/ and says -j NUMBER.
"""

import sys
import tempfile
from pathlib import Path

from builds import build, copy_checkout
from distributed import LocalCluster


def differing(first: Path, second: Path) -> list[str]:
    """Return the relative paths of the files that are in one folder only, or differ between both.

    Raises
    ------
    ValueError
        If a folder holds no file: two empty folders prove nothing.
    """
    contents = [
        {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (first, second)
    ]
    if not all(contents):
        raise ValueError(f"nothing to compare: {first} or {second} holds no file")
    names = sorted(contents[0].keys() | contents[1].keys())
    return [name for name in names if contents[0].get(name) != contents[1].get(name)]


def main(command: list[str]) -> int:
    """Build three times, print what differs, and return the exit status."""
    processes = command.index("-j") + 1
    alone = [*command[:processes], "1", *command[processes + 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = {"CNNFIGS_CACHE": str(Path(folder) / "elsewhere")}
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, env=elsewhere) as cluster:
            handed = [*command, "-D", f"building_scheduler={cluster.scheduler_address}"]
            kinds = {f"-j {command[processes]}": command, "-j 1": alone, "two Dask workers": handed}
            sites = {
                kind: _built(Path(folder) / f"site {number}", kind, arguments)
                for number, (kind, arguments) in enumerate(kinds.items())
            }
        runs = len(list((Path(folder) / "elsewhere").glob("*.run")))
        print(f"the workers computed {runs} runs")
        first, *others = sites.values()
        different = {name for other in others for name in differing(first, other)}
    wrong = [f"differs: {name}" for name in sorted(different)]
    if not runs:
        wrong.append("the cluster was not tried: its workers kept no run")
    print("\n".join(wrong) or "The builds are the same, byte by byte.")
    return 1 if wrong else 0


def _built(checkout: Path, kind: str, command: list[str]) -> Path:
    took = build(copy_checkout(checkout), command).seconds
    print(f"built with {kind} in {took:.0f} s", flush=True)
    return checkout / "site"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
