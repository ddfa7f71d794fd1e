"""Kill `cnnfigs render --all` and builds of the site at twenty moments each; what follows must be as if nothing was.

Usage: python tests/bench/kills.py [--whole] [--moments N] [--seed N] [render] [build] -- COMMAND, where COMMAND builds
docs/ into site/.

An undisturbed run from nothing is the reference. Then the same is begun again, from nothing, from kept runs or, for the
build, after an edit, and killed with SIGKILL at a moment drawn from the whole time that it takes: half of the times
with all its processes, as when a machine goes down, else only the one that was started, as when memory is short. The
same command again must end well, in bounded time, and leave the reference's files, byte by byte, and no others.

Without --whole a copy of the checkout with a few illustrations and pages of its own is used.
"""

import argparse
import ast
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from builds import copy_checkout
from reproducible import differing

#: What the small copy keeps: pictures, a table, exercises and an animation, with NumPy alone and with Keras.
MODULES = (
    "exercises.sizes",
    "filters.first_kernels",
    "filters.flipped_kernel",
    "windows.max_pooling",
    "windows.output_sizes",
    "windows.padding",
    "windows.window_animation",
)
#: A cell of the page that is edited, and what it was before.
EDITED = 'Padding(size=5, kernel_size=3, padding="valid")', 'Padding(size=6, kernel_size=3, padding="valid")'
#: Its pages, each with the cells that it shows.
PAGES = {
    "windows": ("windows.padding:Padding()", f"windows.padding:{EDITED[0]}", "windows.output_sizes:OutputSizes()"),
    "kernels": ("filters.flipped_kernel:FlippedKernel()", "filters.first_kernels:FirstKernels()"),
    "pooling": (
        "windows.max_pooling:MaxPooling()",
        "exercises.sizes:OddPooling()",
        "windows.window_animation:WindowAnimation()",
    ),
}
#: Whoever hangs longer is blocked: so many times what the undisturbed run took, and some seconds for a busy machine.
PATIENCE, GRACE = 10, 120.0


@dataclass(frozen=True)
class Task:
    """What is killed: the words of the program, the folder that it writes, and from where it can begin.

    A beginning is a name and the folders, relative to the checkout, that are put back as they were.
    """

    name: str
    command: list[str]
    output: str
    beginnings: tuple[str, ...]


def main() -> int:
    """Kill, run again and compare; print each moment, and return the exit status."""
    words, command = sys.argv[1:], []
    if "--" in words:
        words, command = words[: words.index("--")], words[words.index("--") + 1 :]
    parser = argparse.ArgumentParser(prog="nox -s kills --", description="Kill renders and builds, and compare.")
    parser.add_argument("tasks", nargs="*", metavar="render|build", help="what is killed; both without")
    parser.add_argument("--whole", action="store_true", help="the whole tutorial, not the small copy")
    parser.add_argument("--moments", type=int, default=20, help="how many for each (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="draws the moments (default: 1)")
    asked = parser.parse_args(words)
    known = {
        "render": Task(
            "render", ["cnnfigs", "render", "--all", "-o", "pictures"], "pictures", ("nothing", "kept runs")
        ),
        "build": Task("build", command, "site", ("nothing", "kept runs", "an edit")),
    }
    if not {*asked.tasks} <= {*known}:
        parser.error(f"tasks: expected render and build, got {' '.join(asked.tasks)}")
    failures = 0
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        checkout = copy_checkout(Path(folder) / "checkout")
        if not asked.whole:
            make_small(checkout)
        for task in (known[name] for name in asked.tasks or known):
            failures += Killing(task, checkout, Path(folder) / task.name, asked.whole).through(
                asked.moments, asked.seed
            )
    return 1 if failures else 0


class Killing:
    """One task, killed again and again in one checkout; `kept` is for what its beginnings and its end look like."""

    def __init__(self, task: Task, checkout: Path, kept: Path, whole: bool) -> None:
        self.task, self.checkout, self.kept = task, checkout, kept
        self.edited = checkout / "docs" / ("padding-and-strides.md" if whole else "windows.md")
        self.log = kept / "log"
        self.reference: Path | None = None
        kept.mkdir()

    def through(self, moments: int, seed: int) -> int:
        """Kill at so many moments, print each, and return how many times something was amiss."""
        seconds = {name: self.beginning(name) for name in self.task.beginnings}
        told = ", ".join(f"from {name} {each:.0f} s" for name, each in seconds.items())
        print(f"{self.task.name}: undisturbed {told}", flush=True)
        chance, failures, killed = random.Random(seed), 0, 0
        for number in range(moments):
            # Each beginning has its moments in order over the whole time that it takes.
            name = self.task.beginnings[number % len(self.task.beginnings)]
            share = (number // len(self.task.beginnings) + chance.random()) / -(-moments // len(self.task.beginnings))
            begun = time.monotonic()
            where = self.kill(name, min(share, 1.0) * seconds[name], everything=number % 4 < 2)
            wrong = self.again(max(seconds.values()))
            killed += where is not None
            failures += bool(wrong)
            told = f"{where or 'it had ended before'}; then {wrong or 'as undisturbed'}"
            took = time.monotonic() - begun
            print(f"{self.task.name} {number + 1:2}, from {name}, at {share:.0%}: {told} ({took:.0f} s)", flush=True)
        print(f"{self.task.name}: killed {killed} times, {failures} times something was amiss afterwards")
        return failures + (killed < moments * 0.75)  # a machine that grows faster while it works proves little

    def beginning(self, name: str) -> float:
        """Run undisturbed from there, keep what was before, and what comes out the first time; return the seconds."""
        cache = self.checkout / ".cache"
        if name == "nothing":
            shutil.rmtree(cache, ignore_errors=True)
        elif name == "kept runs":
            for each in [path for path in cache.iterdir() if path.name != "runs"]:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        if name != "an edit":
            shutil.rmtree(self.checkout / self.task.output, ignore_errors=True)
        else:  # a whole build of another text, and the text as it was
            text = self.edited.read_text("utf-8")
            assert EDITED[0] in text
            self.edited.write_text(text.replace(*EDITED), "utf-8")
            self.undisturbed()
            self.edited.write_text(text, "utf-8")
        for folder in (".cache", self.task.output):
            if (self.checkout / folder).is_dir():
                shutil.copytree(self.checkout / folder, self.kept / name / folder)
        begun = time.monotonic()
        self.undisturbed()
        seconds = time.monotonic() - begun
        if self.reference is None:
            self.reference = self.kept / name / "reference"
            shutil.copytree(self.checkout / self.task.output, self.reference)
        elif found := differing(self.reference, self.checkout / self.task.output):
            raise SystemExit(f"{self.task.name}: undisturbed from {name} it differs already: {found}")
        return seconds

    def undisturbed(self) -> None:
        if self.begin().wait():
            raise SystemExit(f"{self.task.name} fails undisturbed:\n{self.log.read_text('utf-8')}")

    def begin(self) -> subprocess.Popen[bytes]:
        environment = {"PYTHONPATH": str(self.checkout), "CNNFIGS_CACHE": str(self.checkout / ".cache" / "runs")}
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self.task.command,
                cwd=self.checkout,
                env=os.environ | environment | {"COLUMNS": "200"},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self, name: str, seconds: float, everything: bool) -> str | None:
        """Put a beginning back, begin, and kill after so many seconds; tell where that was, None if it was over."""
        for folder in (".cache", self.task.output):
            shutil.rmtree(self.checkout / folder, ignore_errors=True)
            if (self.kept / name / folder).is_dir():
                shutil.copytree(self.kept / name / folder, self.checkout / folder)
        program = self.begin()
        try:
            program.wait(seconds)
        except subprocess.TimeoutExpired:
            family = self.living()
            for each in family if everything else family[:0]:
                self.send(each)
            program.kill()
            program.wait()
            runs = sum(1 for _ in self.checkout.glob(".cache/runs/*.run"))
            files = sum(1 for path in self.checkout.glob(f"{self.task.output}/**/*") if path.is_file())
            last = [line.strip() for line in self.log.read_text("utf-8", "replace").splitlines() if line.strip()]
            who = f"all {len(family)} processes" if everything else f"the first of {len(family)} processes"
            return (
                f"{who} killed after {seconds:.1f} s, with {runs} runs and {files} files there, {last[-1:] or 'silent'}"
            )
        return None

    def again(self, usual: float) -> str:
        """Let the same run undisturbed, after all that lived on has ended, and tell what is amiss; "" if nothing."""
        deadline = time.monotonic() + GRACE + usual
        while (family := self.living()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for each in family:
            self.send(each)
        amiss = [f"{len(family)} processes lived on, {family[0].name()}"] if family else []
        program = self.begin()
        try:
            status = program.wait(PATIENCE * usual + GRACE)
        except subprocess.TimeoutExpired:
            for each in self.living():
                self.send(each)
            program.wait()
            return "; ".join([*amiss, "it was blocked"])
        if status:
            return "; ".join([*amiss, f"it failed: {self.log.read_text('utf-8', 'replace')[-300:]}"])
        amiss += [f"{name} differs" for name in differing(self.reference, self.checkout / self.task.output)]
        cache = self.checkout / ".cache" / "runs"
        amiss += [f"{path.name[-40:]} is left in the cache" for path in cache.iterdir() if path.suffix != ".run"]
        return "; ".join(amiss)

    def living(self) -> list[psutil.Process]:
        """Return the processes that were begun in this checkout: they have its cache in their environment."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("CNNFIGS_CACHE", "").startswith(str(self.checkout))
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue  # it ended meanwhile
        return found

    @staticmethod
    def send(process: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            process.send_signal(signal.SIGKILL)


def make_small(checkout: Path) -> None:
    """Leave a few illustrations and pages in a copy of the checkout."""
    illustrations = checkout / "cnnfigs" / "illustrations"
    wanted, kept = [*MODULES, "__init__", "registry"], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept.add(name)
            tree = ast.parse((illustrations / f"{name.replace('.', '/')}.py").read_text("utf-8"))
            sources = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            package = "cnnfigs.illustrations."
            wanted += [each.removeprefix(package) for each in sources if each.startswith(package)]
    for path in illustrations.rglob("*.py"):
        name = ".".join(path.relative_to(illustrations).with_suffix("").parts)
        if name not in kept and path.stem != "__init__":
            path.unlink()
    docs = checkout / "docs"
    for path in docs.glob("*.md"):
        path.unlink()
    (docs / "moved.toml").write_text("", "utf-8")  # it leads to pages that are gone here
    contents = "\n".join(PAGES)
    (docs / "index.md").write_text(f"# A small tutorial\n\n```{{toctree}}\n{contents}\ngallery\n```\n", "utf-8")
    (docs / "gallery.md").write_text("# Gallery\n\n```{gallery}\n```\n", "utf-8")
    for page, shown in PAGES.items():
        cells = [f"---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# On {page}\n"]
        for number, each in enumerate(shown):
            module, _, call = each.partition(":")
            name = call.partition("(")[0]
            figure = f"mystnb:\n  figure:\n    name: {page}-{number}\n    caption: What it shows.\n"
            code = f"from cnnfigs.illustrations.{module} import {name}\n\n{call}"
            cells.append(f"```{{code-cell}} ipython3\n---\n{figure}---\n{code}\n```\n")
        (docs / f"{page}.md").write_text("\n".join(cells), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
