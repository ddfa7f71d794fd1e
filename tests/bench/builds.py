"""Builds of the site in a copy of the checkout, so that measuring never touches the real tree."""

import itertools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def copy_checkout(to: Path) -> Path:
    """Copy the files that git knows or would add, so no cache and no built site comes along."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


@dataclass(frozen=True)
class Measured:
    """What one build took: seconds by the clock and of all processors, peak memory in bytes, kernels started."""

    seconds: float
    processor_seconds: float
    memory: int
    kernels: int


def surroundings(checkout: Path) -> dict[str, str]:
    """Return the environment variables with which a copy of the checkout uses its own code and caches."""
    return os.environ | {
        "PYTHONPATH": str(checkout),  # the copy's cnnfigs and not the installed one, in the kernels too
        "PYTHONPYCACHEPREFIX": str(checkout / ".cache" / "bytecode"),  # a cold build compiles all it imports
        "PYTHONDONTWRITEBYTECODE": "",  # later ones find it compiled, as after an installation
        "CNNFIGS_CACHE": str(checkout / ".cache" / "runs"),
    }


def build(checkout: Path, command: list[str]) -> Measured:
    """Run the build command in a copy of the checkout, with every cache of its own inside that copy.

    Raises
    ------
    SystemExit
        If the build fails; its output has been printed.
    """
    started, used = time.perf_counter(), processor_seconds()
    process = subprocess.Popen(
        command, cwd=checkout, env=surroundings(checkout), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with watched(process.pid) as seen:
        output, _ = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        print(output)
        raise SystemExit(f"nothing was measured: the build failed with exit code {process.returncode}, see above")
    return Measured(seconds, processor_seconds() - used, seen.memory, len(seen.kernels))


def processor_seconds() -> float:
    """Return what all ended child processes have used of the processors, their own children included."""
    times = os.times()
    return times.children_user + times.children_system


class Watch:
    """What was seen of a process tree so far."""

    def __init__(self) -> None:
        self.memory = 0
        self.kernels: set[int] = set()

    def look(self, pid: int, at_memory: bool = True) -> None:
        """Note the Jupyter kernels in the tree, and add up its memory now, which takes longer."""
        memory = 0
        for process in family(pid):
            try:
                memory += private_and_shared(process) if at_memory else 0
                # A kernel that was forked has the command line of what it was forked from.
                if process.name() == "become_kernel" or any("ipykernel" in word for word in process.cmdline()):
                    self.kernels.add(process.pid)
            except psutil.Error:
                continue  # it ended meanwhile
        self.memory = max(self.memory, memory)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants; none once it has ended."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def private_and_shared(process: psutil.Process) -> int:
    """Return a process's memory with shared pages divided among their users, where the system tells that."""
    memory = process.memory_full_info()
    return getattr(memory, "pss", memory.rss)


@contextmanager
def watched(pid: int, interval: float = 0.2) -> Iterator[Watch]:
    """Look at a process tree five times a second while the block runs, and once at its memory.

    That takes time, of what is measured too: five times a second it took a fifth of a processor.
    """
    seen, over = Watch(), threading.Event()

    def look_until_over() -> None:
        for number in itertools.count():
            if over.wait(interval):
                return
            seen.look(pid, at_memory=number % 5 == 0)

    thread = threading.Thread(target=look_until_over)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
