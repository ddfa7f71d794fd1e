"""Mutation testing: small changes are made to modules on which all else rests, one at a time, and tests must notice.

Usage: python tests/mutants/run.py [--sample N] [MODULE ...], where a MODULE is named as in MODULES; all without a name.

mutmut makes the changes and asks the tests, in a copy of the checkout in .cache/mutants/; what it has asked once it
asks again only when the function has changed. Printed is the share that is killed. It fails where a module has less
than nine of ten, where a change that no test notices is not in survivors.toml with the reason, and where one that
stands there is noticed or gone. mutmut changes what functions do, but not those with a decorator, and no constants;
so changes of that kind, and others that a test must notice, are NAMED below and made too.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from mutmut.configuration import reset_config
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".cache" / "mutants"
LEAST = 0.9

#: Each module with the tests that know it and take seconds: nothing with TensorFlow, no other process.
MODULES = {
    "statistics": ["cnnfigs/statistics.py", "tests/test_statistics.py"],
    "arithmetic.sizes": ["cnnfigs/arithmetic", "tests/test_arithmetic_by_hand.py"],
    "arithmetic.reference": ["cnnfigs/arithmetic", "tests/test_arithmetic_by_hand.py"],
    "arithmetic": ["cnnfigs/arithmetic", "tests/test_arithmetic_by_hand.py"],
    "arithmetic.receptive": [
        "cnnfigs/arithmetic",
        "tests/test_receptive_by_hand.py",
        "tests/test_arithmetic_by_hand.py",
    ],
    "experiments.records": [
        "cnnfigs/experiments/records.py",
        "tests/experiments/test_records_by_hand.py",
        "tests/experiments/test_records.py",
        "tests/experiments/test_contradictions.py",
        *["-k", "not killed and not moved"],
    ],
    "experiments.trials": ["tests/experiments/test_trials_by_hand.py", "tests/experiments/test_contradictions.py"],
    "files": ["cnnfigs/files.py", "tests/test_files.py", *["-k", "not killed"]],
    "cache": [
        "cnnfigs/cache.py",
        "tests/test_cache_by_hand.py",
        "tests/test_cache.py",
        *["-k", "not killed and not many and not line_that_is_named"],  # mutmut stands between the lines
    ],
}

#: What must be noticed, whatever else is: the file, what stands there, what shall stand there, and the tests.
NAMED = {
    "the odd cell of padding before": (
        "cnnfigs/arithmetic/sizes.py",
        "return total // 2, total - total // 2",
        "return total - total // 2, total // 2",
        ["tests/test_arithmetic_by_hand.py", "-k", "slid"],
    ),
    "padding before and after exchanged": (
        "cnnfigs/arithmetic/sizes.py",
        "total - total // 2\n        before, after = self.padding",
        "total - total // 2\n        after, before = self.padding",
        ["tests/test_arithmetic_by_hand.py", "-k", "slid"],
    ),
    "a caption not escaped": (
        "cnnfigs/commands/report/document.py",
        "<figcaption>{escape(caption)}</figcaption>",
        "<figcaption>{caption}</figcaption>",
        ["tests/drawing/test_escaping.py"],
    ),
    "a table's words not escaped": (
        "cnnfigs/drawing/tables.py",
        "content = html.escape(typeset(cell.text))",
        "content = typeset(cell.text)",
        ["tests/drawing/test_escaping.py"],
    ),
    "a key without the parameters": (
        "cnnfigs/cache.py",
        'f"{json.dumps(parameters, sort_keys=True)} {code}"',
        'f"{code}"',
        ["tests/test_cache.py", "-k", "key"],
    ),
    "a key without the code": (
        "cnnfigs/cache.py",
        'f"{json.dumps(parameters, sort_keys=True)} {code}"',
        'f"{json.dumps(parameters, sort_keys=True)}"',
        ["tests/test_cache.py", "-k", "key"],
    ),
    "a degree of freedom too many, of one mean": (
        "cnnfigs/statistics.py",
        "array.size - 1) * stats.sem",
        "array.size) * stats.sem",
        ["tests/test_statistics.py", "-k", "not holds_the_truth"],
    ),
    "a degree of freedom too many, of both chances": (
        "cnnfigs/statistics.py",
        "seeds - 1)) * float",
        "seeds)) * float",
        ["tests/test_statistics.py", "-k", "not holds_the_truth"],
    ),
    "seeds taken for images": (
        "cnnfigs/statistics.py",
        "standard_error(differences.mean(axis=0)),\n        standard_error(differences.mean(axis=1)),",
        "standard_error(differences.mean(axis=1)),\n        standard_error(differences.mean(axis=0)),",
        ["tests/test_statistics.py", "-k", "not holds_the_truth"],
    ),
    "an interval for a single seed": (
        "cnnfigs/statistics.py",
        "if self.seeds < 2:",
        "if self.seeds < 1:",
        ["tests/test_statistics.py", "-k", "not holds_the_truth"],
    ),
    "no confidence of 95 %": (
        "cnnfigs/statistics.py",
        "CONFIDENCE = 0.95",
        "CONFIDENCE = 0.9",
        ["tests/test_statistics.py", "-k", "not holds_the_truth"],
    ),
    "a record's checksum not looked at": (
        "cnnfigs/experiments/records.py",
        'if record["sha256"] != _checksum(',
        'if record["sha256"] is None and record["sha256"] != _checksum(',
        ["tests/experiments/test_records.py", "-k", "altered"],
    ),
    "what contradicts itself not looked at": (
        "cnnfigs/experiments/records.py",
        "    if contradiction:\n",
        "    if contradiction and False:\n",
        ["tests/experiments/test_contradictions.py", "-k", "altered"],
    ),
    "the lock of an entry not waited for": (
        "cnnfigs/cache.py",
        "        lock.acquire()\n",
        "        pass\n",
        ["tests/test_cache.py", "-k", "many_ask_for"],
    ),
}


def main() -> int:
    """Ask the tests about each module and each named change; print what came of it, and return the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s mutants --", description="Mutation testing.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}; or named")
    parser.add_argument("--sample", type=int, help="ask about so many changes of a module, drawn at random, seed 1")
    asked = parser.parse_args()
    if unknown := {*asked.modules} - {*MODULES, "named"}:
        parser.error(f"modules: expected {', '.join(MODULES)} or named, got {' '.join(sorted(unknown))}")
    failures = [line for name in asked.modules or MODULES if name != "named" for line in module(name, asked.sample)]
    if not asked.modules or "named" in asked.modules:
        failures += named()
    print("\n".join(["", *failures]) if failures else "Every survivor is known, with its reason.")
    return 1 if failures else 0


def module(name: str, sample: int | None) -> Iterator[str]:
    """Ask about a module's mutants, print the share killed, and give what is amiss."""
    work = copy(name)
    path = source(name)
    selection = json.dumps(MODULES[name])
    arguments = json.dumps(["-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=mutants"])
    (work / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text("utf-8")
        + f'\n[tool.mutmut]\nsource_paths = ["cnnfigs"]\nonly_mutate = ["{path}"]\n'
        + f"pytest_add_cli_args = {arguments}\npytest_add_cli_args_test_selection = {selection}\n"
        + "timeout_constant = 10.0\nuse_git_change_detection = false\n",
        "utf-8",
    )
    chosen: list[str] = []
    if sample is not None:
        run(work, "nothing-but-make-them*")  # it makes the mutants, and then finds none of that name
        everyone = sorted(told(work, path))
        chosen = random.Random(1).sample(everyone, min(sample, len(everyone)))
    said = run(work, *chosen)
    results = told(work, path)
    states = Counter(status_by_exit_code[results[each]] for each in (chosen or results))
    if states["not checked"] or not results:
        yield f"{name}: mutmut did not come to its end:\n{said[-2000:]}"
        return
    total = sum(states.values())
    killed = states["killed"] + states["timeout"]
    more = ", ".join(f"{count} {state}" for state, count in states.items() if state != "killed")
    of = f" of {len(results)}, a sample" if chosen else ""
    print(f"{name}: {killed / total:.1%} killed of {total} mutants{of} ({more or 'no other'})", flush=True)
    if killed < LEAST * total:
        yield f"{name}: {killed / total:.1%} of the mutants are killed, at least {LEAST:.0%} are wanted"
    survivors = {change(work, path, each): status_by_exit_code[results[each]] for each in (chosen or results)
                 if status_by_exit_code[results[each]] not in ("killed", "timeout")}  # fmt: skip
    known = reasons(name)
    for text in sorted(survivors.keys() - known.keys()):
        yield f"{name}: not noticed, and not in survivors.toml ({survivors[text]}): {text}"
    if not chosen:
        for text in sorted(known.keys() - survivors.keys()):
            yield f"{name}: in survivors.toml, and noticed or gone: {text}"
    for reason, count in Counter(known[text] for text in survivors.keys() & known.keys()).items():
        print(f"    {count:3} survive: {reason}")


def copy(name: str) -> Path:
    """Copy the package and the tests into a folder for a module, without the weights of the largest network."""
    work = WORK / name
    heavy = shutil.ignore_patterns("__pycache__", "*.h5")
    for folder in ("cnnfigs", "tests"):
        shutil.rmtree(work / folder, ignore_errors=True)
        shutil.rmtree(work / "mutants" / "tests", ignore_errors=True)
        shutil.copytree(ROOT / folder, work / folder, ignore=heavy)
    return work


def source(name: str) -> str:
    """Return the file of a module."""
    path = Path("cnnfigs", *name.split("."))
    return str(path / "__init__.py" if (ROOT / path / "__init__.py").is_file() else path.with_suffix(".py"))


def run(work: Path, *mutants: str) -> str:
    """Run mutmut, one mutant at a time, and return what it said."""
    # One thread each: what runs at a time is for mutmut to say. And no code but the copy's.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
    ended = subprocess.run(
        ["mutmut", "run", "--max-children", "1", *mutants], cwd=work, env=environment, capture_output=True, text=True
    )
    return ended.stdout + ended.stderr


def told(work: Path, path: str) -> dict[str, int | None]:
    """Read what mutmut found of each mutant of a file."""
    found = work / "mutants" / f"{path}.meta"
    results: dict[str, int | None] = json.loads(found.read_text("utf-8"))["exit_code_by_key"] if found.exists() else {}
    return results


def change(work: Path, path: str, mutant: str) -> str:
    """Tell a mutant by what it changes: its function, what stood there, and what stands there now."""
    with chdir(work):
        reset_config()
        lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    function = (
        mutant.rpartition(".")[2].partition("__mutmut_")[0].removeprefix("x_").replace("ǁ", ".").removeprefix("x.")
    )
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return f"{function}: {before} => {after}"


def reasons(name: str) -> dict[str, str]:
    """Read which mutants of a module are known to survive, each with its reason."""
    with Path(__file__).with_name("survivors.toml").open("rb") as file:
        groups = tomllib.load(file).get("survivors", [])
    return {text: group["reason"] for group in groups if group["module"] == name for text in group["mutants"]}


def named() -> Iterator[str]:
    """Make each named change in a copy, and give those that no test noticed."""
    work = copy("named")
    shutil.copy(ROOT / "pyproject.toml", work)
    environment = os.environ | {"PYTHONPATH": str(work)}
    for name, (path, right, wrong, tests) in NAMED.items():
        text = (ROOT / path).read_text("utf-8")
        if text.count(right) != 1:
            yield f"named: {path} does not have {right!r} once"
            continue
        (work / path).write_text(text.replace(right, wrong), "utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "--hypothesis-profile=mutants", *tests]
        ended = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=900)
        (work / path).write_text(text, "utf-8")
        noticed = ended.returncode == 1
        print(f"named: {name}: {'killed' if noticed else 'SURVIVED'}", flush=True)
        if not noticed:
            yield f"named: {name}: not noticed by {' '.join(tests)}: {ended.stdout[-500:]}"


if __name__ == "__main__":
    sys.exit(main())
